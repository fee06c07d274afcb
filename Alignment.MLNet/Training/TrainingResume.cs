namespace Alignment.MLNet.Training;

/// <summary>The words of <see cref="ControlNetTrainingOptions.Resume"/>; anything else is a checkpoint's folder.</summary>
public static class TrainingResume
{
    internal static OptionName Option => OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Resume));

    /// <summary>Continue what is there, if anything.</summary>
    public const string Auto = "auto";

    /// <summary>Continue what is there; an error when there is nothing.</summary>
    public const string Latest = "latest";

    /// <summary>Begin anew.</summary>
    public const string None = "none";
}
