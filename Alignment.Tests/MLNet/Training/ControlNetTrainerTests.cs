using System.Globalization;
using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;
using Alignment.Runner;
using Alignment.Tests.MLNet.Pipelines;
using Alignment.Tests.Onnx.Import;
using Alignment.Tests.Runner.Cli;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.MLNet.Training;

/// <summary>Training the bundled model for real, a few steps of it.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class ControlNetTrainerTests
{
    [Test]
    public void KilledTraining_Continued_EndsWithTheBytesOfAnUninterruptedOne()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]);
        TrainInOtherProcess.Run(data, temp["whole"]);

        const int seed = 20261127;
        var random = new Random(seed);
        foreach (int step in new[] { 7, 13 }) TrainInOtherProcess.KillAfter(step, TimeSpan.FromMilliseconds(random.Next(60)), data,
            temp["killed"]);
        TrainingResult result = TrainInOtherProcess.Run(data, temp["killed"]);

        Assert.That(result.Steps, Is.EqualTo(TrainInOtherProcess.Steps));
        Assert.That(result.StepsMade, Is.InRange(1, 8), "it went on from a checkpoint");
        Assert.Multiple(() =>
        {
            foreach (string file in new[] { "losses.csv", "losses.svg", "training.json", "model/controlnet.onnx", "model/bundle.json" })
                Assert.That(File.ReadAllBytes(temp["killed", file]), Is.EqualTo(File.ReadAllBytes(temp["whole", file])),
                    $"{file}, seed {seed}");
        });
    }

    [Test]
    public async Task Train_OnTheSharedDataSet_LossFallsAndTheResultRuns()
    {
        string data = Shared.Path("media/dataset");
        using var temp = new TempFolder();
        string[] train = ["train", "--data", data, "--out", temp["out"], "--size", "64", "--steps", "8", "--lr", "2e-3", "--validate-every",
            "4", "--sample-every", "4", "--samples", "1", "--json"];
        var (code, output, errors) = await Run(train);
        Assert.That(code, Is.Zero, errors);

        using var json = System.Text.Json.JsonDocument.Parse(output);
        var result = json.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(result.GetProperty("best_validation_loss").GetDouble(),
                Is.LessThan(result.GetProperty("first_validation_loss").GetDouble()));
            Assert.That(result.GetProperty("last_training_loss").GetDouble(),
                Is.LessThan(result.GetProperty("first_training_loss").GetDouble()));
            Assert.That(result.GetProperty("samples").GetArrayLength(), Is.EqualTo(3));
            Assert.That(errors, Does.Contain("training 8/8 (loss"));
            Assert.That(Directory.GetDirectories(temp["out", "checkpoints"]), Is.Not.Empty);
        });

        var (ran, _, runErrors) = await Run("run", "--data", data, "--model", temp["out", "model"], "--out", temp["run"], "--size", "64",
            "--steps", "2", "--max-videos", "1");
        Assert.That(ran, Is.Zero, runErrors);

        var (refused, _, why) = await Run([.. train, "--seed", "9"]);
        Assert.That(refused, Is.EqualTo(2));
        Assert.That(why, Does.Contain("seed: 0 there, 9 now"));
    }

    [Test]
    public async Task Train_ResumeLatestWithNothing_IsUsage()
    {
        using var temp = new TempFolder();
        var (code, _, errors) = await Run("train", "--data", MiniDataSet.Write(temp["data"]), "--out", temp["out"], "--size", "32x24",
            "--resume", "latest");
        Assert.That(code, Is.EqualTo(2), errors);
        Assert.That(errors, Does.Contain("no checkpoint"));
    }

    [Test]
    public void Fit_OnAView_ReturnsTheEditorOfTheTrainedBundle()
    {
        using var temp = new TempFolder();
        SceneRecord[] records = [.. ValidationJob.Scenes(MiniDataSet.Write(temp["data"]))];
        var ml = new MLContext(seed: 1);
        IDataView scenes = ml.Data.LoadFromEnumerable(records);
        ControlNetTrainingOptions options = TrainInOtherProcess.OptionsFor(temp["out"]) with
        {
            Steps = 3,
            EmaDecay = 0,
            NoiseWeight = 1,
            ReconstructionWeight = 0.5,
            BackgroundWeight = 0.25,
            Edit = new() { InferenceSteps = 2 }
        };
        var prepare = ml.Alignment.SizeImage(new() { Width = 32, Height = 24 })
            .Append(ml.Alignment.LoadMap(new() { Width = 32, Height = 24 })).Append(ml.Alignment.NormalizeHeatmap())
            .Append(ml.Alignment.LoadMap(LoadMapOptions.Mask with { Width = 32, Height = 24 })).Append(ml.Alignment.BinarizeMask())
            .Append(ml.Alignment.BuildControl(new() { HeatmapColumn = SceneColumns.Heatmap }));
        IDataView prepared = prepare.Fit(scenes).Transform(scenes);
        ControlNetEstimator estimator = ml.Alignment.ControlNet(options);
        using EditSceneTransformer model = estimator.Fit(prepared);

        Assert.That(model.Options.Bundle, Is.EqualTo(temp["out", "model"]));
        Assert.That(ModelBundle.Open(model.Options.Bundle).Manifest.ControlTrained, Is.True);
        float[][] edited = [.. model.Transform(prepared).GetColumn<VBuffer<float>>(SceneColumns.Edited).Take(1)
            .Select(v => v.DenseValues().ToArray())];
        Assert.That(edited[0], Has.Length.EqualTo(3 * 32 * 24).And.All.InRange(0f, 1f));
        Assert.That(() => estimator.Fit(ml.Data.LoadFromEnumerable(new[] { new { video_id = "a" } })),
            Throws.TypeOf<UsageException>().With.Message.Contains("scene_number"));

        // Each line's loss is the weighted sum of its parts.
        string[] lines = File.ReadAllLines(temp["out", "losses.csv"]);
        Assert.That(lines[0], Is.EqualTo("step,epoch,part,learning_rate,gradient_norm,loss,noise_mse,reconstruction_l1,background_l1"));
        foreach (string line in lines.Skip(1))
        {
            double[] v = [.. line.Split(',').Skip(5).Select(c => double.Parse(c, CultureInfo.InvariantCulture))];
            Assert.That(v[0], Is.EqualTo(v[1] + 0.5 * v[2] + 0.25 * v[3]).Within(1e-5 * v[0]));
        }
    }

    [Test]
    public void Open_WhatCannotBeTrained_IsRefusedBeforeAnythingIsWritten()
    {
        using var temp = new TempFolder();
        ControlNetTrainingOptions options = TrainInOtherProcess.OptionsFor(temp["out"]);
        string withoutLpips = LpipsImportTests.Bundle(temp);
        Assert.Multiple(() =>
        {
            Assert.That(() => TrainingJob.Open(options with { Width = 30 }),
                Throws.TypeOf<UsageException>().With.Message.Contains("multiple of 4"));
            Assert.That(() => TrainingJob.Open(options with { Model = withoutLpips, LpipsWeight = 1 }),
                Throws.TypeOf<UsageException>().With.Message.Contains("lpips.onnx"));
            Assert.That(() => TrainingJob.Open(options with { LearningRate = 0 }),
                Throws.TypeOf<UsageException>().With.Message.Contains("ControlNetTrainingOptions.LearningRate"));
            Assert.That(() => TrainingJob.Open(options with { NoiseWeight = 0 }),
                Throws.TypeOf<UsageException>().With.Message.Contains("ControlNetTrainingOptions.NoiseWeight"));
            Assert.That(() => TrainingJob.Open(options with { Output = BundledModels.Tiny }),
                Throws.TypeOf<UsageException>().With.Message.Contains("another folder"));
            Assert.That(() => TrainingJob.Open(options with { Model = temp["none"] }), Throws.TypeOf<MissingDependencyException>());
            Assert.That(Directory.Exists(temp["out"]), Is.False);
        });
    }

    static async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(args, terminal, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }
}
