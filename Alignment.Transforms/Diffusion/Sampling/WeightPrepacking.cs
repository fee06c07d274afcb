using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// Whether weights are prepacked on the processor. Rearranged for its kernels they run faster, but loading reads and copies all of them; as
/// they lie in the file they are mapped: loading takes no time and no memory of the process's own. Pictures agree to float rounding. Other
/// devices always prepack.
/// </summary>
public enum WeightPrepacking
{
    /// <summary>
    /// Where that takes less time in all, for the edits of the whole run, and the machine has the memory: the same command on the same
    /// machine always decides alike.
    /// </summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>How <see cref="WeightPrepacking.Auto"/> decides.</summary>
static class PrepackingRule
{
    /// <summary>Below this a model loads in milliseconds either way.</summary>
    public const long SmallBytes = 64 << 20;

    /// <summary>
    /// Prepacked weights may take this fraction of the machine's or container's memory; the rest is for what the models compute. (Not of
    /// the free memory: that would differ from run to run.)
    /// </summary>
    const double MemoryShare = 0.5;

    /// <summary>
    /// Evaluations after which prepacking has paid for itself: for pictures of 512x512 and, in the denoising models, two samples
    /// (guidance). Seconds of loading ÷ seconds saved a run, measured with Stable Diffusion 1.5 (docs/benchmarks.md, "Loading"); the
    /// denoising models together, because they run together.
    /// </summary>
    static readonly Dictionary<string, double> s_breakEven = new(StringComparer.Ordinal)
    {
        [BundleFiles.Unet] = 170,
        [BundleFiles.ControlNet] = 170,
        [BundleFiles.VaeEncoder] = 4,
        [BundleFiles.VaeDecoder] = 4,
        [BundleFiles.TextEncoder] = double.PositiveInfinity,   // a prompt is encoded once
    };

    /// <summary>Whether a model is loaded prepacked.</summary>
    /// <param name="model">One of <see cref="BundleFiles.Models"/>.</param>
    /// <param name="weightBytes">Of its weights beside the graph; those in the graph are copied anyway.</param>
    /// <param name="evaluations">Ahead, in the break-even's units; null where unknown.</param>
    /// <param name="allBytes">Weights of all models that could be prepacked.</param>
    /// <param name="memory">Of the machine or the container.</param>
    public static bool Prepacks(string model, long weightBytes, double? evaluations, long allBytes, long memory) =>
        weightBytes < SmallBytes || allBytes <= MemoryShare * memory && (evaluations ?? double.MaxValue) >= s_breakEven[model];
}
