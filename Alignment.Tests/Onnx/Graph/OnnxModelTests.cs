using Alignment.Onnx.Graph;
using Alignment.Onnx.Proto;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Graph;

public sealed class OnnxModelTests
{
    /// <summary>Element i of a tensor is i mod 1000, made while it is read.</summary>
    sealed class Ramp(params IEnumerable<WeightInfo> infos) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos { get; } = infos.ToDictionary(i => i.Name);
        public int LongestRead { get; private set; }

        public void Read(string name, long start, Span<float> into)
        {
            LongestRead = Math.Max(LongestRead, into.Length);
            for (int i = 0; i < into.Length; i++) into[i] = (start + i) % 1000;
        }
    }

    /// <summary>y = x Wᵀ + b, W square.</summary>
    static (OnnxModel Model, Ramp Weights) Linear(int width, int layers = 1)
    {
        var graph = new ModelGraph("linear");
        Value x = graph.Input("x", ElementType.Float32, Dim.Named("rows"), width);
        for (int i = 0; i < layers; i++)
            using (graph.Scope($"layers.{i}")) x = x.Linear(graph.Weight("weight", width, width), graph.Weight("bias", width), "linear");
        graph.Output("y", x);
        var weights = new Ramp(graph.WeightInfos());
        return (new(graph, weights), weights);
    }

    [Test]
    public void Save_LargeModel_StreamsAlignedExternalData()
    {
        const int width = 1600, layers = 4;   // 4 × 10 MB
        using var folder = new TempFolder();
        var (model, weights) = Linear(width, layers);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        SavedModel saved = model.Save(folder["big.onnx"]);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.That(saved, Is.EqualTo(new SavedModel(folder["big.onnx"], folder["big.onnx_data"])));
        Assert.That(allocated, Is.LessThan(6 << 20), "the model has 41 MB");
        Assert.That(weights.LongestRead, Is.LessThanOrEqualTo(ExternalData.ChunkElements));
        var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(saved.GraphPath));
        long end = 0;
        foreach (var tensor in proto.Graph.Initializer.Where(t => t.DataLocation == TensorProto.Types.Location.External))
        {
            var where = tensor.ExternalData.ToDictionary(e => e.Key, e => e.Value);
            long offset = long.Parse(where["offset"], System.Globalization.CultureInfo.InvariantCulture),
                length = long.Parse(where["length"], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Multiple(() =>
            {
                Assert.That(where["location"], Is.EqualTo("big.onnx_data"));
                Assert.That(offset % 65536, Is.Zero);
                Assert.That(offset, Is.GreaterThanOrEqualTo(end));
                Assert.That(length, Is.EqualTo(4L * width * width));
            });
            end = offset + length;
        }
        Assert.That(new FileInfo(saved.DataPath!).Length, Is.EqualTo(end));
        Assert.That(proto.Graph.Initializer.Count(t => t.DataLocation == TensorProto.Types.Location.External), Is.EqualTo(layers));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(2));
    }

    [TestCase(0L)]
    [TestCase(long.MaxValue)]
    public void Save_InlineOrExternal_ComputesTheSame(long inlineModelBelow)
    {
        using var folder = new TempFolder();
        Linear(4).Model.Save(folder["m.onnx"], new() { InlineBelowBytes = 0, InlineModelBelowBytes = inlineModelBelow });
        Assert.That(File.Exists(folder["m.onnx_data"]), Is.EqualTo(inlineModelBelow == 0));
        using InferenceSession session = OrtSessions.Open(folder["m.onnx"]);
        using var x = OrtValue.CreateTensorValueFromMemory([1f, 0, 0, 2], [1, 4]);
        using var run = new RunOptions();
        using var y = session.Run(run, ["x"], [x], ["y"]);
        // W = [[0 1 2 3] [4 5 6 7] …], b = [0 1 2 3]: row r gives 4r + 2 (4r + 3) + r.
        Assert.That(y[0].GetTensorDataAsSpan<float>().ToArray(), Is.EqualTo(new[] { 6f, 19, 32, 45 }));
    }

    [Test]
    public void Save_Again_WritesTheSameBytes()
    {
        using var folder = new TempFolder();
        foreach (string name in new[] { "a", "b" })
        {
            Directory.CreateDirectory(folder[name]);
            Linear(300, 2).Model.Save(folder[name, "m.onnx"], new() { InlineModelBelowBytes = 0 });
        }
        Assert.That(File.ReadAllBytes(folder["b", "m.onnx"]), Is.EqualTo(File.ReadAllBytes(folder["a", "m.onnx"])));
        Assert.That(File.ReadAllBytes(folder["b", "m.onnx_data"]), Is.EqualTo(File.ReadAllBytes(folder["a", "m.onnx_data"])));
    }

    [Test]
    public void Save_SmallModelOverALargeOne_LeavesNoStrayData()
    {
        using var folder = new TempFolder();
        Linear(300).Model.Save(folder["m.onnx"], new() { InlineModelBelowBytes = 0 });
        SavedModel saved = Linear(300).Model.Save(folder["m.onnx"]);
        Assert.That(saved.DataPath, Is.Null);
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void Save_Stopped_LeavesNothing()
    {
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource();
        var (model, _) = Linear(1600);
        var progress = new StopAfterFirst(stop);
        Assert.That(() => model.Save(folder["m.onnx"], progress: progress, cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
        Assert.That(progress.Seen.Total, Is.EqualTo(4L * 1600 * 1601));
    }

    sealed class StopAfterFirst(CancellationTokenSource stop) : IProgress<WorkProgress>
    {
        public WorkProgress Seen { get; private set; }

        public void Report(WorkProgress value)
        {
            Seen = value;
            stop.Cancel();
        }
    }

    [Test]
    public void Save_NameWithoutItsEnding_IsRefused() =>
        Assert.That(() => Linear(4).Model.Save("model.bin"), Throws.TypeOf<UsageException>().With.Message.Contains("'.bin'"));

    [Test]
    public void Weights_MissingAndMisshapen_AreAllNamedAtOnce()
    {
        var graph = new ModelGraph("net");
        graph.Weight("a", 2);
        graph.Weight("b", 2, 3);
        graph.Weight("c", 4);
        var there = new Ramp(new WeightInfo("b", WeightType.F16, [3, 2]), new WeightInfo("c", WeightType.I64, [4]));
        Assert.That(() => new OnnxModel(graph, there), Throws.TypeOf<BadDataException>()
            .With.Message.Contains("1 missing (a)").And.Message.Contains("b is [3, 2] instead of [2, 3]").And.Message.Contains(
            "c holds I64 numbers"));
    }

    [Test]
    public void Weights_WithHundredsMissing_GiveAShortMessage()
    {
        var graph = new ModelGraph("net");
        for (int i = 0; i < 500; i++) graph.Weight($"tensor{i}", 2);
        var e = Assert.Throws<BadDataException>(() => _ = new OnnxModel(graph, new Ramp()));
        Assert.That(e!.Message, Does.Contain("500 missing").And.Length.LessThan(1000));
    }
}
