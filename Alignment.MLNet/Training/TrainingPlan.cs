namespace Alignment.MLNet.Training;

/// <summary>The scenes of all epochs form one stream of rows, and each step takes the next <see cref="Rows"/> of it, across the ends of
/// epochs: no scene is left out, and a step's place follows from its number alone.</summary>
sealed record TrainingPlan(int Scenes, int Rows, long Steps)
{
    // The plan for so many training scenes; epochs are rounded up to whole steps.
    public static TrainingPlan Of(ControlNetTrainingOptions options, int scenes) =>
        new(scenes, options.Rows, options.Steps ?? ((long)options.Epochs * scenes + options.Rows - 1) / options.Rows);

    // The stream's row that step n = 1 … begins with.
    public long FirstRow(long step) => (step - 1) * Rows;

    public long Epoch(long step) => FirstRow(step) / Scenes + 1;

    // True where the step takes the last scene of an epoch.
    public bool EndsEpoch(long step) => step * Rows / Scenes > (step - 1) * Rows / Scenes;
}
