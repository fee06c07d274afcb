namespace Alignment.Onnx.Training;

/// <summary>The parts of a ControlNet's loss; only selected parts are authored.</summary>
[Flags]
public enum TrainingLosses
{
    None = 0,

    /// <summary>Mean squared error of the predicted noise.</summary>
    Noise = 1,

    /// <summary>Mean absolute error of the decoded picture.</summary>
    Reconstruction = 2,

    /// <summary>Of the decoded picture; needs a bundle with lpips.onnx.</summary>
    Lpips = 4,

    /// <summary>Mean absolute error outside the keyword's mask.</summary>
    Background = 8,
}

// As commands accept and models record them.
static class TrainingLossNames
{
    static readonly (string Name, TrainingLosses Loss)[] s_names =
        [("noise", TrainingLosses.Noise), ("reconstruction", TrainingLosses.Reconstruction), ("lpips", TrainingLosses.Lpips),
        ("background", TrainingLosses.Background)];

    public static string Text(this TrainingLosses losses) =>
        string.Join(',', s_names.Where(n => losses.HasFlag(n.Loss)).Select(n => n.Name));

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

    /// <summary>Their weights are inputs of the models and may change with each step.</summary>
    public TrainingLosses Losses { get; init; } = TrainingLosses.Noise;

    /// <summary>The backward pass recomputes the values inside resnets and transformers: less memory, more time.</summary>
    public bool Recompute { get; init; }

    /// <summary>"noise,background"; any order.</summary>
    /// <exception cref="UsageException">A name is not known, or there is none.</exception>
    public static TrainingLosses ParseLosses(string text) => TrainingLossNames.Parse(text);

    /// <summary><see cref="Losses"/> as <see cref="ParseLosses"/> reads them.</summary>
    public string LossNames => Losses.Text();
}
