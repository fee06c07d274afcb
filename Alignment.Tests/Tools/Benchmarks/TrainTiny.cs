using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.TinyModel;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Makes the bundled tiny model again; <c>./build.sh --target=TrainTiny</c> calls it. Ctrl+C stops it with its state
/// saved.</summary>
static class TrainTiny
{
    public const string Switch = "train-tiny";

    /// <param name="args">WORK BUNDLE [KEPT STAGES]: stages, separated by commas, that are taken from the bundle KEPT.</param>
    public static int Run(string[] args)
    {
        if (args.Length is not (2 or 4)) throw UsageException.For("The train-tiny switch", $"{args.Length} arguments",
            "WORK BUNDLE [KEPT STAGES]", $"STAGES are among {string.Join(", ", TinyKeep.Names)}, separated by commas.");
        TinyKeep? keep = args.Length < 4 ? null : new(ModelBundle.Open(args[2]),
            args[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal));
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        try
        {
            TinyTraining.Run(args[0], args[1], null, Console.WriteLine, keep, stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped; the same command continues.");
            return 75;
        }
    }
}
