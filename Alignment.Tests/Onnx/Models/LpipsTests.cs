using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Models;

/// <summary>LPIPS against the reference's distances, and what must hold for any trunk.</summary>
public sealed class LpipsTests
{
    /// <summary>A trunk as a small bundled model may have one.</summary>
    static readonly LpipsConfig s_small = new()
    {
        Name = "small",
        Layers = [new TrunkLayer.Conv(8, 3, 2, 1), new TrunkLayer.Relu(), new TrunkLayer.Conv(16, 3, 2, 1), new TrunkLayer.Relu(),
            new TrunkLayer.MaxPool(2, 2, Ceil: true), new TrunkLayer.Conv(24, 3, 1, 1), new TrunkLayer.Relu()],
        Taps = [1, 3, 6],
    };

    /// <summary>
    /// Kernels of each trunk as torchvision's documentation lists them: tensor, shape. Independent of the tables in LpipsConfig.
    /// </summary>
    static readonly object[] s_published =
    [
        new object[] { LpipsTrunk.Squeeze, "0 64 3 3|3.squeeze 16 64 1|3.expand1x1 64 16 1|3.expand3x3 64 16 3|4.squeeze 16 128 "
            + "1|4.expand1x1 64 16 1|4.expand3x3 64 16 3|6.squeeze 32 128 1|6.expand1x1 128 32 1|6.expand3x3 128 32 3|7.squeeze 32 256 "
            + "1|7.expand1x1 128 32 1|7.expand3x3 128 32 3|9.squeeze 48 256 1|9.expand1x1 192 48 1|9.expand3x3 192 48 3|10.squeeze 48 "
            + "384 1|10.expand1x1 192 48 1|10.expand3x3 192 48 3|11.squeeze 64 384 1|11.expand1x1 256 64 1|11.expand3x3 256 64 "
            + "3|12.squeeze 64 512 1|12.expand1x1 256 64 1|12.expand3x3 256 64 3" },
        new object[] { LpipsTrunk.Alex, "0 64 3 11|3 192 64 5|6 384 192 3|8 256 384 3|10 256 256 3" },
        new object[] { LpipsTrunk.Vgg, "0 64 3 3|2 64 64 3|5 128 64 3|7 128 128 3|10 256 128 3|12 256 256 3|14 256 256 3|17 512 256 3|19 "
            + "512 512 3|21 512 512 3|24 512 512 3|26 512 512 3|28 512 512 3" },
    ];

    [Test]
    public void Distance_FixturePairs_GivesTheReference([Values("pair0", "pair1")] string pair, [Values] bool optimised)
    {
        using var io = SafetensorsFile.Open(Shared.Path("fixtures", "lpips", "squeeze-random.io.safetensors"));
        using var weights = SafetensorsFile.Open(Shared.Path("fixtures", "lpips", "squeeze-random.weights.safetensors"));
        using var run = new ModelRun(Lpips.Author(LpipsConfig.Squeeze, weights), optimised);

        var made = run.Run(("image0", Tensor.Read(io, $"{pair}.image0")), ("image1", Tensor.Read(io, $"{pair}.image1")));

        Assert.Multiple(() =>
        {
            // Distances are about 0.02: the fixtures' measure alone would let 5e-4 of them pass.
            foreach (string output in new[] { "distance", "per_layer" })
                Assert.That(Relative(made[output], Tensor.Read(io, $"{pair}.{output}")), Is.LessThan(1e-5), output);
        });
    }

    [TestCaseSource(nameof(s_published))]
    public void Weights_PublishedTrunk_AreTheDocumentedOnes(LpipsTrunk trunk, string kernels)
    {
        var expected = new List<string>();
        foreach (string kernel in kernels.Split('|'))
        {
            string[] w = kernel.Split(' ');
            expected.Add($"features.{w[0]}.weight [{w[1]},{w[2]},{w[3]},{w[3]}]");
            expected.Add($"features.{w[0]}.bias [{w[1]}]");
        }
        using var lin = Linear(trunk);
        expected.AddRange(lin.Infos.Values.Select(Text));

        Assert.That(Lpips.Weights(LpipsConfig.Of(trunk)).Select(Text), Is.EquivalentTo(expected));

        static string Text(WeightInfo w) => $"{w.Name} [{string.Join(",", w.Shape)}]";
    }

