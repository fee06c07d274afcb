using System.Diagnostics;
using System.Globalization;
using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Gradients;

/// <summary>The peak memory of a deep graph's gradient, in a process of its own: a process' peak never falls again.</summary>
static class PeakOfGradients
{
    /// <summary>First argument of this test program that makes it run the graph; "keep" or "recompute" follows. Prints megabytes.</summary>
    public const string Switch = "--peak-of-gradients";

    const int Blocks = 24, Elements = 1 << 20;

    public static int Run(string how)
    {
        var graph = new ModelGraph("deep");
        Value x = graph.Input("x", ElementType.Float32, Dim.Named("length")), y = x;
        for (int i = 0; i < Blocks; i++)
            using (graph.Scope(string.Create(CultureInfo.InvariantCulture, $"block.{i}")))
                y += (y.Sin() * y.Cos()).Tanh().Sigmoid() * 0.1f;   // five values of 4 MB that the rules want, and y
        Func<string, string?>? segment = how == "recompute" ? Segments.Scopes("block.") : null;
        graph.Output("gradient", Gradient.Of(y.Sum([], keep: false), [x], segment)[0]);
        using var run = new ModelRun(new(graph, new SeededWeights([])));
        run.Run(("x", Tensor.Zeros(Elements)));
        string peak = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        Console.WriteLine(long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024);
        return 0;
    }

    /// <summary>Megabytes, from another process.</summary>
    public static long Measure(string how)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p
            : "dotnet")
        { RedirectStandardOutput = true };
        foreach (string argument in new[] { typeof(PeakOfGradients).Assembly.Location, Switch, how }) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, said);
        return long.Parse(said.Trim(), CultureInfo.InvariantCulture);
    }
}
