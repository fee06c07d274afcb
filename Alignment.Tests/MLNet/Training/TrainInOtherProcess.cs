using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.MLNet.Training;

/// <summary>A training in a process of its own, which can be killed.</summary>
static class TrainInOtherProcess
{
    /// <summary>First argument of this test program that makes it train; the data and the output folder follow.</summary>
    public const string Switch = "--alignment-train";

    public const int Steps = 20;

    /// <summary>Every part of the state takes part: average, accumulation, validation, checkpoints at odd steps.</summary>
    public static ControlNetTrainingOptions OptionsFor(string output) => new()
    {
        Model = BundledModels.Tiny,
        Output = output,
        Steps = Steps,
        BatchSize = 1,
        Accumulation = 2,
        LearningRate = 1e-3,
        EmaDecay = 0.9,
        Width = 32,
        Height = 24,
        Seed = 5,
        ValidateEvery = 9,
        CheckpointEvery = 3,
        SampleEvery = 0,
        SampleScenes = 0,
    };

    public static TrainingResult Run(string data, string output, IProgress<WorkProgress>? progress = null) =>
        TrainingJob.Run(data, OptionsFor(output), progress);

    /// <summary>Starts a training and kills it while it works on the step after <paramref name="step"/>.</summary>
    public static void KillAfter(int step, TimeSpan moment, string data, string output) =>
        Assert.That(LedProcess.KillAt([Switch, data, output], (stage, done) => stage == "training" && done == step, moment),
        $"no report of step {step}");
}