    /// <summary>An odd size meets pools that round up; equal pictures are 0 apart, whatever the weights.</summary>
    [Test]
    public void Distance_RandomTrunkPublishedLinearLayers_IsZeroForEqualPicturesOnly([Values] LpipsTrunk trunk)
    {
        using var lin = Linear(trunk);
        LpipsConfig config = LpipsConfig.Of(trunk);
        using var run = new ModelRun(Lpips.Author(config, new Joined(new SeededWeights(Lpips.Weights(config), new() { Seed = 3 }), lin)));
        Tensor a = Noise("a", 2, 3, 67, 45), b = new(a.Shape, [.. a.Data]);
        for (int i = a.Data.Length / 2; i < a.Data.Length; i++) b.Data[i] = -b.Data[i];   // the second picture of the batch only

        var made = run.Run(("image0", a), ("image1", b));
        Assert.Multiple(() =>
        {
            Assert.That(made["distance"].Shape, Is.EqualTo(new long[] { 2 }));
            Assert.That(made["per_layer"].Shape, Is.EqualTo(new long[] { config.Taps.Count, 2 }));
            Assert.That(made["distance"].Data[0], Is.Zero);
            Assert.That(made["distance"].Data[1], Is.InRange(1e-4, 100));
            Assert.That(made["per_layer"].Data.Where((_, i) => i % 2 == 1).Sum(x => (double)x),
                Is.EqualTo(made["distance"].Data[1]).Within(1e-3).Percent);
        });
    }

    /// <summary>Where no channel is above zero the normalised value is 0 / ε, not 0 / 0.</summary>
    [Test]
    public void Distance_NothingPassesReLU_IsFinite()
    {
        var zero = new Filled(Lpips.Weights(s_small), _ => 0);
        using var run = new ModelRun(Lpips.Author(s_small, zero));
        var made = run.Run(("image0", Noise("a", 1, 3, 17, 18)), ("image1", Noise("b", 1, 3, 17, 18)));
        Assert.That(made["distance"].Data, Is.EqualTo(new[] { 0f }));
    }

    [Test]
    public void Gradient_FixturePairs_IsTheReferences([Values("pair0", "pair1")] string pair)
    {
        using var io = SafetensorsFile.Open(Shared.Path("fixtures", "lpips", "squeeze-random.io.safetensors"));
        using var weights = SafetensorsFile.Open(Shared.Path("fixtures", "lpips", "squeeze-random.weights.safetensors"));
        Tensor made = GradientOfImage0(LpipsConfig.Squeeze, weights, Tensor.Read(io, $"{pair}.image0"), Tensor.Read(io, $"{pair}.image1"));
        Tensor reference = Tensor.Read(io, $"{pair}.grad_image0");
        double largest = reference.Data.Max(x => Math.Abs((double)x)),
            worst = made.Data.Zip(reference.Data, (a, b) => Math.Abs((double)a - b)).Max();
        TestContext.Out.WriteLine($"{pair}: {worst / largest:e2} of the largest element");
        Assert.That(worst / largest, Is.LessThan(1e-4));
    }

