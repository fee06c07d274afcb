namespace Alignment.Onnx.Models;

// What CLIP's two transformers have in common. Defaults: SD 1.5's text encoder, and ViT-B.
abstract record ClipTowerConfig
{
    const int MostLayers = 1000;

    public int HiddenSize { get; init; } = 768;
    public int IntermediateSize { get; init; } = 3072;
    public int Layers { get; init; } = 12;
    public int Heads { get; init; } = 12;
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    // "quick_gelu" (x·σ(1.702x)) or "gelu" (exact).
    public string Activation { get; init; } = "quick_gelu";

    public ClipLayer Layer => new(HiddenSize, IntermediateSize, Heads, LayerNormEpsilon, Activation);

    private protected static T ReadTower<T>(ConfigFile file, T standard) where T : ClipTowerConfig
    {
        file.Only("hidden_act", "quick_gelu", "gelu");
        T config = standard with
        {
            HiddenSize = file.Int("hidden_size", standard.HiddenSize),
            IntermediateSize = file.Int("intermediate_size", standard.IntermediateSize),
            Layers = file.Int("num_hidden_layers", standard.Layers, MostLayers),
            Heads = file.Int("num_attention_heads", standard.Heads),
            LayerNormEpsilon = file.Float("layer_norm_eps", standard.LayerNormEpsilon),
            Activation = file.Text("hidden_act", standard.Activation),
        };
        return config.HiddenSize % config.Heads == 0 ? config
            : throw file.Bad("num_attention_heads", $"a divisor of hidden_size, {config.HiddenSize}");
    }
}
