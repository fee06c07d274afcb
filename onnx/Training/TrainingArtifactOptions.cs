using Alignment.Onnx.Gradients;

namespace Alignment.Onnx.Training;

/// <summary>The parts of a ControlNet's loss. Only selected parts are authored, so the others cost nothing.</summary>
[Flags]
public enum TrainingLosses
{
    None = 0,

    /// <summary>Mean squared error of the predicted noise.</summary>
    Noise = 1,

    /// <summary>Mean absolute error of the decoded picture.</summary>
    Reconstruction = 2,

    /// <summary>LPIPS of the decoded picture; needs a bundle with lpips.onnx.</summary>
    Lpips = 4,

    /// <summary>Mean absolute error of the decoded picture outside the keyword's mask.</summary>
    Background = 8,
}

/// <summary>Names of <see cref="TrainingLosses"/>, as commands accept and models record them.</summary>
public static class TrainingLossNames
{
    static readonly (string Name, TrainingLosses Loss)[] s_names =
        [("noise", TrainingLosses.Noise), ("reconstruction", TrainingLosses.Reconstruction), ("lpips", TrainingLosses.Lpips),
        ("background", TrainingLosses.Background)];

    /// <summary>"noise,background".</summary>
    public static string Text(this TrainingLosses losses) =>
        string.Join(',', s_names.Where(n => losses.HasFlag(n.Loss)).Select(n => n.Name));

    /// <summary>Reads what <see cref="Text"/> writes, in any order.</summary>
    /// <exception cref="UsageException">A name is not known, or there is none.</exception>
    public static TrainingLosses Parse(string text)
    {
        var losses = TrainingLosses.None;
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            TrainingLosses loss = s_names.FirstOrDefault(n => n.Name == name).Loss;
            if (loss == TrainingLosses.None) throw Bad($"'{SafePath.Shorten(name)}'");
            losses |= loss;
        }
        return losses != TrainingLosses.None ? losses : throw Bad("none");
    }

    static UsageException Bad(string found) =>
        UsageException.For("The losses", found, string.Join(", ", s_names.Select(n => n.Name)) + ", separated by commas",
        "Name at least one.");
}

/// <summary>What a training artifact computes.</summary>
public sealed record TrainingArtifactOptions
{
    public static TrainingArtifactOptions Default { get; } = new();

    /// <summary>The parts of the loss. Their weights are inputs of the models and may change with each step.</summary>
    public TrainingLosses Losses { get; init; } = TrainingLosses.Noise;

    /// <summary>What the backward pass recomputes instead of storing: less memory, more time. Nothing by default.</summary>
    public GradientOptions Gradients { get; init; } = GradientOptions.Default;
}
