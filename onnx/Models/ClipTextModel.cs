using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>
/// CLIP's text encoder (Radford et al. 2021) as SD 1.x uses it, without pooling and projection: input_ids int64 [batch, tokens] →
/// last_hidden_state float32 [batch, tokens, width].
/// </summary>
static class ClipTextModel
{
    // Named as published ("text_model.encoder.layers.0.…").
    public static IReadOnlyList<WeightInfo> Weights(ClipTextConfig config) => Build(config).WeightInfos();

    public static OnnxModel Author(ClipTextConfig config, IWeights weights, ModelPrecision precision = ModelPrecision.Float32) =>
        new(Build(config, precision), weights, exact: true, IsPositions);

    // The positions 0, 1, …, which older files store as a tensor.
    public static bool IsPositions(string name) => name.EndsWith("embeddings.position_ids", StringComparison.Ordinal);

    static ModelGraph Build(ClipTextConfig config, ModelPrecision precision = ModelPrecision.Float32)
    {
        var graph = new ModelGraph("text_encoder") { FloatType = precision.FloatType };
        Value ids = graph.Input("input_ids", ElementType.Int64, Dim.Named("batch"), config.Tokens);
        graph.FloatOutput("last_hidden_state", Apply(ids, config));
        return graph;
    }

    // [batch, tokens] ids → [batch, tokens, width]. Fewer tokens take the first positions.
    public static Value Apply(Value ids, ClipTextConfig config)
    {
        ModelGraph graph = ids.Graph;
        Dim batch = ids[0], tokens = ids[1], width = config.HiddenSize;
        bool all = tokens == (Dim)config.Tokens;
        using var _ = graph.Scope("text_model");

        Value x;
        using (graph.Scope("embeddings"))
        {
            x = graph.Weight("token_embedding.weight", config.VocabularySize, width).Gather(ids);
            Value positions = graph.Weight("position_embedding.weight", config.Tokens, width);
            x += all ? positions : positions.Slice([0], [0], graph.RuntimeInts([tokens]));
        }
        x = x.Reshape(batch * tokens, width);   // rows from here on
        Value mask = CausalMask(graph, config.Tokens);
        if (!all) mask = mask.Slice([0, 1], [0, 0], graph.RuntimeInts([tokens, tokens]));
        for (int i = 0; i < config.Layers; i++)
            using (graph.Scope($"encoder.layers.{i}")) x = config.Layer.NormFirst(x, batch, tokens, mask);
        return x.LayerNormLayer("final_layer_norm", config.LayerNormEpsilon).Reshape(batch, tokens, width);
    }

    // [tokens, tokens]: 0 for a token itself and those before, the lowest float elsewhere.
    static Value CausalMask(ModelGraph graph, int tokens)
    {
        var mask = new float[tokens * tokens];
        for (int i = 0; i < tokens; i++) mask.AsSpan(i * tokens + i + 1, tokens - i - 1).Fill(float.MinValue);
        return graph.Constant(mask, new Shape(tokens, tokens), "causal_mask");
    }
}
