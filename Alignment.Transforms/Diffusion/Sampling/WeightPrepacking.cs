using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// Whether weights are rearranged for the processor's kernels: faster runs, but loading copies all of them; as they lie in the file they
/// are mapped. Pictures agree to float rounding. Other devices always prepack.
/// </summary>
public enum WeightPrepacking
{
    /// <summary>Where that takes less time in all and the machine has the memory.</summary>
    Auto,

    On,

    Off,
}

static class PrepackingRule
{
    /// <summary>Below this a model loads in milliseconds either way.</summary>
    public const long SmallBytes = 64 << 20;

    // Of the machine's or container's memory (not of the free memory, which differs from run to run).
    const double MemoryShare = 0.5;

    /// <summary>
    /// Evaluations after which prepacking has paid for itself, for pictures of 512x512 and two samples: seconds of loading ÷ seconds saved
    /// a run, with Stable Diffusion 1.5 (docs/benchmarks.md, "Loading"); the denoising models together, because they run together.
    /// </summary>
    static readonly Dictionary<string, double> s_breakEven = new()
    {
        [BundleFiles.Unet] = 170,
        [BundleFiles.ControlNet] = 170,
        [BundleFiles.VaeEncoder] = 4,
        [BundleFiles.VaeDecoder] = 4,
        [BundleFiles.TextEncoder] = double.PositiveInfinity,   // a prompt is encoded once
    };

    /// <summary>
    /// <paramref name="weightBytes"/> lie beside the graph (those in it are copied anyway); <paramref name="evaluations"/> ahead in the
    /// break-even's units; <paramref name="allBytes"/> of all models; <paramref name="memory"/> of machine or container.
    /// </summary>
    public static bool Prepacks(string model, long weightBytes, double? evaluations, long allBytes, long memory) =>
        weightBytes < SmallBytes || allBytes <= MemoryShare * memory && (evaluations ?? double.MaxValue) >= s_breakEven[model];
}
