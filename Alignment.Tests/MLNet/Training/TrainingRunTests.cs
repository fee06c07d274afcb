using Alignment.MLNet.Dataset;
using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;
using Alignment.Tests.MLNet.Pipelines;

namespace Alignment.Tests.MLNet.Training;

/// <summary>The run around the model, with a model of a few numbers: everything but the training graph.</summary>
public sealed class TrainingRunTests
{
    /// <summary>Of the bundled model's ControlNet: what the stand-in trains.</summary>
    const int MiddleChannels = 64;

    static ControlNetTrainingOptions Options(TempFolder temp, string output = "out") => new()
    {
        Model = BundledModels.Tiny,
        Output = temp[output],
        Steps = 12,
        BatchSize = 1,
        Accumulation = 2,
        LearningRate = 0.05,
        Decay = LearningRateDecay.Constant,
        WarmupSteps = 0,
        EmaDecay = 0.5,
        Width = 32,
        Height = 24,
        Seed = 3,
        ValidateEvery = 5,
        CheckpointEvery = 4,
        SampleEvery = 0,
        SampleScenes = 0,
    };

    static SceneRecord[] Scenes(TempFolder temp)
    {
        if (!Directory.Exists(temp["data"])) MiniDataSet.Write(temp["data"]);
        return [.. ValidationJob.Scenes(temp["data"])];
    }

    static TrainingResult Run(TempFolder temp, ControlNetTrainingOptions options, Action<long>? beforeStep = null,
        CancellationToken cancellationToken = default) =>
        new TrainingRun(options, ModelBundle.Open(options.Model), Scenes(temp),
        (_, _) => new FakeTrainingStep(MiddleChannels) { BeforeApply = beforeStep }, null).Run(cancellationToken);

