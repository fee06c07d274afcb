namespace Alignment.Onnx.Models;

sealed record ClipSegConfig
{
    public ClipTextConfig Text { get; init; } = new() { HiddenSize = 512, IntermediateSize = 2048, Heads = 8 };
    public ClipVisionConfig Vision { get; init; } = new();
    public int ProjectionSize { get; init; } = 512;

    // Layers of the vision transformer, from 0, that the decoder reads, the last one first.
    public IReadOnlyList<int> ExtractLayers { get; init; } = [3, 6, 9];

    // The decoder's width.
    public int ReduceSize { get; init; } = 64;
    public int DecoderHeads { get; init; } = 4;
    public int DecoderIntermediateSize { get; init; } = 2048;

    // The decoder's layer, from 0, that is conditioned on the text.
    public int ConditionalLayer { get; init; }

    // A convolution and two transposed ones, or one transposed convolution.
    public bool ComplexHead { get; init; } = true;

    // Kernel and stride of a complex head's transposed convolutions.
    public int HeadKernel => Vision.PatchSize / 4;

    public int LayersForMask => ExtractLayers.Max() + 1;

    public static ClipSegConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath) { Advice = "Use a CLIPSeg model in Hugging Face's layout, as CIDAS/clipseg-rd64-refined." };
        file.Only("model_type", "clipseg");
        var config = new ClipSegConfig
        {
            Text = ClipTextConfig.Read(Part(file, "text_config"), new ClipSegConfig().Text),
            Vision = ClipVisionConfig.Read(Part(file, "vision_config")),
            ProjectionSize = file.Int("projection_dim", 512),
            ExtractLayers = file.Indices("extract_layers", [3, 6, 9]),
            ReduceSize = file.Int("reduce_dim", 64),
            DecoderHeads = file.Int("decoder_num_attention_heads", 4),
            DecoderIntermediateSize = file.Int("decoder_intermediate_size", 2048),
            ConditionalLayer = file.Index("conditional_layer", 0),
            ComplexHead = file.Bool("use_complex_transposed_convolution", false),
        };
        if (config.ReduceSize % config.DecoderHeads != 0)
            throw file.Bad("decoder_num_attention_heads", $"a divisor of reduce_dim, {config.ReduceSize}");
        if (config.ExtractLayers.Max() >= config.Vision.Layers)
            throw file.Bad("extract_layers", $"layers from 0 to {config.Vision.Layers - 1}");
        if (config.ConditionalLayer >= config.ExtractLayers.Count)
            throw file.Bad("conditional_layer", $"0 to {config.ExtractLayers.Count - 1}");
        if (config.ComplexHead && (config.Vision.PatchSize < 4 || config.ReduceSize < 2))
            throw file.Bad("use_complex_transposed_convolution", "false for patches below 4 pixels or a decoder of width 1");
        return config;
    }

    // Old files may have KEY_dict, which then takes precedence.
    static ConfigFile Part(ConfigFile file, string key) => file.Section(file.IsObject(key + "_dict") ? key + "_dict" : key);
}
