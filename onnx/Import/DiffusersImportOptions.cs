using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Import;

public sealed record DiffusersImportOptions
{
    public static DiffusersImportOptions Default { get; } = new();

    /// <summary>A folder with config.json and weights; null: <c>controlnet/</c> of the model, or a new one.</summary>
    public string? ControlNet { get; init; }

    /// <summary>Of a new ControlNet's conditioning embedding.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Float32 is exact whatever the source; float16 is for graphics cards and half the disk (processors convert it back).
    /// </summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>fp32, float32, fp16, float16 and other spellings.</summary>
    /// <exception cref="UsageException">Anything else.</exception>
    public static ModelPrecision ParsePrecision(string text) => ModelPrecisions.Parse(text);

    public bool Force { get; init; }

    /// <summary>Null: from the folder's README.md, or "unknown".</summary>
    public string? License { get; init; }

    /// <summary>Null: the folder's name.</summary>
    public string? Origin { get; init; }
}
