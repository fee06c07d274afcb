using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>
/// CLIPSeg (Lüddecke and Ecker 2022, "Image Segmentation Using Text and Image Prompts"): segments what a text names. Two models of one set
/// of weights, so that a text is encoded once for all pictures and a picture once for all texts.
/// <code>
/// text:  input_ids int64 [texts, tokens], at most 77     → conditional_embeddings [texts, projection]
/// masks: pixel_values [batch, 3, height, width]          multiples of the patch, normalised as the model's preprocessor says
///        conditional_embeddings [batch, prompts, projection]
///        → logits [batch, prompts, height, width]        σ(logits) is how likely a pixel belongs to what the prompt names
///          image_embeds [batch, projection], similarity [batch, prompts]   where the weights have a picture projection
/// </code>
/// A text's feature is its state at the largest id: CLIP's end token (the first one, where it also pads).
/// </summary>
static class ClipSeg
{
    const string VisualProjection = "clip.visual_projection.weight";

    // CLIP's projection of whole pictures, which masks do not need, is optional.
    public static IReadOnlyList<WeightInfo> Weights(ClipSegConfig config, bool comparesPictures = true) =>
        [.. BuildText(config).WeightInfos(), .. Build(config, comparesPictures).WeightInfos()];

    public static OnnxModel AuthorText(ClipSegConfig config, IWeights weights)
    {
        Check(config, weights);
        return new(BuildText(config), weights);
    }

    public static OnnxModel Author(ClipSegConfig config, IWeights weights) => new(Build(config, Check(config, weights)), weights);

    static bool Check(ClipSegConfig config, IWeights weights)
    {
        bool compares = weights.Infos.ContainsKey(VisualProjection);
        var all = Weights(config, compares);
        WeightCheck.Demand("clipseg", all, weights, exact: true, ClipTextModel.IsPositions);
        return compares;
    }

    static ModelGraph BuildText(ClipSegConfig config)
    {
        var graph = new ModelGraph("clipseg_text");
        graph.Output("conditional_embeddings",
            Condition(graph.Input("input_ids", ElementType.Int64, Dim.Named("texts"), Dim.Named("tokens")), config));
        return graph;
    }

    static ModelGraph Build(ClipSegConfig config, bool comparesPictures)
    {
        var graph = new ModelGraph("clipseg");
        Dim batch = Dim.Named("batch"), patch = config.Vision.PatchSize;
        Value pixels = graph.Input("pixel_values", graph.FloatType, batch, config.Vision.Channels, patch * Dim.Named("rows"),
            patch * Dim.Named("columns"));
        Value texts = graph.Input("conditional_embeddings", graph.FloatType, batch, Dim.Named("prompts"), config.ProjectionSize);
        ClipVisionModel.Encoded encoded;
        using (graph.Scope("clip")) encoded = ClipVisionModel.Apply(pixels, config.Vision,
            comparesPictures ? config.Vision.Layers : config.LayersForMask);
        graph.Output("logits", ClipSegDecoder.Apply(encoded, texts, config));
        if (comparesPictures) Compare(graph, encoded, texts, config);
        return graph;
    }

    // [texts, tokens] ids → [texts, projection].
    public static Value Condition(Value ids, ClipSegConfig config)
    {
        ModelGraph graph = ids.Graph;
        using var _ = graph.Scope("clip");
        Value states = ClipTextModel.Apply(ids, config.Text);
        Dim texts = ids[0], tokens = ids[1];
        // A one-hot row selects the state at the largest id. Ids are exact in float32 up to 2²⁴.
        Value places = graph.Constant([.. Enumerable.Range(0, config.Text.Tokens).Select(i => (long)i)], new Shape(config.Text.Tokens),
            "places");
        if (tokens != (Dim)config.Text.Tokens) places = places.Slice([0], [0], graph.RuntimeInts([tokens]));
        Value end = ids.Cast(ElementType.Float32).ArgMax(1);                                                      // [texts, 1]
        Value pick = places.Unsqueeze(0).IsEqualTo(end).Cast(states.Type).Unsqueeze(1);                           // [texts, 1, tokens]
        Value feature = pick.MatMul(states).Reshape(texts, config.Text.HiddenSize);
        return feature.LinearLayer("text_projection", config.ProjectionSize, bias: false);
    }

    // e^scale · cosine of the whole picture and a text.
    static void Compare(ModelGraph graph, ClipVisionModel.Encoded encoded, Value texts, ClipSegConfig config)
    {
        using var _ = graph.Scope("clip");
        Value picture = ClipVisionModel.Pooled(encoded, config.Vision).LinearLayer("visual_projection", config.ProjectionSize, bias: false);
        graph.Output("image_embeds", picture);
        Value scale = graph.Weight("logit_scale").Exp();
        Value Unit(Value x) => x / (x * x).Sum([-1]).Sqrt();
        Value cosine = (Unit(texts) * Unit(picture).Unsqueeze(1)).Sum([2], keep: false);
        graph.Output("similarity", cosine * scale);
    }
}