    static Dictionary<string, string> Snapshot(string output) => Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories)
        .Where(f => !f.Contains("timings", StringComparison.Ordinal) && !f.Contains("checkpoints", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetRelativePath(output, f),
        f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));

    [Test]
    public void Run_Finished_HasModelLossesAndPlotAndIsNotDoneAgain()
    {
        using var temp = new TempFolder();
        TrainingResult result = Run(temp, Options(temp));

        ModelBundle model = ModelBundle.Open(result.Model);
        model.Verify();
        string[] lines = File.ReadAllLines(result.LossesFile);
        Assert.Multiple(() =>
        {
            Assert.That(model.Manifest.ControlTrained, Is.True);
            Assert.That(model.Manifest.Origin, Does.Contain("12 steps").Or.Contain("steps of 2 on"));
            Assert.That(lines[0], Is.EqualTo("step,epoch,part,learning_rate,gradient_norm,loss,noise_mse"));
            Assert.That(lines.Count(l => l.Contains(",train,", StringComparison.Ordinal)), Is.EqualTo(12));
            Assert.That(lines.Count(l => l.Contains(",validation,", StringComparison.Ordinal)), Is.EqualTo(3), "after 5, 10 and the last");
            Assert.That(result.BestValidationLoss, Is.LessThan(result.FirstValidationLoss!));
            Assert.That((result.TrainVideos, result.ValidationVideos, result.Notes.Count), Is.EqualTo((1, 1, 0)));
            Assert.That(File.Exists(temp["out", "losses.svg"]) && File.Exists(temp["out", "losses.png"])
                && File.Exists(temp["out", "training.json"]));
            Assert.That(Directory.GetFiles(temp["out"], "*.partial", SearchOption.AllDirectories), Is.Empty);
        });

        var before = Snapshot(temp["out"]);
        TrainingResult again = new TrainingRun(Options(temp), ModelBundle.Open(BundledModels.Tiny), Scenes(temp),
            (_, _) => throw new InvalidOperationException("nothing is to be trained"), null).Run(default);
        Assert.That(again, Has.Property("StepsMade").EqualTo(0).And.Property("ModelHash").EqualTo(result.ModelHash));
        Assert.That(Snapshot(temp["out"]), Is.EqualTo(before));
    }

    [TestCase(3, Description = "before any checkpoint")]
    [TestCase(7)]
    [TestCase(12)]
    public void Run_DiedAndContinued_EndsWithTheSameBytes(int at)
    {
        using var temp = new TempFolder();
        Run(temp, Options(temp));
        Assert.That(() => Run(temp, Options(temp, "broken"), step => { if (step == at) throw new InvalidOperationException("killed"); }),
            Throws.TypeOf<InvalidOperationException>());
        TrainingResult continued = Run(temp, Options(temp, "broken"));

        Assert.That(Snapshot(temp["broken"]), Is.EqualTo(Snapshot(temp["out"])));
        Assert.That(continued.StepsMade, Is.EqualTo(12 - (at - 1 >= 10 ? 10 : at - 1 >= 8 ? 8 : at - 1 >= 5 ? 5 : at - 1 >= 4 ? 4 : 0)),
            "checkpoints every 4 and where validation was best");
    }

    [Test]
    public void Run_Cancelled_SavesTheLastCompleteStep()
    {
        using var temp = new TempFolder();
        Run(temp, Options(temp));
        using var stop = new CancellationTokenSource();
        Assert.That(() => Run(temp, Options(temp, "broken"), step => { if (step == 7) stop.Cancel(); }, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(new CheckpointStore(temp["broken", "checkpoints"]).Latest, Is.EqualTo(7));
        Assert.That(Run(temp, Options(temp, "broken")).StepsMade, Is.EqualTo(5));
        Assert.That(Snapshot(temp["broken"]), Is.EqualTo(Snapshot(temp["out"])));
    }

    [Test]
    public void Run_CancelledBeforeAValidation_ValidatesWhenItContinues()
    {
        using var temp = new TempFolder();
        Run(temp, Options(temp));
        using var stop = new CancellationTokenSource();
        Assert.That(() => Run(temp, Options(temp, "broken"), step => { if (step == 5) stop.Cancel(); }, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Run(temp, Options(temp, "broken"));
        Assert.That(Snapshot(temp["broken"]), Is.EqualTo(Snapshot(temp["out"])));
    }

    [Test]
    public void Run_OtherOptionsOverACheckpoint_IsRefusedByName()
    {
        using var temp = new TempFolder();
        Run(temp, Options(temp));
        Assert.That(() => Run(temp, Options(temp) with { LearningRate = 0.1 }),
            Throws.TypeOf<UsageException>().With.Message.Contains("learning rate: 0.05 there, 0.1 now").And.Message.Contains(
            "ControlNetTrainingOptions.Resume none"));
    }

    [Test]
    public void Run_MoreStepsAtAConstantRate_ProlongsTheRun()
    {
        using var temp = new TempFolder();
        Run(temp, Options(temp, "long") with { Steps = 20, ValidateEvery = 4 });
        Run(temp, Options(temp) with { Steps = 12, ValidateEvery = 4 });
        Assert.That(Run(temp, Options(temp) with { Steps = 20, ValidateEvery = 4 }).StepsMade, Is.EqualTo(8));
        Assert.That(Snapshot(temp["out"]), Is.EqualTo(Snapshot(temp["long"])));
    }

    [Test]
    public void Run_DividedDifferently_Continues()
    {
        using var temp = new TempFolder();
        Run(temp, Options(temp) with { Steps = 4 });
        Assert.That(Run(temp, Options(temp) with { Steps = 6, BatchSize = 2, Accumulation = 1 }).StepsMade, Is.EqualTo(2));
    }

    [Test]
    public void Resume_LatestWithNothingThere_IsUsage()
    {
        using var temp = new TempFolder();
        Assert.That(() => Run(temp, Options(temp) with { Resume = "latest" }),
            Throws.TypeOf<UsageException>().With.Message.Contains("no checkpoint in"));
        Assert.That(() => Run(temp, Options(temp) with { Resume = temp["nowhere"] }),
            Throws.TypeOf<UsageException>().With.Message.Contains("no such folder"));
    }

    [Test]
    public void Resume_FromAnEarlierCheckpointOrAnew_EndsTheSame()
    {
        using var temp = new TempFolder();
        var options = Options(temp) with { KeepCheckpoints = 10 };
        Run(temp, options);
        var whole = Snapshot(temp["out"]);
        Assert.That(Run(temp, options with { Resume = temp["out", "checkpoints", "step-000008"] }).StepsMade, Is.EqualTo(4));
        Assert.That(Snapshot(temp["out"]), Is.EqualTo(whole));
        Assert.That(Run(temp, options with { Resume = "none" }).StepsMade, Is.EqualTo(12));
        Assert.That(Snapshot(temp["out"]), Is.EqualTo(whole));
        Assert.That(Run(temp, options with { Output = temp["elsewhere"], Resume = temp["out", "checkpoints", "step-000008"] }).StepsMade,
            Is.EqualTo(4));
        Assert.That(Snapshot(temp["elsewhere"]).Where(f => !f.Key.Contains("lock", StringComparison.Ordinal)),
            Is.EqualTo(whole.Where(f => !f.Key.Contains("lock", StringComparison.Ordinal))));
    }

    [Test]
    public void Run_NoImprovement_EndsEarlyAndStaysSo()
    {
        using var temp = new TempFolder();
        // So large a rate that the values swing ever wider about the target.
        var options = Options(temp) with { LearningRate = 1, Steps = 100, ValidateEvery = 2, Patience = 3, EmaDecay = 0 };
        TrainingResult result = Run(temp, options);
        Assert.That(result.StoppedEarly);
        Assert.That(result.Steps, Is.EqualTo(result.ChosenStep + 6), "three validations without a better one");
        Assert.That(Run(temp, options).StepsMade, Is.Zero);
    }

    [Test]
    public void Run_OneVideo_SaysThatNothingIsValidated()
    {
        using var temp = new TempFolder();
        SceneRecord[] one = [.. Scenes(temp).Where(s => s.VideoId == "spot")];
        TrainingResult result = new TrainingRun(Options(temp), ModelBundle.Open(BundledModels.Tiny), one,
            (_, _) => new FakeTrainingStep(MiddleChannels), null).Run(default);
        Assert.That(result.Notes, Has.One.Contains("only one video"));
        Assert.That((result.ValidationScenes, result.ChosenStep, result.BestValidationLoss), Is.EqualTo((0, 12L, (double?)null)));
    }

    [Test]
    public void Run_OutOfMemory_SaysWhatToLower()
    {
        using var temp = new TempFolder();
        Assert.That(() => Run(temp, Options(temp), _ => throw new InsufficientMemoryException()),
            Throws.TypeOf<RetryableException>().With.Message.Contains("not enough memory"));
    }

    [Test]
    public void Run_Diverged_SaysAtWhichStep()
    {
        using var temp = new TempFolder();
        var broken = new FakeTrainingStep(MiddleChannels);
        broken.Values(3, 1)[0] = float.NaN;
        var run = new TrainingRun(Options(temp), ModelBundle.Open(BundledModels.Tiny), Scenes(temp), (_, _) => broken, null);
        Assert.That(() => run.Run(default),
            Throws.TypeOf<BadDataException>().With.Message.Contains("at step 1")
            .And.Message.Contains("a lower ControlNetTrainingOptions.LearningRate"));
    }

    [Test]
    public void Run_WithSamples_DrawsThemFromTheWeightsOfTheMoment()
    {
        using var temp = new TempFolder();
        TrainingResult result = Run(temp, Options(temp) with
        {
            Steps = 4,
            SampleEvery = 2,
            SampleScenes = 2,
            Edit = new() { InferenceSteps = 2 }
        });
        Assert.That(result.Samples.Select(s => Path.GetFileName(s)),
            Is.EqualTo(new[] { "step-000002.png", "step-000004.png", "trained.png" }));
        Assert.That(File.ReadAllBytes(result.Samples[0]), Is.Not.EqualTo(File.ReadAllBytes(result.Samples[1])));
        Assert.That(Directory.GetDirectories(temp["out", "samples"]), Is.Empty);
    }
}
