using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Import;

/// <summary>Options of <see cref="DiffusersImport"/>.</summary>
public sealed record DiffusersImportOptions
{
    public static DiffusersImportOptions Default { get; } = new();

    /// <summary>A ControlNet's folder (config.json and weights); null: <c>controlnet/</c> of the model, or a new one.</summary>
    public string? ControlNet { get; init; }

    /// <summary>Seed of a new ControlNet's conditioning embedding.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// The type of weights and computation. Float32, the default, is exact whatever the source, and processors convert float16 back
    /// (docs/benchmarks.md). Float16 is for graphics cards and half the disk.
    /// </summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>Replace an existing bundle.</summary>
    public bool Force { get; init; }

    /// <summary>The licence of the weights; null: from the folder's README.md, or "unknown".</summary>
    public string? License { get; init; }

    /// <summary>The origin of the weights; null: the folder's name.</summary>
    public string? Origin { get; init; }
}
