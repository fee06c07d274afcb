using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>
/// CLIP's text encoder (Radford et al. 2021) as SD 1.x uses it, without pooling and projection: input_ids int64 [batch, tokens] →
/// last_hidden_state float32 [batch, tokens, width].
/// </summary>
static class ClipTextModel
{
    /// <summary>Named as published ("text_model.encoder.layers.0.…").</summary>
    public static IReadOnlyList<WeightInfo> Weights(ClipTextConfig config) => Build(config).WeightInfos();

    public static OnnxModel Author(ClipTextConfig config, IWeights weights, ModelPrecision precision = ModelPrecision.Float32)
    {
        ModelGraph graph = Build(config, precision);
        var wanted = graph.WeightInfos();
        // Older files store the positions 0 … 76 as a tensor.
        WeightCheck.Demand(graph.Name, wanted, weights, all: wanted,
            ignored: n => n.EndsWith("embeddings.position_ids", StringComparison.Ordinal));
        return new(graph, weights);
    }

    static ModelGraph Build(ClipTextConfig config, ModelPrecision precision = ModelPrecision.Float32)
    {
        var graph = new ModelGraph("text_encoder") { FloatType = precision.FloatType };
        graph.FloatOutput("last_hidden_state", Apply(graph.Input("input_ids", ElementType.Int64, Dim.Named("batch"), config.Tokens),
            config));
        return graph;
    }

    /// <summary>[batch, tokens] ids → [batch, tokens, width]. Fewer tokens take the first positions.</summary>
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
        var layer = new ClipLayer(config.HiddenSize, config.IntermediateSize, config.Heads, config.LayerNormEpsilon, config.Activation);
        for (int i = 0; i < config.Layers; i++)
            using (graph.Scope($"encoder.layers.{i}")) x = layer.NormFirst(x, batch, tokens, mask);
        return x.LayerNormLayer("final_layer_norm", config.LayerNormEpsilon).Reshape(batch, tokens, width);
    }

    /// <summary>[tokens, tokens]: 0 for a token itself and those before, the lowest float elsewhere.</summary>
    static Value CausalMask(ModelGraph graph, int tokens)
    {
        var mask = new float[tokens * tokens];
        for (int i = 0; i < tokens; i++) mask.AsSpan(i * tokens + i + 1, tokens - i - 1).Fill(float.MinValue);
        return graph.Constant(mask, new Shape(tokens, tokens), "causal_mask");
    }
}
