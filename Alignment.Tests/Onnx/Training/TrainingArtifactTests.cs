using System.Runtime.InteropServices;
using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Runner;
using Alignment.Tests.Runner.Cli;

namespace Alignment.Tests.Onnx.Training;

public sealed class TrainingArtifactTests
{
    /// <summary>The reference's model as a bundle with an artifact.</summary>
    static ModelBundle Imported(TempFolder folder, TrainingLosses losses = TrainingProblem.Losses)
    {
        ModelBundle bundle = DiffusersImport.Run(Shared.Path("fixtures", "tiny-sd"), folder["bundle"]);
        TrainingArtifact.Write(bundle, new() { Losses = losses });
        return bundle;
    }

    [Test]
    public void Artifact_OfTheReferenceModel_TrainsAsTheReferenceDoes()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = Imported(folder);
        using var problem = new TrainingProblem();
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        Assert.That(TrainingCheckpoint.Load(bundle.Folder + "/" + TrainingArtifact.Checkpoint, buffers), Is.Zero);
        using TrainingSession training = TrainingArtifact.OpenTraining(bundle, buffers),
            eval = TrainingArtifact.OpenEval(bundle, buffers);
        using AdamW adam = TrainingArtifact.OpenOptimizer(bundle, buffers, new() { MaxGradientNorm = 0 });
        problem.Feed(training);
        problem.Feed(eval);
        TrainingProblem.AssertLosses(training.Run(), 0);
        adam.Step(1e-3);
        TrainingProblem.AssertLosses(eval.Run(), 1);
        TrainingProblem.AssertLosses(training.Run(), 1);
    }

    [Test]
    public async Task CommandLine_EveryLossOfTheBundledModel_WritesAnArtifactThatTrains([Values] bool recompute)
    {
        using var folder = new TempFolder();
        ModelBundle bundle = CopyOfTiny(folder);
        var (terminal, output, errors) = TestTerminal.Make();
        string[] typed = ["models", "training", "--model", bundle.Folder, "--losses", "noise,reconstruction,lpips,background", "--json",
            .. recompute ? ["--recompute"] : Array.Empty<string>()];
        Assert.That(await RunnerProgram.RunAsync(typed, terminal, CancellationToken.None), Is.Zero, errors.ToString());
        using var shown = JsonDocument.Parse(output.ToString());
        Assert.That(shown.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("file").GetString()),
            Is.SupersetOf(new[] { TrainingArtifact.TrainingModel, TrainingArtifact.EvalModel, TrainingArtifact.OptimizerModel,
            TrainingArtifact.Checkpoint }));

        bundle = ModelBundle.Open(bundle.Folder);
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        using TrainingSession training = TrainingArtifact.OpenTraining(bundle, buffers);
        Assert.That(training.Outputs, Is.EquivalentTo(new[] { "loss", "noise_mse", "reconstruction_l1", "lpips", "background_l1" }));
    }

    /// <summary>The tiny bundle keeps its weights inside unet.onnx, at places that are no multiples of four; so ONNX Runtime must take
    /// those.</summary>
    [Test]
    public void Artifact_OfABundleWithInlineWeights_RefersToThemWhereTheyLie()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = CopyOfTiny(folder);
        TrainingArtifact.Write(bundle, new() { Losses = TrainingProblem.Losses });
        Assert.Multiple(() =>
        {
            using var unet = new OnnxWeights(bundle.PathOf("unet.onnx"));
            Assert.That(unet.Infos.Keys.Select(n => ((IPlacedWeights)unet).Find(n)!.Offset % 4), Has.Some.Not.Zero,
                "the case is out of date");
            Assert.That(bundle.Header("unet.onnx").ExternalFiles, Is.Empty);
            byte[] graph = File.ReadAllBytes(Path.Combine(bundle.Folder, TrainingArtifact.TrainingModel));
            foreach (WeightInfo info in unet.Infos.Values.Where(i => i.Count >= 1024))
            {
                var weight = new float[info.Count];
                unet.Read(info.Name, 0, weight);
                Assert.That(graph.AsSpan().IndexOf(MemoryMarshal.AsBytes(weight.AsSpan(0, 64))), Is.EqualTo(-1), $"{info.Name} was copied");
            }
        });

        // Written once more with every weight inside, the losses are the same to the last bit.
        using var models = new FrozenModels(bundle, TrainingProblem.Losses);
        var model = ControlNetTrainingGraph.Author(models.Configs, "epsilon", models.Weights, new() { Losses = TrainingProblem.Losses });
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        TrainingCheckpoint.Load(bundle.Folder + "/" + TrainingArtifact.Checkpoint, buffers);
        using TrainingSession shared = TrainingArtifact.OpenTraining(bundle, buffers), own = TrainingTools.Open(model, buffers);
        Feed(shared);
        Feed(own);
        var made = own.Run();
        float[] gradients = buffers.Gradients.Span(0, (int)buffers.Length).ToArray();
        buffers.Gradients.Clear();
        foreach (var (name, values) in shared.Run()) Assert.That(values, Is.EqualTo(made[name]), name);
        Assert.That(buffers.Gradients.Span(0, (int)buffers.Length).ToArray(), Is.EqualTo(gradients));
        Assert.That(gradients, Has.Some.Not.Zero.And.All.Matches<float>(float.IsFinite));
    }

    static void Feed(TrainingSession session)
    {
        foreach (string input in session.Inputs)
        {
            long[] shape = input switch
            {
                "noisy_latents" or "noise" => [2, 4, 8, 8],
                "encoder_hidden_states" => [2, 77, 48],
                "controlnet_cond" => [2, 2, 32, 32],
                "target_image" => [2, 3, 32, 32],
                "mask" => [2, 1, 32, 32],
                "timestep" or "alpha_bar" or "sample_weight" => [2],
                _ => [1],
            };
            var values = new float[shape.Aggregate(1L, (n, d) => n * d)];
            if (shape.Length == 1) values.AsSpan().Fill(input == "timestep" ? 300 : 0.5f);
            else SeededNormal.Fill(values, 1, input, 0);
            session.Set(input, values, shape);
        }
    }

    [Test]
    public void Write_NoiseLossOnly_ReadsNoDecoder()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = Imported(folder, TrainingLosses.Noise);
        string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(bundle.Folder, TrainingArtifact.TrainingModel)));
        Assert.That(text, Does.Contain("unet.onnx").And.Not.Contains("vae"));
    }

    [Test]
    public void Open_BundleWhoseUNetChanged_IsRefused()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = Imported(folder, TrainingLosses.Noise);
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        string manifest = Path.Combine(bundle.Folder, "bundle.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(bundle.Manifest.Files["unet.onnx"].Sha256, new string('0', 64)));
        Assert.That(() => TrainingArtifact.OpenTraining(ModelBundle.Open(bundle.Folder), buffers),
            Throws.TypeOf<BadDataException>().With.Message.Contains("models training"));
    }

    [Test]
    public void Open_WithoutArtifact_SaysWhatToDo()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = CopyOfTiny(folder);
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        Assert.That(() => TrainingArtifact.OpenTraining(bundle, buffers),
            Throws.TypeOf<MissingDependencyException>().With.Message.Contains("alignment models training"));
    }

    [Test]
    public void Write_WithoutConfigs_SaysWhatToDo()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = CopyOfTiny(folder);
        File.Delete(Path.Combine(bundle.Folder, "bundle.json"));
        Directory.Delete(Path.Combine(bundle.Folder, "configs"), recursive: true);
        Assert.That(() => TrainingArtifact.Write(ModelBundle.Open(bundle.Folder)),
            Throws.TypeOf<BadDataException>().With.Message.Contains("configs/unet.json").And.Message.Contains("alignment models import"));
    }

    [Test]
    public void Open_GraphThatNamesAFileOutsideTheBundle_IsRefused()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = Imported(folder, TrainingLosses.Noise);
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        string path = Path.Combine(bundle.Folder, TrainingArtifact.TrainingModel);
        byte[] bytes = File.ReadAllBytes(path);
        for (int at; (at = bytes.AsSpan().IndexOf("unet.onnx"u8)) >= 0;) "../t.onnx"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(path, bytes);
        File.Copy(bundle.PathOf("unet.onnx"), folder["t.onnx"]);
        Assert.That(() => TrainingArtifact.OpenTraining(bundle, buffers),
            Throws.TypeOf<BadDataException>().With.Message.Contains("../t.onnx"));
    }

    [Test]
    public void TrainedBundle_OfChangedParameters_IsABundleThatRunsThem()
    {
        using var folder = new TempFolder();
        ModelBundle bundle = CopyOfTiny(folder);
        using ParameterBuffers buffers = TrainingArtifact.Buffers(bundle);
        using var before = new OnnxWeights(bundle.PathOf("controlnet.onnx"));
        buffers.Fill(MixedWeights.Scoped(("controlnet", before)));
        buffers.Parameters.Span(buffers["controlnet.conv_in.bias"]).Fill(0.25f);
        ModelBundle trained = TrainedBundle.Write(bundle, folder["trained"], ControlNetTraining.Weights(buffers),
            new() { Note = "Trained on nothing." });
        using var after = new OnnxWeights(trained.PathOf("controlnet.onnx"));
        Assert.Multiple(() =>
        {
            Assert.That(() => trained.Verify(), Throws.Nothing);
            Assert.That(trained.Manifest.ControlTrained, Is.True);
            Assert.That(trained.Manifest.Note, Is.EqualTo("Trained on nothing."));
            Assert.That(trained.Hash, Is.Not.EqualTo(bundle.Hash));
            foreach (WeightInfo info in before.Infos.Values)
            {
                float[] old = new float[info.Count], now = new float[info.Count];
                before.Read(info.Name, 0, old);
                after.Read(info.Name, 0, now);
                Assert.That(now, info.Name == "conv_in.bias" ? Is.All.EqualTo(0.25f) : Is.EqualTo(old), info.Name);
            }
            Assert.That(BundleConfigs.Read(trained).ControlNet.EmbeddingChannels,
                Is.EqualTo(BundleConfigs.Read(bundle).ControlNet.EmbeddingChannels));
        });
    }

    static ModelBundle CopyOfTiny(TempFolder folder)
    {
        foreach (string file in Directory.EnumerateFiles(BundledModels.Tiny, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(folder["tiny"], Path.GetRelativePath(BundledModels.Tiny, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(file));
        }
        return ModelBundle.Open(folder["tiny"]);
    }
}
