using Alignment.Onnx.Graph;
using Alignment.Onnx.Import;

namespace Alignment.Onnx.Models;

/// <summary>
/// CLIP's text encoder (Radford et al. 2021) as Stable Diffusion 1.x uses it: a causal transformer over 77 tokens,
/// its states taken after the final layer normalisation. Pooling and projection are left out.
/// <code>input_ids int64 [batch, tokens] → last_hidden_state float32 [batch, tokens, width]</code>
/// </summary>
public static class ClipTextModel
{
    /// <summary>The tensors of the model, named as published ("text_model.encoder.layers.0.…").</summary>
    public static IReadOnlyList<WeightInfo> Weights(ClipTextConfig config) => Build(config).WeightInfos();

    /// <exception cref="BadDataException">Tensors are missing, left over or of another shape; all are named.</exception>
    public static OnnxModel Author(ClipTextConfig config, IWeights weights)
    {
        ModelGraph graph = Build(config);
        var wanted = graph.WeightInfos();
        // Older files store the positions 0 … 76 as a tensor.
        WeightCheck.Demand(graph.Name, wanted, weights, all: wanted, ignored: n => n.EndsWith("embeddings.position_ids", StringComparison.Ordinal));
        return new(graph, weights);
    }

    static ModelGraph Build(ClipTextConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var graph = new ModelGraph("text_encoder");
        graph.Output("last_hidden_state", Apply(graph.Input("input_ids", ElementType.Int64, Dim.Named("batch"), config.Tokens), config));
        return graph;
    }

    /// <summary>[batch, tokens] ids → [batch, tokens, width], in the graph and the scope of the ids.</summary>
    internal static Value Apply(Value ids, ClipTextConfig config)
    {
        ModelGraph graph = ids.Graph;
        Dim batch = ids[0], tokens = config.Tokens, width = config.HiddenSize;
        using var _ = graph.Scope("text_model");

        Value x;
        using (graph.Scope("embeddings"))
            x = graph.Weight("token_embedding.weight", config.VocabularySize, width).Gather(ids) + graph.Weight("position_embedding.weight", tokens, width);
        x = x.Reshape(batch * tokens, width);   // rows from here on
        Value mask = CausalMask(graph, config.Tokens);
        for (int i = 0; i < config.Layers; i++)
            using (graph.Scope($"encoder.layers.{i}"))
            {
                x += Attention(x.LayerNormLayer("layer_norm1", config.LayerNormEpsilon), batch, config, mask);
                x += Mlp(x.LayerNormLayer("layer_norm2", config.LayerNormEpsilon), config);
            }
        return x.LayerNormLayer("final_layer_norm", config.LayerNormEpsilon).Reshape(batch, tokens, width);
    }

    static Value Attention(Value x, Dim batch, ClipTextConfig config, Value mask)
    {
        using var _ = x.Graph.Scope("self_attn");
        Value q = x.LinearLayer("q_proj", config.HiddenSize), k = x.LinearLayer("k_proj", config.HiddenSize), v = x.LinearLayer("v_proj", config.HiddenSize);
        return Layers.Attend(q, k, v, batch, config.Tokens, config.Tokens, config.Heads, mask).LinearLayer("out_proj", config.HiddenSize);
    }

    static Value Mlp(Value x, ClipTextConfig config)
    {
        using var _ = x.Graph.Scope("mlp");
        Value h = x.LinearLayer("fc1", config.IntermediateSize);
        return (config.Activation == "gelu" ? h.Gelu() : h.QuickGelu()).LinearLayer("fc2", config.HiddenSize);
    }

    /// <summary>[tokens, tokens]: 0 where a token may look (itself and before), the lowest float elsewhere.</summary>
    static Value CausalMask(ModelGraph graph, int tokens)
    {
        var mask = new float[tokens * tokens];
        for (int i = 0; i < tokens; i++) mask.AsSpan(i * tokens + i + 1, tokens - i - 1).Fill(float.MinValue);
        return graph.Constant(mask, new Shape(tokens, tokens), "causal_mask");
    }
}
