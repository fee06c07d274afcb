using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;

namespace Alignment.MLNet.Training;

// Tells a lack of memory from other failures, and what to lower.
static class OutOfMemory
{
    public static bool Is(Exception? e) => OrtMemory.RanOut(e);

    // The failure with what to lower and to what; nothing that was trained is lost.
    public static RetryableException Explain(ControlNetTrainingOptions options, ModelBundle bundle, Exception inner)
    {
        var ways = new List<Phrase>();
        if (options.BatchSize > 1)
        {
            int batch = options.BatchSize % 2 == 0 ? options.BatchSize / 2 : 1;
            ways.Add($"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.BatchSize))} {Text(batch)} with "
                + $"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Accumulation))} "
                + $"{Text(options.Rows / batch)} (instead of {Text(options.BatchSize)} and {Text(options.Accumulation)}; the result is "
                + $"the same, and the run continues)");
        }
        if (!options.Recompute) ways.Add($"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Recompute))}, "
            + $"which keeps less and computes it twice (the result is the same up to rounding, and the run continues)");
        if (options.ReconstructionWeight + options.LpipsWeight + options.BackgroundWeight > 0)
            ways.Add("the noise loss alone, which decodes no picture");
        if (Smaller(options, bundle) is { } size)
            ways.Add($"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Width))} {size} (instead of "
                + $"{Text(options.Width)}x{Text(options.Height)}; a new run)");
        return RetryableException.For("The training", $"not enough memory on {options.Device}", "memory for a step",
            ways.Count == 0 ? (Phrase)"Close other programs, or use a machine with more."
            : $"Lower one of these: {Phrase.Join("; ", ways)}.", inner);
    }

    // Three quarters of each side, in the bundle's multiples; null where that is nothing less.
    static string? Smaller(ControlNetTrainingOptions options, ModelBundle bundle)
    {
        int unit = bundle.Manifest.ImageMultiple;
        int width = Side(options.Width), height = Side(options.Height);
        return width < options.Width && height < options.Height ? $"{Text(width)}x{Text(height)}" : null;

        int Side(int side) => Math.Max(unit, side * 3 / 4 / unit * unit);
    }

    static string Text(int n) => Invariant($"{n}");
}
