using System.Runtime.InteropServices;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Onnx.Proto;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Bundles;
using Alignment.Tests.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Sampling;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Import;

/// <summary>Bundles in float16: what is in them, what they compute, and what cannot be in them.</summary>
public sealed class HalfPrecisionImportTests
{
    const int FloatType = 1, HalfType = 10;

    // A weight or an activation is rounded to 11 bits, 4.9e-4 relative; some tens of layers add up to several times that. The issue allows
    // 1e-2.
    const double Tolerance = 1e-2;

    [Test]
    public void Run_Float16_EveryOutputAgreesWithFloat32([Values("tiny-sd", "tiny-sd-4level")] string model)
    {
        ModelBundle wide = TinyBundles.Of(model), half = TinyBundles.Of(model, ModelPrecision.Float16);
        using BundleRun a = new(wide), b = new(half);
        Dictionary<string, float[]> expected = a.All(batch: 2, width: 64, height: 48), got = b.All(batch: 2, width: 64, height: 48);
        Assert.That(got.Keys, Is.EquivalentTo(expected.Keys));
        foreach ((string output, float[] values) in expected)
        {
            double largest = values.Max(Math.Abs), error = values.Zip(got[output], (x, y) => Math.Abs((double)x - y)).Max() / largest;
            TestContext.Out.WriteLine($"{output}: {error:E1} of {largest:f2}");
            Assert.That(error, Is.LessThanOrEqualTo(Tolerance).And.GreaterThan(0), output);   // 0 would mean that nothing is float16
        }
    }

