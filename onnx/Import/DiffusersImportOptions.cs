using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Import;

/// <summary>How a diffusers folder becomes a bundle.</summary>
public sealed record DiffusersImportOptions
{
    public static DiffusersImportOptions Default { get; } = new();

    /// <summary>A ControlNet's own folder (config.json and weights), when it is not <c>controlnet/</c> of the model. Null: that one, or a new one.</summary>
    public string? ControlNet { get; init; }

    /// <summary>Seed of a newly initialised ControlNet's conditioning embedding.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// What the models store and compute in. Float32 is the default: processors convert float16 back (docs/benchmarks.md), and it is exact whatever the
    /// source. Float16 is for graphics cards and half the disk.
    /// </summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>Replace a bundle that is already there.</summary>
    public bool Force { get; init; }

    /// <summary>The licence of the weights; null: what the folder's README.md says, or "unknown".</summary>
    public string? License { get; init; }

    /// <summary>Where the weights come from; null: the folder's name.</summary>
    public string? Origin { get; init; }
}
