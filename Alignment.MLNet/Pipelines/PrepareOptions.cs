using Alignment.MLNet.Gaze;
using Alignment.MLNet.Masks;
using Alignment.MLNet.SceneDetection;

namespace Alignment.MLNet.Pipelines;

/// <summary>How a data set is made from raw videos; the options of its steps.</summary>
public sealed record PrepareOptions
{
    /// <summary>Name of the audit's folder in the data folder.</summary>
    public const string AuditFolder = "audit";

    /// <summary>How videos are cut into scenes.</summary>
    public SceneDetectionOptions Scenes { get; init; } = new();

    /// <summary>How the product is found.</summary>
    public MaskOptions Masks { get; init; } = new();

    /// <summary>Where attention comes from: measured where a gaze file is named, else predicted.</summary>
    public AttentionOptions Attention { get; init; } = new();

    /// <summary>Only these videos, by id; empty for all.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Refuses values out of range, and hands the choice of videos to the steps.</summary>
    /// <exception cref="UsageException">The message names the option.</exception>
    internal PrepareOptions Checked()
    {
        PrepareOptions all = Videos.Count == 0 ? this
            : this with
            {
                Scenes = Scenes with { VideoIds = Videos },
                Masks = Masks with { Videos = Videos },
                Attention = Attention with { Videos = Videos }
            };
        all.Scenes.Check();
        all.Masks.Check();
        all.Attention.Check();
        return all;
    }
}
