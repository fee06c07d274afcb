using System.Diagnostics;
using Alignment.MLNet;
using Alignment.MLNet.Pipelines;
using Alignment.Onnx.Bundles;
using Microsoft.ML;

namespace Alignment.Tests.MLNet.Pipelines;

/// <summary>The whole job in a process of its own, which can be killed.</summary>
static class RunInOtherProcess
{
    /// <summary>First argument of this test program that makes it do a run; the data and the output folder follow.</summary>
    public const string Switch = "--alignment-run";

    /// <summary>Small and quick: seconds for a few scenes.</summary>
    public static ExperimentOptions OptionsFor(string data) => new()
    {
        Width = 32,
        Height = 24,
        Edit = new() { InferenceSteps = 3, Seed = 5, Batch = 2 },
        Assemble = new() { SceneSeconds = 0.2 },
        EngagementFile = File.Exists(Path.Combine(data, MiniDataSet.EngagementFile)) ? Path.Combine(data, MiniDataSet.EngagementFile)
            : null,
    };

    /// <summary>First argument that makes it write a saved chain; data, chain and output folder follow.</summary>
    public const string ChainSwitch = "--alignment-chain";

    /// <summary>Loads the chain and writes what it computes.</summary>
    public static void Write(string data, string saved, string output)
    {
        var ml = new MLContext(seed: 2);
        ml.Alignment.Jobs.RunExperiment(data, ml.Alignment.LoadModel(saved, out _), output,
            OptionsFor(data) with { Width = 8, Edit = new() });
    }

    /// <summary>Has another process do <see cref="Write"/>.</summary>
    public static void Start(string data, string saved, string output)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        foreach (string a in new[] { "exec", typeof(RunInOtherProcess).Assembly.Location, ChainSwitch, data, saved, output })
            start.ArgumentList.Add(a);
        using var process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }

    /// <summary>What the other process does.</summary>
    public static void Run(string data, string output) =>
        ExperimentJob.Run(data, BundledModels.Tiny, output, OptionsFor(data), new LedProcess.Parent());
}