    /// <summary>
    /// One picture lights no channel anywhere, the other does: by the formula 0 goes back through ReLU, where a root of 0 would give 0 · ∞.
    /// </summary>
    [Test]
    public void Gradient_NothingPassesReLU_IsZeroNotNaN()
    {
        var config = new LpipsConfig { Name = "one", Layers = [new TrunkLayer.Conv(8, 3, 2, 1), new TrunkLayer.Relu()], Taps = [1] };
        // Kernels and biases of −1 light up for pictures darker than the shift only.
        var weights = new Filled(Lpips.Weights(config), n => n.StartsWith("lin", StringComparison.Ordinal) ? 1 : -1);
        Tensor white = Tensor.Zeros(1, 3, 16, 16), black = Tensor.Zeros(1, 3, 16, 16);
        white.Data.AsSpan().Fill(1);
        black.Data.AsSpan().Fill(-1);
        Assert.Multiple(() =>
        {
            Assert.That(GradientOfImage0(config, weights, white, black).Data, Is.All.Zero);
            Assert.That(GradientOfImage0(config, weights, black, white).Data, Is.All.Matches<float>(float.IsFinite));
        });
    }

    static Tensor GradientOfImage0(LpipsConfig config, IWeights weights, Tensor image0, Tensor image1)
    {
        var graph = new ModelGraph("gradient of lpips");
        Dim batch = Dim.Named("batch"), height = Dim.Named("height"), width = Dim.Named("width");
        Value x = graph.Input("image0", ElementType.Float32, batch, 3, height, width),
            y = graph.Input("image1", ElementType.Float32, batch, 3, height, width);
        graph.Output("gradient", Gradient.Of(Lpips.Distance(x, y, config).Sum([], keep: false), [x])[0]);
        using var run = new ModelRun(new OnnxModel(graph, weights));
        return run.Run(("image0", image0), ("image1", image1))["gradient"];
    }

    [Test]
    public void Distance_InsideAnotherGraph_NamesItsWeightsUnderTheScope()
    {
        var graph = new ModelGraph("training");
        Value x = graph.Input("x", ElementType.Float32, Dim.Named("batch"), 3, 32, 32),
            y = graph.Input("y", ElementType.Float32, Dim.Named("batch"), 3, 32, 32);
        Value distance;
        using (graph.Scope("lpips")) distance = Lpips.Distance(x, y, s_small);
        Assert.Multiple(() =>
        {
            Assert.That(distance.Shape, Is.EqualTo(new Shape(Dim.Named("batch"))));
            Assert.That(graph.Weights.Select(w => w.Name), Is.EqualTo(Lpips.Weights(s_small).Select(w => $"lpips.{w.Name}")));
        });
    }

    [Test]
    public void Distance_PicturesOfTwoShapes_IsRefused()
    {
        var graph = new ModelGraph("g");
        Value x = graph.Input("x", ElementType.Float32, 1, 3, 32, 32), y = graph.Input("y", ElementType.Float32, 1, 3, 32, 33);
        Assert.That(() => Lpips.Distance(x, y, s_small), Throws.TypeOf<GraphException>().With.Message.Contains("one shape"));
    }

    static SafetensorsFile Linear(LpipsTrunk trunk) =>
        SafetensorsFile.Open(Shared.Path("fixtures", "lpips", "lin-weights", $"{trunk.ToString().ToLowerInvariant()}.safetensors"));

    static Tensor Noise(string name, params long[] shape)
    {
        Tensor made = Tensor.Zeros(shape);
        SeededNormal.Fill(made.Data, 5, name, 0);
        for (int i = 0; i < made.Data.Length; i++) made.Data[i] = Math.Clamp(made.Data[i] / 2, -1, 1);
        return made;
    }

    static double Relative(Tensor x, Tensor reference)
    {
        Assert.That(x.Shape, Is.EqualTo(reference.Shape));
        return x.Data.Zip(reference.Data, (a, b) => Math.Abs((double)a - b) / Math.Abs(b)).Max();
    }

    /// <summary>Tensors of the second where it has them, of the first elsewhere.</summary>
    sealed class Joined(IWeights first, IWeights second) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos => first.Infos;
        public void Read(string name, long start, Span<float> into) =>
            (second.Infos.ContainsKey(name) ? second : first).Read(name, start, into);
    }

    sealed class Filled(IReadOnlyList<WeightInfo> infos, Func<string, float> number) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos { get; } = infos.ToDictionary(i => i.Name);
        public void Read(string name, long start, Span<float> into) => into.Fill(number(name));
    }
}
