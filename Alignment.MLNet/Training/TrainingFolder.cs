namespace Alignment.MLNet.Training;

/// <summary>
/// The output folder of a training:
/// <code>
/// model/                      the trained bundle
/// losses.csv, losses.svg/png  every step's loss parts, and their plot
/// timings.csv                 where each step's time went
/// samples/step-000200.png     scene, control, edit with the weights of that step
/// checkpoints/step-000200/    to continue from
/// training.json               what was done with which options
/// </code>
/// </summary>
sealed class TrainingFolder(string output)
{
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));

    public string Model => Path.Combine(Root, "model");

    public string Checkpoints => Path.Combine(Root, "checkpoints");

    public string Samples => Path.Combine(Root, "samples");

    public string Losses => Path.Combine(Root, TrainingLog.LossesFile);

    public string Summary => Path.Combine(Root, "training.json");

    // A bundle with the weights of the moment, for sample sheets.
    public string SampleModel => Path.Combine(Samples, "model" + AtomicFile.PartialSuffix);

    public string Sample(long step) => Path.Combine(Samples, Invariant($"step-{step:000000}.png"));
}
