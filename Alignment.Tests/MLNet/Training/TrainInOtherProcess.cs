using System.Diagnostics;
using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;
using Alignment.Tests.MLNet.Runs;

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

    public static TrainingResult Run(string data, string output) => ControlNetTrainer.Run(data, OptionsFor(output));

    /// <summary>Starts a training and kills it – SIGKILL, which it cannot see coming – when its table has lines of so many steps.</summary>
    /// <returns>True if it was killed, false if it ended before.</returns>
    public static bool KillAfter(int steps, string data, string output)
    {
        using Process process = RunInOtherProcess.Start(Switch, data, output);
        string losses = Path.Combine(output, TrainingLog.LossesFile);
        while (!process.WaitForExit(5))
        {
            if (Trained(losses) < steps) continue;
            process.Kill();
            process.WaitForExit();
            return true;
        }
        return false;
    }

    static int Trained(string losses)
    {
        if (!File.Exists(losses)) return 0;
        using var reader = new StreamReader(new FileStream(losses, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n').Count(l => l.Contains($",{TrainingLog.Train},", StringComparison.Ordinal));
    }
}
