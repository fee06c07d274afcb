using System.Runtime.InteropServices;
using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Alignment.Runner;
using Alignment.Tests.Onnx.Models;
using Alignment.Tests.Onnx.Weights;
using Alignment.Tests.Runner.Cli;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Import;

/// <summary>A Hugging Face folder becomes a bundle's CLIPSeg, by library and by command line.</summary>
public sealed class ClipSegImportTests
{
    const string Model = "tiny-clipseg";

    /// <summary>A copy of the reference's folder, so that files can be taken away and changed.</summary>
    static string Source(TempFolder folder)
    {
        string from = Shared.Path("fixtures", "clipseg", Model);
        Directory.CreateDirectory(folder["hf"]);
        foreach (string file in Directory.EnumerateFiles(from))
            File.WriteAllBytes(Path.Combine(folder["hf"], Path.GetFileName(file)), File.ReadAllBytes(file));
        return folder["hf"];
    }

    /// <summary>The weights as PyTorch publishes them, whole numbers included.</summary>
    static void ToTorch(string folder)
    {
        string path = Path.Combine(folder, "model.safetensors");
        using (SafetensorsFile weights = SafetensorsFile.Open(path))
        {
            var entries = new List<(string, byte[])>();
            var pickle = new PickleBytes().Op("}(");
            foreach (WeightInfo info in weights.Infos.Values)
            {
                bool whole = info.Type == WeightType.I64;
                string key = $"{entries.Count}";
                long[] strides = [.. info.Shape.Select((_, axis) => info.Shape.Skip(axis + 1).Aggregate(1L, (n, d) => n * d))];
                pickle.Text(info.Name).Tensor(key, info.Count, 0, [.. info.Shape], strides, whole ? "LongStorage" : "FloatStorage");
                entries.Add(($"archive/data/{key}", whole ? MemoryMarshal.AsBytes(weights.ReadIntegers(info.Name).AsSpan()).ToArray()
                    : MemoryMarshal.AsBytes(Tensor.Read(weights, info.Name).Data.AsSpan()).ToArray()));
            }
            File.WriteAllBytes(Path.Combine(folder, "pytorch_model.bin"),
                TorchZipBytes.Of([("archive/data.pkl", pickle.Op("u").End()), .. entries]));
        }
        File.Delete(path);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Run_PublishedFolder_GivesTheReferenceMaskFromTheBundle(bool torch)
    {
        using var folder = new TempFolder();
        string bundle = LpipsImportTests.Bundle(folder), source = Source(folder);
        if (torch) ToTorch(source);
        ModelBundle before = ModelBundle.Open(bundle);
        ModelBundle made = ClipSegImport.Run(source, bundle);
        Assert.Multiple(() =>
        {
            Assert.That(() => made.Verify(), Throws.Nothing);
            Assert.That(made.Hash, Is.EqualTo(before.Hash), "the same pictures");
            Assert.That(made.Inspect().Models.Select(m => m.File), Is.SupersetOf(new[] { "clipseg.onnx", "clipseg_text.onnx" }));
            Assert.That(File.ReadAllText(made.PathOf("clipseg_tokenizer/vocab.json")),
                Is.EqualTo(File.ReadAllText(Path.Combine(source, "vocab.json"))));
            Assert.That(made.Manifest.Origin, Does.Contain("'hf'"));
        });
        using SafetensorsFile io = SafetensorsFile.Open(Shared.Path("fixtures", "clipseg", $"{Model}.io.safetensors"));
        using InferenceSession text = OrtSessions.Open(made.PathOf(BundleFiles.ClipSegText)),
            masks = OrtSessions.Open(made.PathOf(BundleFiles.ClipSeg));
        using var run = new RunOptions();
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(io.ReadIntegers("input_ids"), [3, 77]);
        using var features = text.Run(run, ["input_ids"], [ids], ["conditional_embeddings"]);
        Tensor pixels = Tensor.Read(io, "s64.pixel_values"), expected = Tensor.Read(io, "s64.logits");
        using OrtValue picture = OrtValue.CreateTensorValueFromMemory(pixels.Data, pixels.Shape),
            prompts = OrtValue.CreateTensorValueFromMemory(features[0].GetTensorDataAsSpan<float>().ToArray(), [3, 1, 24]);
        using var logits = masks.Run(run, ["pixel_values", "conditional_embeddings"], [picture, prompts], ["logits"]);
        Assert.That(Tensor.Error(new(expected.Shape, logits[0].GetTensorDataAsSpan<float>().ToArray()), expected),
            Is.LessThanOrEqualTo(Fixture.Tolerance));
    }

    [Test]
    public void Run_AgainWithAnotherModel_ReplacesItAndLeavesNothingBehind()
    {
        using var folder = new TempFolder();
        string bundle = LpipsImportTests.Bundle(folder), first = Source(folder), manifest = Path.Combine(bundle, "bundle.json");
        ClipSegImport.Run(first, bundle);
        string once = File.ReadAllText(manifest);
        ClipSegImport.Run(Shared.Path("fixtures", "clipseg", "tiny-clipseg-simple"), bundle);
        Assert.That(File.ReadAllText(manifest), Is.Not.EqualTo(once));
        ClipSegImport.Run(first, bundle);
        Assert.That(File.ReadAllText(manifest), Is.EqualTo(once));
        string[] listed = [.. ModelBundle.Open(bundle).AllFiles.Append("bundle.json").Append("README.md").Order(StringComparer.Ordinal)];
        string[] there = [.. Directory.EnumerateFiles(bundle, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(bundle, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        Assert.That(there, Is.EqualTo(listed));
    }

    [Test]
    public void Run_WhatIsWrong_IsNamedAndLeavesTheBundleAlone()
    {
        using var folder = new TempFolder();
        string bundle = LpipsImportTests.Bundle(folder), manifest = File.ReadAllText(Path.Combine(bundle, "bundle.json")),
            source = Source(folder), config = Path.Combine(source, "config.json"), good = File.ReadAllText(config);
        void Changed(string from, string to) => File.WriteAllText(config,
            good.Contains(from, StringComparison.Ordinal) ? good.Replace(from, to, StringComparison.Ordinal)
            : throw new InvalidOperationException(from));
        Assert.Multiple(() =>
        {
            Assert.That(() => ClipSegImport.Run(folder["none"], bundle),
                Throws.TypeOf<MissingDependencyException>().With.Message.Contains("The CLIPSeg folder"));
            Assert.That(() => ClipSegImport.Run(source, folder["none"]), Throws.TypeOf<MissingDependencyException>());
            Changed("\"reduce_dim\": 16", "\"reduce_dim\": 20");
            Assert.That(() => ClipSegImport.Run(source, bundle),
                Throws.TypeOf<BadDataException>().With.Message.Contains("decoder.film_add.weight"));
            Changed("\"model_type\": \"clipseg\"", "\"model_type\": \"clip\"");
            Assert.That(() => ClipSegImport.Run(source, bundle), Throws.TypeOf<BadDataException>().With.Message.Contains("'model_type'"));
            Changed("  4\n ]", "  5\n ]");
            Assert.That(() => ClipSegImport.Run(source, bundle),
                Throws.TypeOf<BadDataException>().With.Message.Contains("'extract_layers'"));
            Changed("\"patch_size\": 16", "\"patch_size\": -1");
            Assert.That(() => ClipSegImport.Run(source, bundle),
                Throws.TypeOf<BadDataException>().With.Message.Contains("'vision_config.patch_size'"));
            Changed("\"vocab_size\": 734", "\"vocab_size\": 700");
            Assert.That(() => ClipSegImport.Run(source, bundle), Throws.TypeOf<BadDataException>().With.Message.Contains("734 tokens"));
            File.WriteAllText(config, good);
            File.Delete(Path.Combine(source, "merges.txt"));
            Assert.That(() => ClipSegImport.Run(source, bundle), Throws.TypeOf<BadDataException>().With.Message.Contains("merges.txt"));
            Assert.That(File.ReadAllText(Path.Combine(bundle, "bundle.json")), Is.EqualTo(manifest));
        });
    }

    // The published file's form, the newer one, CLIP's own extractor's, and what is left out.
    [TestCase("""
        {"size":352,"resample":2,"image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225],
        "feature_extractor_type":"ViTFeatureExtractor"}
        """, 352, 352, 2, 0.485f)]
    [TestCase("""
        {"size":{"height":224,"width":288},"resample":3,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],
        "rescale_factor":0.00392156862745098}
        """, 288, 224, 3, 0.5f)]
    [TestCase("""{"size":{"shortest_edge":96},"do_center_crop":true,"crop_size":{"height":96,"width":96},"do_normalize":false}""", 176, 96,
        2, 0f)]
    [TestCase("""{"size":96,"image_processor_type":"CLIPImageProcessor"}""", 176, 96, 2, 0.485f)]
    [TestCase("""{"do_resize":false}""", 1280, 720, 2, 0.485f)]
    [TestCase("""{}""", 352, 352, 2, 0.485f)]
    public void Pictures_EveryForm_IsObeyedAndKept(string json, int width, int height, int resample, float mean)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["preprocessor_config.json"], json);
        ClipSegPictures read = ClipSegPictures.Read(folder["preprocessor_config.json"]);
        File.WriteAllText(folder["kept.json"], ConfigText.Of(read));
        ClipSegPictures kept = ClipSegPictures.Read(folder["kept.json"]);
        foreach (ClipSegPictures pictures in (ClipSegPictures[])[read, kept])
            Assert.Multiple(() =>
            {
                // 96 · 16/9 = 170.7, the nearest multiple of 16 is 176
                Assert.That(pictures.Target(1280, 720, 16), Is.EqualTo((width, height)));
                Assert.That(pictures.Resample, Is.EqualTo(resample));
                Assert.That(pictures.Mean[0], Is.EqualTo(mean));
                Assert.That(pictures.Scale, Is.EqualTo(1 / 255f));
            });
    }

    [TestCase("""{"size":0}""", "size")]
    [TestCase("""{"size":{"height":99999999,"width":1}}""", "size.height")]
    [TestCase("""{"image_std":[0,1,1]}""", "image_std")]
    [TestCase("""{"resample":9}""", "resample")]
    public void Pictures_Nonsense_IsRefusedByKey(string json, string key)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["p.json"], json);
        Assert.That(() => ClipSegPictures.Read(folder["p.json"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains($"'{key}'").Or.Message.Contains("'size.width'"));
    }

    [Test]
    public async Task CommandLine_Json_ShowsTheBundleWithIt()
    {
        using var folder = new TempFolder();
        string bundle = LpipsImportTests.Bundle(folder), source = Source(folder);
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(["models", "import", "--clipseg", source, "--model", bundle, "--json"], terminal,
            CancellationToken.None);
        Assert.That(code, Is.Zero, errors.ToString());
        using var shown = JsonDocument.Parse(output.ToString());
        Assert.That(shown.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("file").GetString()),
            Does.Contain("clipseg.onnx"));
        Assert.That(await RunnerProgram.RunAsync(["models", "import", "--clipseg", source, "--lpips", "x", "--model", bundle], terminal,
            CancellationToken.None), Is.EqualTo(2));
        Assert.That(await RunnerProgram.RunAsync(["models", "import", "--clipseg", source], terminal, CancellationToken.None),
            Is.EqualTo(2));
    }
}