    [Test]
    public void Run_Float16_KeepsNormsSoftmaxAndEdgesInFloat32([ValueSource(typeof(BundleFiles), nameof(BundleFiles.Models))] string file)
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(TinyBundles.Of("tiny-sd-4level", ModelPrecision.Float16)
            .PathOf(file))).Graph;
        Dictionary<string, int> types = graph.ValueInfo.Concat(graph.Input).Concat(graph.Output)
            .ToDictionary(v => v.Name, v => v.Type.TensorType.ElemType);
        foreach (TensorProto tensor in graph.Initializer) types.Add(tensor.Name, tensor.DataType);
        Assert.Multiple(() =>
        {
            foreach (ValueInfoProto edge in graph.Input.Concat(graph.Output).Where(v => v.Name != "input_ids"))
                Assert.That(types[edge.Name], Is.EqualTo(FloatType), edge.Name);
            foreach (NodeProto node in graph.Node)
                if (node.OpType is "InstanceNormalization" or "LayerNormalization" or "Softmax" or "Sin" or "Cos")
                    Assert.That(node.Input.Select(i => types[i]), Has.All.EqualTo(FloatType), node.Name);
                else if (node.OpType is "Conv" or "Gemm" or "MatMul" or "MultiHeadAttention")
                    Assert.That(node.Input.Select(i => types[i]), Has.All.EqualTo(HalfType), node.Name);
            // Matrices and kernels, which are nearly everything.
            foreach (TensorProto tensor in graph.Initializer.Where(t => t.Dims.Count > 1
                && !t.Name.StartsWith("constants/", StringComparison.Ordinal)))
                Assert.That(tensor.DataType, Is.EqualTo(HalfType), tensor.Name);
        });
    }

    [Test]
    public void Run_Float16_IsRecordedAndHalfTheSize()
    {
        ModelBundle wide = TinyBundles.Of("tiny-sd"), half = TinyBundles.Of("tiny-sd", ModelPrecision.Float16);
        long Weights(ModelBundle bundle) => new FileInfo(bundle.PathOf(BundleFiles.Unet)).Length
            + bundle.Header(BundleFiles.Unet).ExternalFiles.Sum(f => new FileInfo(f).Length);
        Assert.Multiple(() =>
        {
            Assert.That((wide.Manifest.Precision, wide.Precision), Is.EqualTo(((string?)null, ModelPrecision.Float32)));
            Assert.That((half.Manifest.Precision, half.Precision), Is.EqualTo(("float16", ModelPrecision.Float16)));
            Assert.That(half.Inspect().Models.Select(m => m.WeightType), Has.All.EqualTo("float16"));
            Assert.That(half.Hash, Is.Not.EqualTo(wide.Hash));
            Assert.That(half.Manifest.Parameters, Is.EqualTo(wide.Manifest.Parameters));
            Assert.That(Weights(half), Is.LessThan(0.65 * Weights(wide)));   // the graph itself is part of so small a model
            Assert.That(() => half.Verify(), Throws.Nothing);
        });
    }

    // Numbers that a conversion would change or refuse: an infinity, a NaN with a payload, the smallest subnormal.
    [Test]
    public void Run_SourceInFloat16_IsCopiedBitForBit()
    {
        ushort[] special = [0x7C00, 0x7E01, 0x0001, 0x8000, 0x3555];
        using var folder = new TempFolder();
        string source = CopyAsHalves(folder, "tiny-sd", (name, halves) =>
        {
            if (name.EndsWith("mid_block.resnets.0.conv1.weight", StringComparison.Ordinal))
                special.CopyTo(MemoryMarshal.Cast<Half, ushort>(halves));
        });
        ModelBundle bundle = DiffusersImport.Run(source, folder["bundle"], new() { Precision = ModelPrecision.Float16 });
        using SafetensorsFile from = SafetensorsFile.Open(Path.Combine(source, "unet", "diffusion_pytorch_model.safetensors"));
        using var to = new OnnxWeights(bundle.PathOf(BundleFiles.Unet));
        int compared = 0;
        foreach (WeightInfo info in to.Infos.Values.Where(i => i.Type == WeightType.F16))
        {
            Half[] expected = new Half[info.Count], got = new Half[info.Count];
            from.Read(info.Name, 0, expected);
            to.Read(info.Name, 0, got);
            Assert.That(MemoryMarshal.Cast<Half, ushort>(got).SequenceEqual(MemoryMarshal.Cast<Half, ushort>(expected)), Is.True,
                info.Name);
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(50));
    }

    [Test]
    public void Run_SourceInFloat16_GivesTheSameFloat32AsItsNumbers()
    {
        using var folder = new TempFolder();
        string halves = CopyAsHalves(folder, "tiny-sd", (_, _) => { });
        ModelBundle bundle = DiffusersImport.Run(halves, folder["bundle"]);
        using SafetensorsFile original = SafetensorsFile.Open(Shared.Path("fixtures", "tiny-sd", "unet",
            "diffusion_pytorch_model.safetensors"));
        using var to = new OnnxWeights(bundle.PathOf(BundleFiles.Unet));
        float[] expected = original.ReadFloats("conv_in.weight"), got = new float[expected.Length];
        to.Read("conv_in.weight", 0, got);
        Assert.That(got, Is.EqualTo(expected.Select(x => (float)(Half)x)));
    }

    [Test]
    public void Run_NumberBeyondFloat16_NamesTheTensorAndTheNumber()
    {
        using var folder = new TempFolder();
        string source = Copy(folder, "tiny-sd");
        string file = Path.Combine(source, "vae", "diffusion_pytorch_model.safetensors");
        Rewrite(file, (name, values) =>
        {
            if (name == "decoder.conv_out.weight") values[7] = -70000;
        });
        BadDataException e = Assert.Throws<BadDataException>(() => DiffusersImport.Run(source, folder["bundle"],
            new() { Precision = ModelPrecision.Float16 }))!;
        Assert.Multiple(() =>
        {
            Assert.That(e.Message, Does.Contain("decoder.conv_out.weight").And.Contain("-70000 at element 7").And.Contain(
                "65504").And.Contain("in fp32"));
            Assert.That(Directory.Exists(folder["bundle"]), Is.False);
            Assert.That(() => DiffusersImport.Run(source, folder["bundle"]), Throws.Nothing);
        });
    }

    // IEEE 754: to nearest, ties to even; 65519.996 is below halfway to 65536, 65520 is there; below 2^-25 zero.
    [TestCase(65504f, 65504f)]
    [TestCase(65519.996f, 65504f)]
    [TestCase(1.00048828125f, 1f)]           // 1 + 2^-11, a tie: to the even 1
    [TestCase(1.00146484375f, 1.001953125f)] // 1 + 3 * 2^-11, a tie: to the even 1 + 2^-9
    [TestCase(2.9e-8f, 0f)]                  // below 2^-25
    [TestCase(float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase(float.NaN, float.NaN)]
    public void Narrow_Rounds(float from, float to)
    {
        // Long enough for the vectorised path and its rest.
        float[] many = [.. Enumerable.Repeat(from, 67)];
        var halves = new Half[many.Length];
        WeightBytes.Narrow("w", 0, many, halves);
        Assert.That(halves.Select(h => (float)h), Has.All.EqualTo(to));
    }

    [TestCase(65520f)]
    [TestCase(-1e30f)]
    public void Narrow_BeyondFloat16_IsRefusedEvenBesideNaN(float from)
    {
        float[] values = new float[40];
        (values[3], values[33]) = (float.NaN, from);
        Assert.That(() => WeightBytes.Narrow("w", 1000, values, new Half[40]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("element 1033"));
    }

    // A whole edit: two pictures at guidance 7.5 over four steps, as for float16 at the models' edges.
    [Test]
    public void Edit_Float16_GivesAlmostTheSamePicture()
    {
        var options = new EditOptions { Width = 64, Height = 64, InferenceSteps = 4, GuidanceScale = 7.5f, Batch = 2 };
        float[] image = new float[3 * 64 * 64], control = new float[2 * 64 * 64];
        for (int i = 0; i < image.Length; i++) image[i] = MathF.Sin(0.01f * i);
        for (int i = 0; i < control.Length; i++) control[i] = 0.5f + 0.5f * MathF.Sin(0.03f * i);
        var scene = new EditInput
        {
            SceneId = "v-Scene-001",
            Prompt = "a red house",
            Image = image,
            Controls = [control, new float[control.Length]]
        };
        using DiffusionEditor a = new(TinyBundles.Of("tiny-sd-4level"), options),
            b = new(TinyBundles.Of("tiny-sd-4level", ModelPrecision.Float16), options);
        IReadOnlyList<float[]> expected = a.Edit(scene), got = b.Edit(scene);
        for (int i = 0; i < 2; i++)
        {
            double error = Alignment.Tests.Transforms.Diffusion.SafetensorsFile.Error(got[i], expected[i]);
            TestContext.Out.WriteLine($"picture {i}: error {error:E2}");
            Assert.That(error, Is.GreaterThan(0).And.LessThanOrEqualTo(Tolerance));
        }
        Assert.That(b.Sessions.Hint, Is.Not.Null);   // the ControlNet in two works on float16 weights too
    }

    // Training computes in float32: frozen weights are widened where they lie instead of being written again, and the ControlNet goes back
    // to float16.
    [Test]
    public void Float16Weights_InAFloat32Graph_AreReferredToAndWidened()
    {
        ModelBundle half = TinyBundles.Of("tiny-sd-4level", ModelPrecision.Float16);
        using var weights = new OnnxWeights(half.PathOf(BundleFiles.ControlNet));
        OnnxModel hint = ControlNet.AuthorInTwo(BundleConfigs.Read(half).ControlNet, weights).Hint;
        byte[] alone = hint.ToBytes(), shared = hint.ToBytes(half.Folder);
        float[] picture = new float[2 * 64 * 64];
        for (int i = 0; i < picture.Length; i++) picture[i] = MathF.Sin(i);
        Assert.That(shared, Has.Length.LessThan(alone.Length - hint.WeightBytes / 2));
        Assert.That(Run(OrtSessions.Open(shared, "shared", half.Folder)), Is.EqualTo(Run(OrtSessions.Open(alone, "alone"))));

        float[] Run(InferenceSession session)
        {
            using InferenceSession _ = session;
            using var run = new RunOptions();
            using OrtValue sample = OrtValue.CreateTensorValueFromMemory(picture, [1, 2, 64, 64]);
            using IDisposableReadOnlyCollection<OrtValue> made = session.Run(run, ["controlnet_cond"], [sample], [ControlNet.HintName]);
            return made[0].GetTensorDataAsSpan<float>().ToArray();
        }
    }

    [Test]
    public void TrainedBundle_OfAFloat16Bundle_StaysFloat16()
    {
        ModelBundle half = TinyBundles.Of("tiny-sd-4level", ModelPrecision.Float16);
        using var folder = new TempFolder();
        using var weights = new OnnxWeights(half.PathOf(BundleFiles.ControlNet));
        ModelBundle trained = TrainedBundle.Write(half, folder["trained"], weights, new());
        Assert.That(trained.Precision, Is.EqualTo(ModelPrecision.Float16));
        Assert.That(trained.Manifest.Files[BundleFiles.ControlNet].Sha256, Is.EqualTo(half.Manifest.Files[BundleFiles.ControlNet].Sha256));
    }

    [TestCase("fp16", ModelPrecision.Float16)]
    [TestCase(" Half ", ModelPrecision.Float16)]
    [TestCase("float16", ModelPrecision.Float16)]
    [TestCase("FP32", ModelPrecision.Float32)]
    [TestCase("single", ModelPrecision.Float32)]
    public void Parse_WaysToWriteIt(string text, ModelPrecision expected) => Assert.That(ModelPrecisions.Parse(text), Is.EqualTo(expected));

    [Test]
    public void Parse_Other_IsRefused() => Assert.That(() => ModelPrecisions.Parse("bf16"),
        Throws.TypeOf<UsageException>().With.Message.Contains("fp32 or fp16"));

    [Test]
    public void Open_ManifestOfAnotherPrecision_IsRefused()
    {
        using var folder = new TempFolder();
        ModelBundle made = DiffusersImport.Run(Shared.Path("fixtures", "tiny-sd"), folder["bundle"]);
        AtomicFile.WriteText(folder["bundle", BundleFiles.Manifest], BundleJson.Write(made.Manifest with { Precision = "float16" }));
        Assert.That(() => ModelBundle.Open(folder["bundle"]), Throws.TypeOf<BadDataException>().With.Message.Contains("precision"));
    }

    static string Copy(TempFolder folder, string model)
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

    delegate void Change<T>(string name, Span<T> values);

    static void Rewrite(string file, Change<float> change)
    {
        byte[] bytes = File.ReadAllBytes(file);
        foreach ((string name, FilePart part) in Parts(file)) change(name,
            MemoryMarshal.Cast<byte, float>(bytes.AsSpan((int)part.Begin, (int)part.Length)));
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>The model with every float32 tensor stored as float16.</summary>
    static string CopyAsHalves(TempFolder folder, string model, Change<Half> change)
    {
        string source = Copy(folder, model);
        foreach (string file in Directory.EnumerateFiles(source, "*.safetensors", SearchOption.AllDirectories)) Halve(file, change);
        return source;
    }

    static void Halve(string path, Change<Half> change)
    {
        var header = new SortedDictionary<string, object>(StringComparer.Ordinal);
        using var data = new MemoryStream();
        using (SafetensorsFile from = SafetensorsFile.Open(path))
            foreach (WeightInfo info in from.Infos.Values)
            {
                long at = data.Length;
                if (info.Type == WeightType.F32)
                {
                    Half[] halves = Array.ConvertAll(from.ReadFloats(info.Name), x => (Half)x);
                    change(info.Name, halves);
                    data.Write(MemoryMarshal.AsBytes<Half>(halves));
                }
                else data.Write(MemoryMarshal.AsBytes<long>(from.ReadIntegers(info.Name)));
                header.Add(info.Name, new
                {
                    dtype = info.Type == WeightType.F32 ? "F16" : "I64",
                    shape = info.Shape,
                    data_offsets = new[] { at, data.Length }
                });
            }
        byte[] json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
    }

    static IEnumerable<(string Name, FilePart Part)> Parts(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        long length = BitConverter.ToInt64(bytes);
        using var header = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, (int)length));
        foreach (System.Text.Json.JsonProperty tensor in header.RootElement.EnumerateObject()
            .Where(p => p.Name != "__metadata__" && p.Value.GetProperty("dtype").GetString() == "F32"))
        {
            long[] offsets = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64())];
            yield return (tensor.Name, new(8 + length + offsets[0], offsets[1] - offsets[0]));
        }
    }
}
