using System.Text.Json;
using Alignment.MLNet;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Runner;
using Alignment.Tests.Runner.Cli;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Attention.Saliency;

/// <summary>Saliency models of other people: described, checked, run; and everything that can be wrong with one. The models are written
/// here.</summary>
sealed class OnnxSaliencyTests
{
    const int Width = 12, Height = 8;

    // Weights of the channels that the little models add up.
    static readonly float[] s_red = [0.2f, 0.5f, 0.3f];

    /// <summary>A picture of the model's own size, so that nothing is resized: every pixel another colour.</summary>
    static byte[] Picture() => [.. Enumerable.Range(0, 3 * Width * Height).Select(i => (byte)(i * 37 % 256))];

    /// <summary>0.2 R + 0.5 G + 0.3 B, stretched to 0..1: what the models must give.</summary>
    static double[] Expected(byte[] rgb)
    {
        double[] sum = [.. Enumerable.Range(0, Width * Height).Select(i => 0.2 * rgb[3 * i] + 0.5 * rgb[3 * i + 1] + 0.3 * rgb[3 * i + 2])];
        return [.. sum.Select(v => (v - sum.Min()) / (sum.Max() - sum.Min()))];
    }

    static string Write(TempFolder folder, Func<ModelGraph, Value>? output = null, object? card = null, Action<ModelGraph>? more = null)
    {
        var graph = new ModelGraph("saliency");
        Value made = output is null ? Mix(graph.Input("image", ElementType.Float32, 1, 3, Height, Width), graph) : output(graph);
        graph.Output("map", made);
        more?.Invoke(graph);
        new OnnxModel(graph, new SeededWeights(graph.WeightInfos())).Save(folder["model.onnx"]);
        return Card(folder, card ?? new { file = "model.onnx", input = "image", output = "map", width = Width, height = Height });
    }

    static string Card(TempFolder folder, object card)
    {
        File.WriteAllText(folder["model.json"], card as string ?? JsonSerializer.Serialize(card));
        return folder["model.json"];
    }

    static Value Mix(Value image, ModelGraph graph) => (image * graph.Constant(s_red, new(1, 3, 1, 1))).Sum([1]);

    static float[] Predict(string card, byte[]? rgb = null, int width = Width, int height = Height)
    {
        using AttentionPredictor predictor = AttentionPredictor.Open(new() { Predictor = card });
        float[] map = new float[width * height];
        predictor.Predict(rgb ?? Picture(), width, height, map);
        return map;
    }

    [Test]
    public void Predict_EachLayoutAndOrder_IsTheSameMap()
    {
        double[] expected = Expected(Picture());
        void Check(string what, Func<ModelGraph, Value>? graph, object? card)
        {
            using var folder = new TempFolder();
            Assert.That(Predict(Write(folder, graph, card)), Is.EqualTo(expected).Within(1e-5), what);
        }
        Check("plain", null, null);
        Check("free sizes", g => Mix(g.Input("image", ElementType.Float32, Dim.Named("batch"), 3, Dim.Named("h"), Dim.Named("w")), g),
            null);
        Check("rows of pixels", g => Mix(g.Input("image", ElementType.Float32, 1, Height, Width, 3).Transpose(0, 3, 1, 2), g)
            .Transpose(0, 2, 3, 1), new
            {
                file = "model.onnx",
                input = "image",
                output = "map",
                width = Width,
                height = Height,
                layout = "nhwc"
            });
        Check("blue first", g => (g.Input("image", ElementType.Float32, 1, 3, Height, Width) * g.Constant([0.3f, 0.5f, 0.2f],
            new(1, 3, 1, 1))).Sum([1], keep: false), new
            {
                file = "model.onnx",
                input = "image",
                output = "map",
                width = Width,
                height = Height,
                channels = "bgr",
                scale = 255,
                mean = new[] { 10.5, 20, 30 }
            });
        // The logarithm undone by the description's activation.
        Check("a log density", g => (Mix(g.Input("image", ElementType.Float32, 1, 3, Height, Width), g) + 1f).Log(),
            new { file = "model.onnx", input = "image", output = "map", width = Width, height = Height, activation = "exp" });
    }

