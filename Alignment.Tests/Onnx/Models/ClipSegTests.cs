using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Models;

/// <summary>CLIPSeg with both heads against the reference's numbers, at the size it is configured for and at others.</summary>
[TestFixture("tiny-clipseg", 64, 96)]
[TestFixture("tiny-clipseg-simple", 48, 80)]
public sealed class ClipSegTests(string model, int configured, int withStates)
{
    SafetensorsFile _weights = null!, _io = null!;
    ClipSegConfig _config = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _config = ClipSegConfig.Read(Shared.Path("fixtures", "clipseg", model, "config.json"));
        _weights = SafetensorsFile.Open(Shared.Path("fixtures", "clipseg", model, "model.safetensors"));
        _io = SafetensorsFile.Open(Shared.Path("fixtures", "clipseg", $"{model}.io.safetensors"));
    }

    [OneTimeTearDown]
    public void Close()
    {
        _weights?.Dispose();
        _io?.Dispose();
    }

    [Test]
    public void Text_Prompts_GiveTheReferenceFeatures([Values] bool optimised)
    {
        using var run = new ModelRun(ClipSeg.AuthorText(_config, _weights), optimised);
        Near(run.Run(("input_ids", Ids("input_ids")))["conditional_embeddings"], Tensor.Read(_io, "conditional_embeddings"), "77 tokens");
        Near(run.Run(("input_ids", Ids("short.input_ids")))["conditional_embeddings"], Tensor.Read(_io, "conditional_embeddings"), "short");
    }

    [Test]
    public void Masks_EverySize_GiveTheReferenceLogits([Values] bool optimised)
    {
        using var run = new ModelRun(ClipSeg.Author(_config, _weights), optimised);
        var sizes = _io.Infos.Keys.Where(n => n.EndsWith(".pixel_values", StringComparison.Ordinal))
            .Select(n => n[..n.IndexOf('.', StringComparison.Ordinal)]).ToList();
        Assert.That(sizes, Has.Count.EqualTo(3));
        foreach (string size in sizes)
        {
            Tensor pixels = Tensor.Read(_io, $"{size}.pixel_values"), logits = Tensor.Read(_io, $"{size}.logits");
            var made = run.Run(("pixel_values", pixels), ("conditional_embeddings", Texts((int)pixels.Shape[0], 1)));
            Near(made["logits"] with { Shape = logits.Shape }, logits, $"{size} logits");
            Near(made["image_embeds"], Tensor.Read(_io, $"{size}.image_embeds"), $"{size} image_embeds");
            Assert.That(made["similarity"].Data[0], Is.EqualTo(Similarity(Tensor.Read(_io, $"{size}.image_embeds"), 0)).Within(1e-4), size);
        }
    }

    [Test]
    public void ShortPrompts_FromIdsToMask_GiveTheReferenceLogits()
    {
        using var text = new ModelRun(ClipSeg.AuthorText(_config, _weights));
        using var run = new ModelRun(ClipSeg.Author(_config, _weights));
        Tensor features = text.Run(("input_ids", Ids("short.input_ids")))["conditional_embeddings"],
            logits = Tensor.Read(_io, $"short.s{configured}.logits");
        var made = run.Run(("pixel_values", Tensor.Read(_io, $"s{configured}.pixel_values")),
            ("conditional_embeddings", features with { Shape = [3, 1, _config.ProjectionSize] }));
        Near(made["logits"] with { Shape = logits.Shape }, logits, "short");
    }

    [Test]
    public void SeveralPrompts_OnePicture_GiveWhatEachAloneGives()
    {
        using var run = new ModelRun(ClipSeg.Author(_config, _weights));
        Tensor pixels = Tensor.Read(_io, $"s{configured}.pixel_values").Batch(0), all = Tensor.Read(_io, "conditional_embeddings");
        Tensor together = run.Run(("pixel_values", pixels),
            ("conditional_embeddings", all with { Shape = [1, 3, _config.ProjectionSize] }))["logits"];
        int each = together.Data.Length / 3;
        for (int i = 0; i < 3; i++)
        {
            Tensor alone = run.Run(("pixel_values", pixels),
                ("conditional_embeddings", all.Batch(i) with { Shape = [1, 1, _config.ProjectionSize] }))["logits"];
            Near(new([each], together.Data[(i * each)..((i + 1) * each)]), alone with { Shape = [each] }, $"prompt {i}");
        }
    }

    [Test]
    public void VisionTower_EveryLayer_AgreesWithTheReference()
    {
        Tensor reference = Tensor.Read(_io, $"s{withStates}.hidden_states");   // [layers + 1, 1, tokens, width]
        var graph = new ModelGraph("vision");
        ClipVisionModel.Encoded made;
        Value pixels = graph.Input("pixel_values", ElementType.Float32, Dim.Named("batch"), 3,
            (Dim)_config.Vision.PatchSize * Dim.Named("h"), (Dim)_config.Vision.PatchSize * Dim.Named("w"));
        using (graph.Scope("clip")) made = ClipVisionModel.Apply(pixels, _config.Vision, _config.Vision.Layers);
        for (int i = 0; i < made.States.Count; i++) graph.Output($"state.{i}", made.States[i].Identity());
        using var run = new ModelRun(new(graph, _weights), optimised: false);
        var states = run.Run(("pixel_values", Tensor.Read(_io, $"s{withStates}.pixel_values")));
        int each = reference.Data.Length / (int)reference.Shape[0];
        Assert.That(states, Has.Count.EqualTo(reference.Shape[0]));
        for (int i = 0; i < reference.Shape[0]; i++)
            Near(states[$"state.{i}"] with { Shape = [each] }, new([each], reference.Data[(i * each)..((i + 1) * each)]),
                $"hidden state {i}");
    }

    [Test]
    public void OblongPicture_OtherSizes_HasAMaskOfItsOwnShape()
    {
        using var run = new ModelRun(ClipSeg.Author(_config, _weights));
        var made = run.Run(("pixel_values", Tensor.Zeros(1, 3, 32, 80)),
            ("conditional_embeddings", Tensor.Read(_io, "conditional_embeddings")
            .Batch(0) with
            { Shape = [1, 1, _config.ProjectionSize] }));
        Assert.That(made["logits"].Shape, Is.EqualTo(new long[] { 1, 1, 32, 80 }));
    }

    [Test]
    public void WithoutThePictureProjection_TheMaskIsTheSame()
    {
        var fewer = new Without(_weights, ["clip.visual_projection.weight", "clip.vision_model.post_layernorm.weight",
            "clip.vision_model.post_layernorm.bias", "clip.logit_scale"],
                $"clip.vision_model.encoder.layers.{_config.ExtractLayers.Max() + 1}.");
        using var run = new ModelRun(ClipSeg.Author(_config, fewer));
        Tensor logits = Tensor.Read(_io, $"s{withStates}.logits");
        var made = run.Run(("pixel_values", Tensor.Read(_io, $"s{withStates}.pixel_values")), ("conditional_embeddings", Texts(1, 1)));
        Assert.That(made.Keys, Is.EquivalentTo(new[] { "logits" }));
        Near(made["logits"] with { Shape = logits.Shape }, logits, "without");
    }

    (long[], long[]) Ids(string name) => (_io.ReadIntegers(name), [.. _io.Infos[name].Shape]);

    Tensor Texts(int batch, int prompts)
    {
        Tensor all = Tensor.Read(_io, "conditional_embeddings");
        return new([batch, prompts, all.Shape[1]], all.Data[..(int)(batch * prompts * all.Shape[1])]);
    }

    /// <summary>From the reference's own embeddings, in double.</summary>
    double Similarity(Tensor images, int row)
    {
        double[] picture = [.. images.Batch(row).Data.Select(x => (double)x)],
            text = [.. Tensor.Read(_io, "conditional_embeddings").Batch(row).Data.Select(x => (double)x)];
        double Length(double[] x) => Math.Sqrt(x.Sum(v => v * v));
        return Math.Exp(Tensor.Read(_weights, "clip.logit_scale").Data[0]) * picture.Zip(text, (a, b) => a * b)
            .Sum() / (Length(picture) * Length(text));
    }

    void Near(Tensor made, Tensor reference, string what)
    {
        double error = Tensor.Error(made, reference);
        TestContext.Out.WriteLine(FormattableString.Invariant($"{model} {what}: {error:0.0e0}"));
        Assert.That(error, Is.LessThanOrEqualTo(Fixture.Tolerance), $"{model} {what}");
    }

    /// <summary>Weights with some left out.</summary>
    sealed class Without(IWeights all, string[] names, string prefix) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos { get; } = all.Infos.Where(i => !names.Contains(i.Key)
            && !i.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary();
        public void Read(string name, long start, Span<float> into) => all.Read(name, start, into);
    }
}
