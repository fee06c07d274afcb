using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Tests.Tools.TinyModel;
using Alignment.Tests.Transforms.Masks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>CLIPSeg through ML.NET's own OnnxTransformer and through a session of ours, two prompts a picture: which one MaskKeyword should
/// use. See docs/benchmarks.md.</summary>
static class MaskRuntimes
{
    public const string Switch = "mask-runtimes";
    const int Prompts = 2;

    public static int Run(string? rounds)
    {
        int count = rounds is null ? 5 : int.Parse(rounds, CultureInfo.InvariantCulture);
        Console.WriteLine("| model | picture | prompts | OnnxTransformer, ms | our session, ms | our session, a prompt a run, ms |\n| "
            + "--- | --- | ---: | ---: | ---: | ---: |");
        ModelBundle tiny = ModelBundle.Open(MaskBundles.Seeded);
        ClipSegConfig small = TinyMasks.Config(tiny.Manifest.Tokenizer.VocabularySize);
        Measure("tiny", tiny.PathOf(BundleFiles.ClipSeg), small.ProjectionSize, TinyMasks.Side, 20 * count);
        using var folder = new TempFolder();
        var full = new ClipSegConfig();
        ClipSeg.Author(full, new SeededWeights(ClipSeg.Weights(full), new() { Seed = 1 })).Save(folder["clipseg.onnx"]);
        Measure("rd64-refined's size, random", folder["clipseg.onnx"], full.ProjectionSize, 352, count);
        return 0;
    }

    sealed class Row
    {
        public float[] Pixels { get; set; } = [];
        public float[] Texts { get; set; } = [];
    }

    static void Measure(string name, string path, int projection, int side, int count)
    {
        float[] pixels = new float[3 * side * side], texts = new float[Prompts * projection];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = i % 17 / 8f - 1;
        for (int i = 0; i < texts.Length; i++) texts[i] = i % 13 / 6f - 1;

        var ml = new MLContext(seed: 1);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        (SchemaDefinition.Column picture, SchemaDefinition.Column prompts) = (schema[nameof(Row.Pixels)], schema[nameof(Row.Texts)]);
        (picture.ColumnName, picture.ColumnType) = ("pixel_values", new VectorDataViewType(NumberDataViewType.Single, 1, 3, side, side));
        (prompts.ColumnName, prompts.ColumnType) = ("conditional_embeddings",
            new VectorDataViewType(NumberDataViewType.Single, 1, Prompts, projection));
        IDataView rows = ml.Data.LoadFromEnumerable(Enumerable.Repeat(new Row { Pixels = pixels, Texts = texts }, count), schema);
        var shapes = new Dictionary<string, int[]>
        {
            ["pixel_values"] = [1, 3, side, side],
            ["conditional_embeddings"] = [1, Prompts, projection]
        };
        var model = ml.Transforms.ApplyOnnxModel(outputColumnNames: ["logits"],
            inputColumnNames: ["pixel_values", "conditional_embeddings"], modelFile: path, shapeDictionary: shapes, gpuDeviceId: null,
            fallbackToCpu: false).Fit(rows);
        void Transformed()
        {
            IDataView made = model.Transform(rows);
            using DataViewRowCursor cursor = made.GetRowCursor([made.Schema["logits"]]);
            ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(made.Schema["logits"]);
            VBuffer<float> value = default;
            while (cursor.MoveNext()) get(ref value);
        }
        using InferenceSession session = OrtSessions.Open(path);
        using var options = new RunOptions();
        void Own(int together)
        {
            for (int i = 0; i < count; i++)
                for (int p = 0; p < Prompts; p += together)
                {
                    using OrtValue pixel = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, side, side]),
                        text = OrtValue.CreateTensorValueFromMemory(texts[..(together * projection)], [1, together, projection]);
                    using var results = session.Run(options, ["pixel_values", "conditional_embeddings"], [pixel, text], ["logits"]);
                }
        }
        double[] seconds = Timing.Medians(3, [Transformed, () => Own(Prompts), () => Own(1)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {side}x{side} | {Prompts} | "
            + $"{1000 * seconds[0] / count:0.0} | {1000 * seconds[1] / count:0.0} | {1000 * seconds[2] / count:0.0} |"));
    }
}
