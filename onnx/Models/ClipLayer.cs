using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Models;

sealed record ClipLayer(int Width, int Intermediate, int Heads, float Epsilon, string Activation)
{
    // x + attention(norm1 x), then x + mlp(norm2 x): CLIP's own towers.
    public Value NormFirst(Value x, Dim batch, Dim tokens, Value? mask = null)
    {
        x += Attention(x.LayerNormLayer("layer_norm1", Epsilon), batch, tokens, mask);
        return x + Mlp(x.LayerNormLayer("layer_norm2", Epsilon));
    }

    // norm1(x + attention x), then norm2(x + mlp x): CLIPSeg's decoder.
    public Value NormLast(Value x, Dim batch, Dim tokens)
    {
        x = (x + Attention(x, batch, tokens, null)).LayerNormLayer("layer_norm1", Epsilon);
        return (x + Mlp(x)).LayerNormLayer("layer_norm2", Epsilon);
    }

    Value Attention(Value x, Dim batch, Dim tokens, Value? mask)
    {
        using var _ = x.Graph.Scope("self_attn");
        Value q = x.LinearLayer("q_proj", Width), k = x.LinearLayer("k_proj", Width), v = x.LinearLayer("v_proj", Width);
        return Layers.Attend(q, k, v, batch, tokens, tokens, Heads, mask).LinearLayer("out_proj", Width);
    }

    Value Mlp(Value x)
    {
        using var _ = x.Graph.Scope("mlp");
        Value h = x.LinearLayer("fc1", Intermediate);
        return (Activation switch { "gelu" => h.Gelu(), "relu" => h.Relu(), _ => h.QuickGelu() }).LinearLayer("fc2", Width);
    }
}
