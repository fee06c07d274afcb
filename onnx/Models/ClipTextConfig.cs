namespace Alignment.Onnx.Models;

sealed record ClipTextConfig : ClipTowerConfig
{
    const int MostTokens = 4096;

    public int VocabularySize { get; init; } = 49408;

    // Per text.
    public int Tokens { get; init; } = 77;

    public static ClipTextConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath);
        file.Only("model_type", "clip_text_model");
        foreach (string key in (string[])["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"]) file.Needed(key);
        return Read(file, new());
    }

    public static ClipTextConfig Read(ConfigFile file, ClipTextConfig standard) => ReadTower(file, standard) with
    {
        VocabularySize = file.Int("vocab_size", standard.VocabularySize),
        Tokens = file.Int("max_position_embeddings", standard.Tokens, MostTokens),
    };
}
