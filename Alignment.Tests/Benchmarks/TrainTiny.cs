using Alignment.MLNet.Training.Tiny;

namespace Alignment.Tests.Benchmarks;

/// <summary>Makes the bundled tiny model again; <c>./build.sh --target=TrainTiny</c> calls it. Ctrl+C stops it with its state saved.</summary>
static class TrainTiny
{
    public const string Switch = "train-tiny";

    public static int Run(string work, string bundle)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        try
        {
            TinyTraining.Run(work, bundle, null, Console.WriteLine, stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped; the same command continues.");
            return 75;
        }
    }
}
