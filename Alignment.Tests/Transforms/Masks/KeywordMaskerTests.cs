using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Import;
using Alignment.Tests.Onnx.Models;
using Alignment.Transforms.Images;
using Alignment.Transforms.Masks;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Transforms.Masks;

public sealed class KeywordMaskerTests
{
    static RgbPicture Picture(int width, int height, int seed = 5)
    {
        // Blocks, not noise: what is resized must not all come out grey.
        var random = new Random(seed);
        byte[] colours = new byte[3 * 64], pixels = new byte[3 * width * height];
        random.NextBytes(colours);
        for (int i = 0; i < width * height; i++) colours.AsSpan(3 * (i / width * 8 / height * 8 + i % width * 8 / width), 3)
            .CopyTo(pixels.AsSpan(3 * i));
        return new(width, height, pixels);
    }

    static ClipSegPart Seeded() => ClipSegPart.Open(ModelBundle.Open(MaskBundles.Seeded));

    static readonly KeywordMaskOptions s_bare = new() { Prompts = ["{keyword}"] };

    /// <summary>The whole way against the reference: the fixtures' own pixels, its own tokenizer's ids for its own texts, its own
    /// logits.</summary>
    [Test]
    public void Make_ThePreparationUndone_GivesTheReferenceProbabilities()
    {
        using var folder = new TempFolder();
        string from = Shared.Path("fixtures", "clipseg", "tiny-clipseg"), bundle = LpipsImportTests.Bundle(folder);
        Directory.CreateDirectory(folder["hf"]);
        foreach (string file in Directory.EnumerateFiles(from))
            File.WriteAllBytes(Path.Combine(folder["hf"], Path.GetFileName(file)), File.ReadAllBytes(file));
        File.WriteAllText(folder["hf", "preprocessor_config.json"],
            """{"size":64,"image_mean":[0.4,0.5,0.6],"image_std":[0.2,0.25,0.3]}""");
        ClipSegPart part = ClipSegPart.Open(ClipSegImport.Run(folder["hf"], bundle));
        RgbPicture picture = Picture(64, 64);
        float[] mean = [0.4f, 0.5f, 0.6f], deviation = [0.2f, 0.25f, 0.3f], pixels = new float[3 * 64 * 64];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (picture.Pixels[3 * (i % 4096) + i / 4096] / 255f - mean[i / 4096])
            / deviation[i / 4096];
        using SafetensorsFile io = SafetensorsFile.Open(Shared.Path("fixtures", "clipseg", "tiny-clipseg.io.safetensors"));
        using InferenceSession session = OrtSessions.Open(part.Bundle.PathOf(BundleFiles.ClipSeg));
        using OrtValue image = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, 64, 64]),
            texts = OrtValue.CreateTensorValueFromMemory(Tensor.Read(io, "conditional_embeddings").Data, [1, 3, 24]);
        using var run = new RunOptions();
        using var logits = session.Run(run, ["pixel_values", "conditional_embeddings"], [image, texts], ["logits"]);
        float[] expected = logits[0].GetTensorDataAsSpan<float>().ToArray();

        using var masker = new KeywordMasker(part, s_bare);
        IReadOnlyList<KeywordMask> made = masker.Make(picture, ["a red car", "the sky", "wooden house"]);
        Assert.Multiple(() =>
        {
            for (int k = 0; k < 3; k++)
            {
                double worst = Enumerable.Range(0, 4096).Max(i =>
                    Math.Abs(made[k].Probability[i] - 1 / (1 + Math.Exp(-expected[k * 4096 + i]))));
                Assert.That(worst, Is.LessThan(2e-5), $"prompt {k}");
                Assert.That(made[k].Mask, Is.EqualTo(made[k].Probability.Select(p => p > 0.5f ? 1f : 0f)));
                Assert.That(made[k].Similarity, Is.Not.Null);
            }
        });
    }

    [Test]
    public void Make_SeveralKeywords_GivesWhatEachGivesAlone()
    {
        using KeywordMasker together = new(Seeded(), s_bare), alone = new(Seeded(), s_bare);
        RgbPicture picture = Picture(50, 30);
        IReadOnlyList<KeywordMask> made = together.Make(picture, ["bottle", "shoe", "a red can"]);
        Assert.That(made[0].Probability, Is.Not.EqualTo(made[1].Probability).Within(1e-3f), "the text matters");
        foreach (var (keyword, k) in new[] { "bottle", "shoe", "a red can" }.Select((w, k) => (w, k)))
            Assert.That(alone.Make(picture, [keyword])[0].Probability, Is.EqualTo(made[k].Probability).Within(1e-5f), keyword);
    }

    [Test]
    public void Make_SeveralPromptsAndSynonyms_AveragesTheirProbabilities()
    {
        RgbPicture picture = Picture(40, 40);
        var options = new KeywordMaskOptions
        {
            Prompts = ["{keyword}", "a {keyword}"],
            Synonyms = new Dictionary<string, IReadOnlyList<string>> { ["Mug"] = ["cup"] }
        };
        Assert.That(options.PromptsFor("mug"), Is.EqualTo(new[] { "mug", "a mug", "cup", "a cup" }));
        using KeywordMasker masker = new(Seeded(), options), bare = new(Seeded(), s_bare);
        IReadOnlyList<KeywordMask> each = bare.Make(picture, ["mug", "a mug", "cup", "a cup"]);
        float[] mean = [.. Enumerable.Range(0, 1600).Select(i => each.Average(m => m.Probability[i]))];
        Assert.That(masker.Make(picture, ["mug"])[0].Probability, Is.EqualTo(mean).Within(1e-5f));
    }

    [TestCase(15, true)]
    [TestCase(16, false)]
    public void Check_PromptsTimesSynonyms_AreAtMostThirtyTwo(int synonyms, bool good)
    {
        // Two prompts for the keyword and each of its synonyms.
        var options = new KeywordMaskOptions
        {
            Synonyms =
            new Dictionary<string, IReadOnlyList<string>> { ["mug"] = [.. Enumerable.Range(0, synonyms).Select(i => $"cup {i}")] }
        };
        Assert.That(options.Check, good ? Throws.Nothing
            : Throws.TypeOf<UsageException>().With.Message.Contains("'mug'").And.Message.Contains("34 texts"));
    }

    [TestCase(200, 75)]
    [TestCase(33, 61)]
    [TestCase(1, 1)]
    [TestCase(7, 300)]
    public void Make_AnySize_HasTheSizeOfThePicture(int width, int height)
    {
        using var masker = new KeywordMasker(Seeded(), new() { Refine = true, LargestComponents = 1 });
        KeywordMask made = masker.Make(Picture(width, height), ["bottle"])[0];
        Assert.That(made.Mask, Has.Length.EqualTo(width * height));
        Assert.That(made.Probability, Is.All.InRange(0f, 1f));
        Assert.That(MaskComponents.Count(made.Mask, width, height), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Make_InAnyOrder_IsTheSameToTheBit()
    {
        using KeywordMasker a = new(Seeded(), new()), b = new(Seeded(), new());
        RgbPicture one = Picture(64, 36, 1), other = Picture(30, 50, 2);
        float[] first = a.Make(one, ["bottle"])[0].Probability;
        b.Make(other, ["shoe", "can"]);
        Assert.That(b.Make(one, ["bottle"])[0].Probability, Is.EqualTo(first));
    }

    /// <summary>Models with the right names that give something else than maps: an error, never masks without product.</summary>
    [TestCase("no numbers", "no finite numbers")]
    [TestCase("three sides", "'logits' of Float [2, 8, 8]")]
    [TestCase("another number of maps", "'logits' of Float [1, 3, 8, 8]")]
    [TestCase("whole numbers", "'logits' of Int64 [1, 2, 8, 8]")]
    public void Make_LogitsThatAreNoMaps_IsBadData(string kind, string found)
    {
        using var folder = new TempFolder();
        foreach (string file in Directory.EnumerateFiles(MaskBundles.Seeded, "*", SearchOption.AllDirectories))
        {
            string to = folder["bundle", Path.GetRelativePath(MaskBundles.Seeded, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (Path.GetFileName(file) != "bundle.json") File.Copy(file, to);
        }
        var graph = new ModelGraph("clipseg");
        Value picture = graph.Input("pixel_values", ElementType.Float32, 1, 3, Dim.Named("h"), Dim.Named("w")),
            texts = graph.Input("conditional_embeddings", ElementType.Float32, 1, Dim.Named("prompts"), Dim.Named("p"));
        Value nought = (picture.Mean([1, 2, 3], keep: false) + texts.Mean([1, 2], keep: false)) * 0f;   // both are read
        Value Maps(float value, params long[] shape) =>
            graph.Constant([.. Enumerable.Repeat(value, (int)shape.Aggregate((a, b) => a * b))], new([.. shape.Select(s => (Dim)s)]))
            + nought;
        graph.Output("logits", kind switch
        {
            "no numbers" => Maps(float.NaN, 1, 2, 8, 8),
            "three sides" => Maps(1, 2, 8, 8),
            "another number of maps" => Maps(1, 1, 3, 8, 8),
            _ => Maps(1, 1, 2, 8, 8).Cast(ElementType.Int64),
        });
        new OnnxModel(graph, new SeededWeights(graph.WeightInfos())).Save(folder["bundle", BundleFiles.ClipSeg]);
        using var masker = new KeywordMasker(ClipSegPart.Open(ModelBundle.Open(folder["bundle"])), new());

        Assert.That(() => masker.Make(Picture(20, 20), ["bottle"]), Throws.TypeOf<BadDataException>().With.Message.Contains(found));
    }

    [Test]
    public void Options_OutOfRange_AreNamed()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new KeywordMaskOptions { Threshold = float.NaN }.Check(),
                Throws.TypeOf<UsageException>().With.Message.Contains("KeywordMaskOptions.Threshold"));
            Assert.That(() => new KeywordMaskOptions { Prompts = ["a bottle"] }.Check(),
                Throws.TypeOf<UsageException>().With.Message.Contains("{keyword}"));
            Assert.That(() => new KeywordMaskOptions { Prompts = [] }.Check(), Throws.TypeOf<UsageException>());
            Assert.That(() => new KeywordMaskOptions { LargestComponents = -1 }.Check(), Throws.TypeOf<UsageException>());
            Assert.That(() => new KeywordMaskOptions
            {
                Synonyms =
                new Dictionary<string, IReadOnlyList<string>> { ["mug"] = [" "] }
            }.Check(),
                Throws.TypeOf<UsageException>().With.Message.Contains("mug"));
            Assert.That(() => new KeywordMaskOptions().Check(), Throws.Nothing);
        });
    }
}
