namespace Alignment.Onnx.Models;

sealed record ClipTextConfig
{
    const int MostLayers = 1000, MostTokens = 4096;

    public int VocabularySize { get; init; } = 49408;

    public int HiddenSize { get; init; } = 768;
    public int IntermediateSize { get; init; } = 3072;
    public int Layers { get; init; } = 12;
    public int Heads { get; init; } = 12;

    /// <summary>Per text.</summary>
    public int Tokens { get; init; } = 77;
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>"quick_gelu" (x·σ(1.702x)) or "gelu" (exact).</summary>
    public string Activation { get; init; } = "quick_gelu";

    public static ClipTextConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath);
        file.Only("model_type", "clip_text_model");
        file.Only("hidden_act", "quick_gelu", "gelu");
        var standard = new ClipTextConfig();
        return new ClipTextConfig
        {
            VocabularySize = file.Int("vocab_size", standard.VocabularySize),
            HiddenSize = file.Needed("hidden_size"),
            IntermediateSize = file.Needed("intermediate_size"),
            Layers = file.Needed("num_hidden_layers", MostLayers),
            Heads = file.Needed("num_attention_heads"),
            Tokens = file.Int("max_position_embeddings", standard.Tokens, MostTokens),
            LayerNormEpsilon = file.Float("layer_norm_eps", standard.LayerNormEpsilon),
            Activation = file.Text("hidden_act", standard.Activation),
        }.Checked(file);
    }

    internal ClipTextConfig Checked(ConfigFile file) =>
        HiddenSize % Heads == 0 ? this : throw file.Bad("num_attention_heads", $"a divisor of hidden_size, {HiddenSize}");
}
