using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// How weights lie in memory on the processor. Rearranged for its kernels (packed) they run faster, but loading reads and copies all of them; as they lie in
/// the file they are mapped: loading takes no time and no memory of the process's own. Pictures agree to float rounding. Devices other than the processor have their own way.
/// </summary>
public enum WeightPacking
{
    /// <summary>Packed where that takes less time in all, for the edits of the whole run, and the machine has the memory: the same command on the same machine always does the same.</summary>
    Auto,

    /// <summary>Always packed.</summary>
    On,

    /// <summary>Never packed.</summary>
    Off,
}

/// <summary>What <see cref="WeightPacking.Auto"/> does.</summary>
static class PackingRule
{
    /// <summary>Below this a model loads in milliseconds either way.</summary>
    public const long SmallBytes = 64 << 20;

    /// <summary>Packed weights may take this part of the machine's or container's memory; the rest is for what the models compute. (Not of what is free: that would differ from run to run.)</summary>
    const double MemoryShare = 0.5;

    /// <summary>
    /// Evaluations after which packing has paid for itself: for pictures of 512x512 and, in the denoising models, two samples (guidance). Seconds of loading ÷ seconds saved a run,
    /// measured with Stable Diffusion 1.5 (docs/benchmarks.md, "Loading"); the denoising models together, because they are run together.
    /// </summary>
    static readonly Dictionary<string, double> s_breakEven = new(StringComparer.Ordinal)
    {
        [BundleFiles.Unet] = 170,
        [BundleFiles.ControlNet] = 170,
        [BundleFiles.VaeEncoder] = 4,
        [BundleFiles.VaeDecoder] = 4,
        [BundleFiles.TextEncoder] = double.PositiveInfinity,   // a prompt is encoded once
    };

    /// <summary>Whether a model is loaded packed.</summary>
    /// <param name="model">One of <see cref="BundleFiles.Models"/>.</param>
    /// <param name="weightBytes">Of its weights beside the graph; what is in the graph is copied anyway.</param>
    /// <param name="evaluations">Ahead, in units of the break-even's; null where nobody said.</param>
    /// <param name="allBytes">Weights of all models that could be packed.</param>
    /// <param name="memory">Of the machine or the container.</param>
    public static bool Packs(string model, long weightBytes, double? evaluations, long allBytes, long memory) =>
        weightBytes < SmallBytes || allBytes <= MemoryShare * memory && (evaluations ?? double.MaxValue) >= s_breakEven[model];
}