    [Test]
    public void Predict_MeanStdAndSigmoid_AreAppliedInOrder()
    {
        using var folder = new TempFolder();
        // One colour channel through the whole chain, without stretching: sigmoid((v · 2 − 0.5) / 0.25).
        string card = Write(folder,
            g => (g.Input("image", ElementType.Float32, 1, 3, Height, Width) * g.Constant([1f, 0f, 0f], new(1, 3, 1, 1))).Sum([1]),
            new
            {
                file = "model.onnx",
                input = "image",
                output = "map",
                width = Width,
                height = Height,
                scale = 2,
                mean = new[] { 0.5, 0, 0 },
                std = new[] { 0.25, 1, 1 },
                activation = "sigmoid",
                stretch = false
            });
        byte[] rgb = Picture();
        double[] expected = [.. Enumerable.Range(0, Width * Height)
            .Select(i => 1 / (1 + Math.Exp(-(rgb[3 * i] / 255.0 * 2 - 0.5) / 0.25)))];
        Assert.That(Predict(card), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Predict_SmallerMapAndOtherPicture_IsEnlargedToThePicture()
    {
        using var folder = new TempFolder();
        string card = Write(folder, g => Mix(g.Input("image", ElementType.Float32, 1, 3, Height, Width), g).MaxPool(4, 4));
        float[] map = Predict(card, [.. Enumerable.Repeat((byte)9, 3 * 30 * 40)], 30, 40);
        Assert.That(map, Is.All.Zero, "one colour says nothing");
        byte[] half = new byte[3 * 30 * 40];
        half.AsSpan(half.Length / 2).Fill(255);
        map = Predict(card, half, 30, 40);
        Assert.That((map[0], map[^1]), Is.EqualTo((0f, 1f)));
    }

    [Test]
    public void Predictors_JoinedByPlus_AreAveragedAndNamed()
    {
        using var folder = new TempFolder();
        string card = Write(folder);
        byte[] rgb = Picture();
        float[] one = Predict(card), other = Predict("fine_grained"), both = Predict($"{card}+fine_grained");
        Assert.That(both, Is.EqualTo(one.Zip(other, (a, b) => (a + b) / 2)).Within(1e-6));
        using AttentionPredictor predictor = AttentionPredictor.Open(new() { Predictor = $"{card} + fine_grained", CentreWeight = 0.5 });
        Assert.That(predictor.Name, Is.EqualTo("model+fine_grained with 0.5 centre prior"));
        Assert.That(predictor.ModelSha256, Has.Count.EqualTo(1).And.All.Length.EqualTo(64));
    }

    [Test]
    public void CentrePrior_Alone_IsHighestInTheMiddleAndWiderThanHigh()
    {
        using AttentionPredictor predictor = AttentionPredictor.Open(new() { Predictor = "fine_grained", CentreWeight = 1 });
        float[] map = new float[101 * 101];
        predictor.Predict(new byte[3 * map.Length], 101, 101, map);
        Assert.That(map[50 * 101 + 50], Is.EqualTo(1).Within(1e-6));
        // At one sigma e^(−1/2) is left.
        Assert.That(map[50 * 101 + 50 + 24], Is.EqualTo(Math.Exp(-0.5)).Within(0.01));
        Assert.That(map[(50 + 24) * 101 + 50], Is.LessThan(map[50 * 101 + 50 + 24]));
        Assert.That(map[50 * 101], Is.EqualTo(map[50 * 101 + 100]).Within(1e-6));
    }

    static IEnumerable<TestCaseData> BadModels()
    {
        object card = new { file = "model.onnx", input = "image", output = "map", width = Width, height = Height };
        Func<ModelGraph, Value> Of(Func<ModelGraph, Value> g) => g;
        yield return new TestCaseData(Of(g => Mix(g.Input("image", ElementType.Float32, 1, 3, 9, 9), g)), card,
            "[1, 3, 9, 9]").SetName("Model_OfAnotherSize_IsRefused");
        yield return new TestCaseData(Of(g => Mix(g.Input("image", ElementType.Float32, 1, 3, Height, Width), g).Reshape(Height * Width)),
            card, "one map").SetName("Model_WithoutASizeOfItsMap_IsRefused");
        yield return new TestCaseData(Of(g => g.Input("image", ElementType.Float32, 1, 3, Height, Width) + 1f), card,
            "[1, 3, 8, 12]").SetName("Model_OfThreeMaps_IsRefused");
        yield return new TestCaseData(Of(g => Mix(g.Input("other", ElementType.Float32, 1, 3, Height, Width), g)), card,
            "an input 'image'").SetName("Model_WithoutTheInput_IsRefused");
        yield return new TestCaseData(Of(g => Mix(g.Input("image", ElementType.Float32, 1, 3, Height, Width), g)),
            new { file = "model.onnx", input = "image", output = "heat", width = Width, height = Height },
            "an output 'heat'").SetName("Model_WithoutTheOutput_IsRefused");
        yield return new TestCaseData(Of(g => Mix(g.Input("image", ElementType.Float32, 1, 3, Height, Width) * g.Input("strength",
            ElementType.Float32, 1), g)), card, "a single one").SetName("Model_OfTwoInputs_IsRefused");
        yield return new TestCaseData(Of(g => Mix(g.Input("image", ElementType.Int64, 1, 3, Height, Width).Cast(ElementType.Float32), g)),
            card, "int64 in").SetName("Model_OfWholeNumbers_IsRefused");
    }

    [TestCaseSource(nameof(BadModels))]
    public void Model_ThatIsNotAsDescribed_IsRefused(Func<ModelGraph, Value> graph, object card, string found)
    {
        using var folder = new TempFolder();
        string path = Write(folder, graph, card);
        Assert.That(() => Predict(path), Throws.TypeOf<BadDataException>().With.Message.Contains(found).And.Message.Contains("model.onnx"));
    }

    [Test]
    public void Model_WhoseRunGivesNoNumbers_IsRefusedWithTheValue()
    {
        using var folder = new TempFolder();
        string card = Write(folder, g => (Mix(g.Input("image", ElementType.Float32, 1, 3, Height, Width), g) - 5f).Log());
        Assert.That(() => Predict(card), Throws.TypeOf<BadDataException>().With.Message.Contains("NaN").And.Message.Contains("'map'"));
    }

    [Test]
    public void Model_WithFreeOutputOfOtherLength_IsRefused()
    {
        using var folder = new TempFolder();
        // Two maps where one is expected, which only a run shows.
        string card = Write(folder, g =>
        {
            Value image = g.Input("image", ElementType.Float32, 1, 3, Dim.Named("h"), Dim.Named("w"));
            return Value.Concat(1, Mix(image, g), Mix(image, g), Mix(image, g));
        });
        Assert.That(() => Predict(card), Throws.TypeOf<BadDataException>().With.Message.Contains("288 values"));
    }

    [Test]
    public void Model_WhoseWeightsLieOutside_IsRefusedBeforeTheyAreRead()
    {
        using var folder = new TempFolder();
        var graph = new ModelGraph("saliency");
        graph.Output("map", graph.Input("image", ElementType.Float32, 1, 3, Height, Width).Conv(graph.Weight("w", 1, 3, 1, 1)));
        Directory.CreateDirectory(folder["in"]);
        new OnnxModel(graph, new SeededWeights(graph.WeightInfos())).Save(folder["in", "model.onnx"],
            new() { InlineBelowBytes = 0, InlineModelBelowBytes = 0 });
        File.WriteAllText(folder["in", "model.json"],
            """{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 8 }""");
        Assert.That(() => Predict(folder["in", "model.json"]), Throws.Nothing, "beside the model they may lie");

        File.Move(folder["in", "model.onnx_data"], folder["ab.onnx_data"]);
        byte[] bytes = File.ReadAllBytes(folder["in", "model.onnx"]);
        int at = bytes.AsSpan().IndexOf("model.onnx_data"u8);
        "../ab.onnx_data"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(folder["in", "model.onnx"], bytes);
        Assert.That(() => Predict(folder["in", "model.json"]), Throws.TypeOf<BadDataException>().With.Message.Contains("../ab.onnx_data"));
    }

    [TestCase("""{ "file": "../model.onnx", "input": "image", "output": "map", "width": 12, "height": 8 }""", "inside")]
    [TestCase("""{ "file": "/etc/passwd", "input": "image", "output": "map", "width": 12, "height": 8 }""", "inside")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12 }""", "height")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 8, "colour": "rgb" }""", "colour")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 8, "width": 9 }""", "width")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 80000 }""", "12x80000")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 8, "std": [1, 0, 1] }""", "std")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 8, "mean": [1, 0] }""", "mean")]
    [TestCase("""{ "file": "model.onnx", "input": "image", "output": "map", "width": 12, "height": 8, "layout": "hwc" }""", "layout")]
    [TestCase("""{ "file": null, "input": "image", "output": "map", "width": 12, "height": 8 }""", "file")]
    [TestCase("[]", "no such description")]
    [TestCase("\0", "no such description")]
    public void Description_ThatIsNone_SaysWhatIsWrong(string card, string found)
    {
        using var folder = new TempFolder();
        Write(folder);
        Assert.That(() => Predict(Card(folder, card)), Throws.TypeOf<BadDataException>().With.Message.Contains(found));
    }

    [Test]
    public void Model_ThatIsNoOnnxOrNotThere_SaysSo()
    {
        using var folder = new TempFolder();
        string card = Write(folder);
        File.WriteAllText(folder["model.onnx"], "<html>not found</html>");
        Assert.That(() => Predict(card), Throws.TypeOf<BadDataException>());
        File.Delete(folder["model.onnx"]);
        Assert.That(() => Predict(card), Throws.TypeOf<MissingDependencyException>().With.Message.Contains("model.onnx"));
        Assert.That(() => Predict(folder["no.json"]), Throws.TypeOf<MissingDependencyException>());
        Assert.That(() => Predict("spectral"), Throws.TypeOf<UsageException>().With.Message.Contains("spectral_residual"));
    }

    [Test]
    public async Task Command_WithABadModel_EndsWithItsCode()
    {
        using var folder = new TempFolder();
        PictureFile.WriteJpeg(folder["data", "video_scene_cuts", "ad", "ad-Scene-001-01.jpg"], new(Width, Height, Picture()));
        async Task<(int, string)> Run(string card)
        {
            var (terminal, _, errors) = TestTerminal.Make();
            return (await RunnerProgram.RunAsync(["attention", "--data", folder["data"], "--predict", card], terminal,
                CancellationToken.None), errors.ToString());
        }
        string path = Write(folder, g => Mix(g.Input("image", ElementType.Float32, 1, 3, 9, 9), g));
        var (wrong, said) = await Run(path);
        Assert.That((wrong, said.Contains("[1, 3, 9, 9]", StringComparison.Ordinal)), Is.EqualTo((3, true)), said);
        Assert.That((await Run(folder["no.json"])).Item1, Is.EqualTo(4));
        Assert.That((await Run("nobody")).Item1, Is.EqualTo(2));
    }

    public sealed class Row
    {
        [ColumnName(SceneColumns.Image), VectorType(3, Height, Width)]
        public float[] Image { get; set; } = [];
    }

    [Test]
    public void Stage_WithAModel_SavesItsPathAndRefusesAnotherModel()
    {
        using var folder = new TempFolder();
        string card = Write(folder);
        byte[] rgb = Picture();
        float[] image = [.. Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, Width * Height)
            .Select(i => rgb[3 * i + c] / 127.5f - 1))];
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable([new Row { Image = image }]);
        var stage = ml.Alignment.PredictAttention(new() { Predictor = new() { Predictor = card } }).Fit(data);
        float[] map = stage.Transform(data).GetColumn<float[]>(SceneColumns.Heatmap).Single();
        Assert.That(map, Is.EqualTo(Expected(rgb)).Within(1e-5));

        ml.Model.Save(stage, data.Schema, folder["stage.zip"]);
        ITransformer loaded = ml.Model.Load(folder["stage.zip"], out _);
        Assert.That(loaded.Transform(data).GetColumn<float[]>(SceneColumns.Heatmap).Single(), Is.EqualTo(map));

        File.WriteAllText(card, File.ReadAllText(card) + "\n");
        Exception refused = Assert.Catch(() => ml.Model.Load(folder["stage.zip"], out _))!;
        Assert.That(refused.ToString(), Does.Contain("changed or replaced since"));
    }
}
