using System.Text.Json.Nodes;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Onnx.Import;

public sealed class DiffusersImportTests
{
    static string CopyOf(TempFolder folder, string model)
    {
        string from = Shared.Path("fixtures", model);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(folder["source"], Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(file));
        }
        return folder["source"];
    }

    static void Change(string json, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(File.ReadAllText(json))!.AsObject();
        change(root);
        File.WriteAllText(json, root.ToJsonString());
    }

    // tiny-sd: 32 + 48 wide with one layer: conv_in, a layer and a downsampler, a layer. 4level: SD 1.5's own 12.
    [TestCase("tiny-sd", 2, 4, 32, 794)]
    [TestCase("tiny-sd-4level", 8, 12, 24, 714)]
    public void Run_ReferenceModel_MakesABundleThatRuns(string model, int vaeFactor, int residuals, int textWidth, int vocabulary)
    {
        using var folder = new TempFolder();
        ModelBundle bundle = DiffusersImport.Run(Shared.Path("fixtures", model), folder["bundle"]);
        using var run = new BundleRun(bundle);
        Dictionary<string, float[]> outputs = run.All(batch: 2, width: 64, height: 48);
        Assert.Multiple(() =>
        {
            Assert.That(bundle.Manifest.VaeFactor, Is.EqualTo(vaeFactor));
            Assert.That(bundle.Manifest.ControlResiduals, Is.EqualTo(residuals));
            Assert.That(bundle.Manifest.TextWidth, Is.EqualTo(textWidth));
            Assert.That(bundle.Manifest.ControlChannels, Is.EqualTo(2));
            Assert.That(bundle.Manifest.ScalingFactor, Is.EqualTo(0.18215));
            Assert.That(bundle.Manifest.PredictionType, Is.EqualTo("epsilon"));
            Assert.That(bundle.Manifest.Scheduler,
                Is.EqualTo(new SchedulerFacts
                {
                    TrainTimesteps = 1000,
                    BetaStart = 0.00085,
                    BetaEnd = 0.012,
                    BetaSchedule = "scaled_linear",
                    StepsOffset = 1,
                    ClassName = "PNDMScheduler"
                }));
            Assert.That(bundle.Manifest.Tokenizer,
                Is.EqualTo(new TokenizerFacts
                {
                    VocabularySize = vocabulary,
                    StartId = vocabulary - 2,
                    EndId = vocabulary - 1,
                    PadId = vocabulary - 1,
                    Length = 77
                }));
            Assert.That(outputs.Values.SelectMany(v => v).All(float.IsFinite), Is.True);
            Assert.That(outputs["vae_decoder.onnx/sample"], Has.Length.EqualTo(2 * 3 * 64 * 48));
            Assert.That(Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "bundle" }),
                "leftovers");
            Assert.That(() => bundle.Verify(), Throws.Nothing);
        });
    }

    [Test]
    public void Run_Twice_GivesTheSameBundle()
    {
        using var folder = new TempFolder();
        string from = Shared.Path("fixtures", "tiny-sd");
        Assert.That(DiffusersImport.Run(from, folder["a"]).Hash, Is.EqualTo(DiffusersImport.Run(from, folder["b"]).Hash));
        Assert.That(File.ReadAllBytes(folder["a", "bundle.json"]), Is.EqualTo(File.ReadAllBytes(folder["b", "bundle.json"])));
    }

    [Test]
    public void Run_TargetTaken_IsRefusedUnlessForced()
    {
        using var folder = new TempFolder();
        string from = Shared.Path("fixtures", "tiny-sd");
        Directory.CreateDirectory(folder["other"]);
        File.WriteAllText(folder["other", "thesis.txt"], "mine");
        DiffusersImport.Run(from, folder["bundle"]);
        Assert.Multiple(() =>
        {
            Assert.That(() => DiffusersImport.Run(from, folder["bundle"]),
                Throws.TypeOf<UsageException>().With.Message.Contains("set force"));
            Assert.That(() => DiffusersImport.Run(from, folder["bundle"], new() { Force = true, License = "openrail" }).Manifest.License,
                Is.EqualTo("openrail"));
            Assert.That(() => DiffusersImport.Run(from, folder["other"], new() { Force = true }), Throws.TypeOf<UsageException>());
            Assert.That(File.ReadAllText(folder["other", "thesis.txt"]), Is.EqualTo("mine"));
        });
    }

    [Test]
    public void Run_NoControlNet_StartsOneThatChangesNothing()
    {
        using var folder = new TempFolder();
        string from = CopyOf(folder, "tiny-sd-4level");
        Directory.Delete(Path.Combine(from, "controlnet"), recursive: true);
        Change(Path.Combine(from, "model_index.json"), root => root.Remove("controlnet"));
        File.WriteAllText(Path.Combine(from, "README.md"), "---\nlicense: creativeml-openrail-m\n---\n# A model\n");

        ModelBundle bundle = DiffusersImport.Run(from, folder["bundle"]);
        using var run = new BundleRun(bundle);
        Dictionary<string, float[]> outputs = run.All(batch: 1, width: 64, height: 64);
        Assert.Multiple(() =>
        {
            Assert.That(bundle.Manifest.ControlChannels, Is.EqualTo(2));
            Assert.That(bundle.Manifest.ControlTrained, Is.False);
            Assert.That(bundle.Manifest.Note, Does.Contain("trained"));
            Assert.That(bundle.Manifest.License, Is.EqualTo("creativeml-openrail-m"));
            Assert.That(outputs.Where(o => o.Key.StartsWith("controlnet.onnx/", StringComparison.Ordinal)).SelectMany(o => o.Value),
                Is.All.Zero);
        });
    }

    [Test]
    public void Run_ControlNetElsewhere_IsUsed()
    {
        using var folder = new TempFolder();
        string from = CopyOf(folder, "tiny-sd");
        Directory.Move(Path.Combine(from, "controlnet"), folder["mine"]);
        Change(Path.Combine(from, "model_index.json"), root => root.Remove("controlnet"));
        ModelBundle elsewhere = DiffusersImport.Run(from, folder["a"], new() { ControlNet = folder["mine"] });
        ModelBundle whole = DiffusersImport.Run(Shared.Path("fixtures", "tiny-sd"), folder["b"]);
        Assert.That(elsewhere.Manifest.Files, Is.EquivalentTo(whole.Manifest.Files));
    }

    [Test]
    public void Run_ShardedUnet_GivesTheSameModel()
    {
        using var folder = new TempFolder();
        string from = CopyOf(folder, "tiny-sd"), unet = Path.Combine(from, "unet", "diffusion_pytorch_model.safetensors");
        var map = new JsonObject();
        using (var whole = SafetensorsFile.Open(unet))
        {
            string[] names = [.. whole.Infos.Keys.Order(StringComparer.Ordinal)];
            foreach (int shard in (int[])[1, 2])
            {
                string[] part = [.. names.Where((_, i) => i % 2 == shard - 1)];
                string file = $"diffusion_pytorch_model-0000{shard}-of-00002.safetensors";
                SafetensorsWriter.Write(Path.Combine(from, "unet", file),
                    part.Select(n => SafetensorsTensor.Floats(n, whole.Infos[n].Shape, whole.ReadFloats(n))));
                foreach (string name in part) map[name] = file;
            }
        }
        File.Delete(unet);
        File.WriteAllText(unet + ".index.json", new JsonObject { ["weight_map"] = map }.ToJsonString());
        ModelBundle sharded = DiffusersImport.Run(from, folder["a"]);
        ModelBundle whole2 = DiffusersImport.Run(Shared.Path("fixtures", "tiny-sd"), folder["b"]);
        Assert.That(sharded.Manifest.Files, Is.EquivalentTo(whole2.Manifest.Files));
    }

    [Test]
    public void Run_WrongSource_SaysWhatIsWrongAndLeavesNothing()
    {
        (string Why, string Word, Action<string> Break)[] cases =
        [
            ("no index", "model_index.json", f => File.Delete(Path.Combine(f, "model_index.json"))),
            ("another family", "StableDiffusionXL", f => Change(Path.Combine(f, "model_index.json"),
                r => r["unet"] = new JsonArray("diffusers", "StableDiffusionXL"))),
            ("no vae config", "vae/config.json", f => File.Delete(Path.Combine(f, "vae", "config.json"))),
            ("only a pickle", "convert them to safetensors",
                f => File.Move(Path.Combine(f, "unet", "diffusion_pytorch_model.safetensors"),
                Path.Combine(f, "unet", "diffusion_pytorch_model.bin"))),
            ("weights of another part", "decoder.conv_in.weight",
                f => File.Copy(Path.Combine(f, "unet", "diffusion_pytorch_model.safetensors"),
                Path.Combine(f, "vae", "diffusion_pytorch_model.safetensors"), overwrite: true)),
            ("left-over tensor", "extra.tensor", f => AddTensor(Path.Combine(f, "unet", "diffusion_pytorch_model.safetensors"))),
            ("text widths differ", "cross_attention_dim",
                f => Change(Path.Combine(f, "text_encoder", "config.json"), r => r["hidden_size"] = 64)),
            ("another ControlNet", "controlnet", f => Change(Path.Combine(f, "controlnet", "config.json"),
                r => r["block_out_channels"] = new JsonArray(32, 64))),
            ("broken vocabulary", "vocab.json", f => File.WriteAllText(Path.Combine(f, "tokenizer", "vocab.json"), "{\"a\":1}")),
            ("truncated weights", "truncated", f => File.WriteAllBytes(Path.Combine(f, "vae", "diffusion_pytorch_model.safetensors"),
                File.ReadAllBytes(Path.Combine(f, "vae", "diffusion_pytorch_model.safetensors"))[..^100])),
        ];
        _ = Shared.Path("fixtures", "tiny-sd");   // skips here: inside the block below it could not
        Assert.Multiple(() =>
        {
            foreach ((string why, string word, Action<string> spoil) in cases)
            {
                using var folder = new TempFolder();
                string from = CopyOf(folder, "tiny-sd");
                spoil(from);
                Assert.That(() => DiffusersImport.Run(from, folder["bundle"]),
                    Throws.TypeOf<BadDataException>().With.Message.Contains(word), why);
                Assert.That(Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "source" }),
                    why);
            }
        });
        Assert.That(() => DiffusersImport.Run("no-such-folder", "x"), Throws.TypeOf<MissingDependencyException>());
    }

    static void AddTensor(string path)
    {
        List<SafetensorsTensor> all;
        using (var whole = SafetensorsFile.Open(path))
            all = [.. whole.Infos.Values.Select(i => SafetensorsTensor.Floats(i.Name, i.Shape, whole.ReadFloats(i.Name)))];
        SafetensorsWriter.Write(path, [.. all, SafetensorsTensor.Floats("extra.tensor", [1], new[] { 0f })]);
    }

    [TestCase("timestep_spacing", "\"trailing\"", "trailing")]
    [TestCase("timestep_spacing", "\"linspace\"", "linspace")]
    [TestCase("timestep_spacing", "\"leading\"", null)]
    [TestCase("rescale_betas_zero_snr", "false", null)]
    public void Run_SchedulersSpacing_IsRecorded(string key, string json, string? spacing)
    {
        using var folder = new TempFolder();
        string from = CopyOf(folder, "tiny-sd");
        Change(Path.Combine(from, "scheduler", "scheduler_config.json"), r => r[key] = JsonNode.Parse(json));
        Change(Path.Combine(from, "model_index.json"), r => r["tokenizer"] = new JsonArray("transformers", "CLIPTokenizerFast"));
        ModelBundle bundle = DiffusersImport.Run(from, folder["bundle"]);
        Assert.That(bundle.Manifest.Scheduler.TimestepSpacing, Is.EqualTo(spacing));
        Assert.That(File.ReadAllText(folder["bundle", "bundle.json"]).Contains("timestepSpacing", StringComparison.Ordinal),
            Is.EqualTo(spacing is not null));
        // Lin et al. 2023, table 2: T = 1000, 4 steps.
        int[] timesteps = new NoiseSchedule(SchedulerConfig.Of(bundle)).Timesteps(4);
        Assert.That(timesteps, Is.EqualTo(spacing switch
        {
            "trailing" => [999, 749, 499, 249],
            "linspace" => [999, 666, 333, 0],
            _ => new[] { 751, 501, 251, 1 }
        }));
    }

    // What would change the pictures but cannot be honoured must not be passed over.
    [TestCase("rescale_betas_zero_snr", "true")]
    [TestCase("thresholding", "true")]
    [TestCase("beta_schedule", "\"squaredcos_cap_v2\"")]
    [TestCase("prediction_type", "\"flow\"")]
    [TestCase("timestep_spacing", "\"karras\"")]
    public void Run_SchedulerThatCannotBeHonoured_IsRefusedByItsKey(string key, string json)
    {
        using var folder = new TempFolder();
        string from = CopyOf(folder, "tiny-sd");
        Change(Path.Combine(from, "scheduler", "scheduler_config.json"), r => r[key] = JsonNode.Parse(json));
        Assert.That(() => DiffusersImport.Run(from, folder["bundle"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains(key).And.Message.Contains("scheduler_config.json"));
    }

    [Test]
    public void Run_Cancelled_LeavesNothing()
    {
        string from = Shared.Path("fixtures", "tiny-sd");
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => DiffusersImport.Run(from, folder["bundle"], cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }
}
