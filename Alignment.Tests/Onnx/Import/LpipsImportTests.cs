using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Alignment.Runner;
using Alignment.Tests.Onnx.Weights;
using Alignment.Tests.Runner.Cli;

namespace Alignment.Tests.Onnx.Import;

/// <summary>Published weights become a bundle's LPIPS, by library and by command line.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class LpipsImportTests
{
    /// <summary>The bundled model without the LPIPS it comes with.</summary>
    internal static string Bundle(TempFolder folder)
    {
        foreach (string file in Directory.EnumerateFiles(BundledModels.Tiny, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(folder["bundle"], Path.GetRelativePath(BundledModels.Tiny, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        string manifest = Path.Combine(folder["bundle"], "bundle.json");
        JsonObject root = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        foreach (string file in (string[])["lpips.onnx", "configs/lpips.json"])
        {
            File.Delete(Path.Combine(folder["bundle"], file));
            root["files"]!.AsObject().Remove(file);
        }
        root["parameters"]!.AsObject().Remove("lpips.onnx");
        File.WriteAllText(manifest, root.ToJsonString());
        return folder["bundle"];
    }

    static SeededWeights Random(LpipsTrunk trunk) => new(Lpips.Weights(LpipsConfig.Of(trunk)), new() { Seed = 11 });

    static float[] All(IWeights from, string name)
    {
        var values = new float[from.Infos[name].Count];
        from.Read(name, 0, values);
        return values;
    }

    /// <summary>As torchvision publishes a trunk: features and a classifier.</summary>
    static string Safetensors(string path, SeededWeights weights, Func<string, bool> which)
    {
        SafetensorsWriter.Write(path, weights.Infos.Values.Where(i => which(i.Name))
            .Select(i => SafetensorsTensor.Floats(i.Name, i.Shape, All(weights, i.Name)))
            .Append(SafetensorsTensor.Floats("classifier.1.bias", [2], new[] { 1f, 2f })));
        return path;
    }

    static string Torch(string path, SeededWeights weights, Func<string, bool> which)
    {
        var entries = new List<(string, byte[])>();
        var pickle = new PickleBytes().Op("}(");
        foreach (WeightInfo info in weights.Infos.Values.Where(i => which(i.Name)))
        {
            string key = $"{entries.Count}";
            long[] strides = [.. info.Shape.Select((_, axis) => info.Shape.Skip(axis + 1).Aggregate(1L, (n, d) => n * d))];
            pickle.Text(info.Name).Tensor(key, info.Count, 0, [.. info.Shape], strides);
            entries.Add(($"archive/data/{key}", MemoryMarshal.AsBytes(All(weights, info.Name).AsSpan()).ToArray()));
        }
        File.WriteAllBytes(path, TorchZipBytes.Of([("archive/data.pkl", pickle.Op("u").End()), .. entries]));
        return path;
    }

    static bool IsTrunk(string name) => name.StartsWith("features.", StringComparison.Ordinal);

    [TestCase(LpipsTrunk.Squeeze, false)]
    [TestCase(LpipsTrunk.Alex, false)]
    [TestCase(LpipsTrunk.Vgg, false)]
    [TestCase(LpipsTrunk.Squeeze, true)]
    [TestCase(LpipsTrunk.Alex, true)]
    public void Run_TrunkAndLinearLayersInTwoFiles_AddsAModelOfThoseWeights(LpipsTrunk trunk, bool torch)
    {
        using var folder = new TempFolder();
        string bundle = Bundle(folder);
        ModelBundle before = ModelBundle.Open(bundle);
        SeededWeights weights = Random(trunk);
        string features = torch ? Torch(folder["trunk.pth"], weights, IsTrunk) : Safetensors(folder["trunk.safetensors"], weights, IsTrunk);
        string linear = torch ? Torch(folder["lin.pth"], weights, n => !IsTrunk(n))
            : Safetensors(folder["lin.safetensors"], weights, n => !IsTrunk(n));

        ModelBundle made = LpipsImport.Run(features, bundle, new() { Linear = linear });

        using var stored = new OnnxWeights(made.PathOf(BundleFiles.Lpips));
        Assert.Multiple(() =>
        {
            Assert.That(() => made.Verify(), Throws.Nothing);
            Assert.That(made.Hash, Is.EqualTo(before.Hash), "the same pictures");
            Assert.That(made.Manifest.Parameters["lpips.onnx"], Is.EqualTo(weights.Infos.Values.Sum(i => i.Count)));
            Assert.That(made.Inspect().Models.Select(m => m.File), Does.Contain("lpips.onnx"));
            Assert.That(LpipsConfigText.Read(made.PathOf("configs/lpips.json")).Layers, Is.EqualTo(LpipsConfig.Of(trunk).Layers));
            foreach (string name in weights.Infos.Keys) Assert.That(All(stored, name), Is.EqualTo(All(weights, name)), name);
        });
    }

    [Test]
    public void Run_AnotherTrunkLater_ReplacesItAndLeavesNothingBehind()
    {
        using var folder = new TempFolder();
        string bundle = Bundle(folder), manifest = File.ReadAllText(Path.Combine(bundle, "bundle.json"));
        LpipsImport.Run(Safetensors(folder["alex.safetensors"], Random(LpipsTrunk.Alex), _ => true), bundle);
        string first = File.ReadAllText(Path.Combine(bundle, "bundle.json"));
        LpipsImport.Run(Safetensors(folder["squeeze.safetensors"], Random(LpipsTrunk.Squeeze), _ => true), bundle);
        Assert.That(File.ReadAllText(Path.Combine(bundle, "bundle.json")), Is.Not.EqualTo(first));
        LpipsImport.Run(folder["alex.safetensors"], bundle);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(Path.Combine(bundle, "bundle.json")), Is.EqualTo(first));
            Assert.That(Directory.EnumerateFiles(bundle, "*.partial", SearchOption.AllDirectories), Is.Empty);
            // Killed after the files and before the manifest: the bundle opens, without LPIPS.
            File.WriteAllText(Path.Combine(bundle, "bundle.json"), manifest);
            Assert.That(ModelBundle.Open(bundle).Has(BundleFiles.Lpips), Is.False);
        });
    }

    [Test]
    public void Run_Cancelled_LeavesABundleThatOpens()
    {
        using var folder = new TempFolder();
        string bundle = Bundle(folder), file = Safetensors(folder["alex.safetensors"], Random(LpipsTrunk.Alex), _ => true);
        LpipsImport.Run(file, bundle);
        using var stop = new CancellationTokenSource();
        var atFirstPiece = new Immediate(_ => stop.Cancel());
        Assert.That(() => LpipsImport.Run(file, bundle, progress: atFirstPiece, cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ModelBundle.Open(bundle).Has(BundleFiles.Lpips), Is.False);
    }

    sealed class Immediate(Action<WorkProgress> told) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => told(value);
    }

    [Test]
    public void Run_WhatIsMissing_IsNamed()
    {
        using var folder = new TempFolder();
        string bundle = Bundle(folder), manifest = File.ReadAllText(Path.Combine(bundle, "bundle.json"));
        SeededWeights squeeze = Random(LpipsTrunk.Squeeze);
        string trunk = Safetensors(folder["trunk.safetensors"], squeeze, IsTrunk),
            partial = Safetensors(folder["partial.safetensors"], squeeze, n => n != "features.12.squeeze.bias");
        File.WriteAllText(folder["text.pth"], "hello");
        Assert.Multiple(() =>
        {
            Assert.That(() => LpipsImport.Run(trunk, bundle),
                Throws.TypeOf<UsageException>().With.Message.Contains("LpipsImportOptions.Linear").And.Message.Contains("squeeze.pth"));
            Assert.That(() => LpipsImport.Run(partial, bundle),
                Throws.TypeOf<BadDataException>().With.Message.Contains("LpipsImportOptions.Trunk"));
            Assert.That(() => LpipsImport.Run(partial, bundle, new() { Trunk = LpipsTrunk.Squeeze }),
                Throws.TypeOf<BadDataException>().With.Message.Contains("1 missing (features.12.squeeze.bias)"));
            Assert.That(() => LpipsImport.Run(trunk, bundle, new() { Linear = trunk }),
                Throws.TypeOf<BadDataException>().With.Message.Contains("lin0.model.1.weight"));
            Assert.That(() => LpipsImport.Run(folder["text.pth"], bundle),
                Throws.TypeOf<BadDataException>().With.Message.Contains("neither"));
            Assert.That(() => LpipsImport.Run(folder["none.pth"], bundle),
                Throws.TypeOf<BadDataException>().With.Message.Contains("none.pth"));
            Assert.That(() => LpipsImport.Run(trunk, folder["no-bundle"]), Throws.TypeOf<MissingDependencyException>());
            Assert.That(File.ReadAllText(Path.Combine(bundle, "bundle.json")), Is.EqualTo(manifest));
        });
    }

    [Test]
    public async Task CommandLine_Json_ShowsTheBundleWithIt()
    {
        using var folder = new TempFolder();
        string bundle = Bundle(folder);
        string file = Safetensors(folder["squeeze.safetensors"], Random(LpipsTrunk.Squeeze), _ => true);
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(["models", "import", "--lpips", file, "--lpips-trunk", "squeeze", "--model", bundle,
            "--json"], terminal, CancellationToken.None);
        Assert.That(code, Is.Zero, errors.ToString());
        using var shown = JsonDocument.Parse(output.ToString());
        Assert.That(shown.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("file").GetString()),
            Does.Contain("lpips.onnx"));
        Assert.That(OnnxFileCheck.Read(Path.Combine(bundle, "lpips.onnx")).Outputs.Select(o => o.Name),
            Is.EqualTo(new[] { "distance", "per_layer" }));
    }
}
