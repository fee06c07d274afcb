using Alignment.MLNet.Pipelines;
using Alignment.Onnx.Bundles;

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

    /// <summary>What the other process does.</summary>
    public static void Run(string data, string output) =>
        ExperimentJob.Run(data, BundledModels.Tiny, output, OptionsFor(data), new LedProcess.Parent());
}
