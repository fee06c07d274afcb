using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Alignment.Onnx.Models;

/// <summary>Architectures as <c>config.json</c> texts, in the published libraries' keys. Equal records give equal bytes.</summary>
static class ConfigText
{
    static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n" };

    public static string Of(ClipTextConfig c) => Text(TextEncoder(c, new() { ["model_type"] = "clip_text_model" }));

    public static string Of(VaeConfig c) => Text(new()
    {
        ["in_channels"] = c.InChannels,
        ["out_channels"] = c.OutChannels,
        ["latent_channels"] = c.LatentChannels,
        ["block_out_channels"] = List(c.BlockChannels),
        ["layers_per_block"] = c.LayersPerBlock,
        ["norm_num_groups"] = c.NormGroups,
        ["scaling_factor"] = c.ScalingFactor,
    });

    public static string Of(UNetConfig c)
    {
        JsonObject root = Encoder(c);
        root["out_channels"] = c.OutChannels;
        root["up_block_types"] = List(c.UpAttention.Select(a => a ? "CrossAttnUpBlock2D" : "UpBlock2D"));
        return Text(root);
    }

    public static string Of(ControlNetConfig c)
    {
        JsonObject root = Encoder(c);
        root["conditioning_channels"] = c.ConditioningChannels;
        root["controlnet_conditioning_channel_order"] = c.ReversedControl ? "bgr" : "rgb";
        root["conditioning_embedding_out_channels"] = List(c.EmbeddingChannels);
        return Text(root);
    }

    public static string Of(ClipSegConfig c) => Text(new()
    {
        ["model_type"] = "clipseg",
        ["text_config"] = TextEncoder(c.Text, []),
        ["vision_config"] = VisionEncoder(c.Vision),
        ["projection_dim"] = c.ProjectionSize,
        ["extract_layers"] = List(c.ExtractLayers),
        ["reduce_dim"] = c.ReduceSize,
        ["decoder_num_attention_heads"] = c.DecoderHeads,
        ["decoder_intermediate_size"] = c.DecoderIntermediateSize,
        ["conditional_layer"] = c.ConditionalLayer,
        ["use_complex_transposed_convolution"] = c.ComplexHead,
    });

    // With every key, in the newer form; lists on one line, as written since the first version.
    public static string Of(ClipSegPictures p)
    {
        string text = Text(new()
        {
            ["do_resize"] = p.Width > 0 || p.ShortestSide > 0,
            ["size"] = p.ShortestSide > 0 ? new JsonObject { ["shortest_edge"] = p.ShortestSide }
                : new JsonObject { ["height"] = p.Height, ["width"] = p.Width },
            ["resample"] = p.Resample,
            ["do_rescale"] = true,
            ["rescale_factor"] = p.Scale,
            ["do_normalize"] = true,
            ["image_mean"] = List(p.Mean),
            ["image_std"] = List(p.Deviation),
        });
        return Regex.Replace(text, @"(?<=[\[,])\n    (?=[\d-])", "");
    }

    static JsonObject TextEncoder(ClipTextConfig c, JsonObject into)
    {
        into["vocab_size"] = c.VocabularySize;
        return Tower(c, into, () => into["max_position_embeddings"] = c.Tokens);
    }

    static JsonObject VisionEncoder(ClipVisionConfig c)
    {
        var into = new JsonObject();
        return Tower(c, into, () =>
            (into["num_channels"], into["image_size"], into["patch_size"]) = (c.Channels, c.ImageSize, c.PatchSize));
    }

    static JsonObject Tower(ClipTowerConfig c, JsonObject into, Action own)
    {
        into["hidden_size"] = c.HiddenSize;
        into["intermediate_size"] = c.IntermediateSize;
        into["num_hidden_layers"] = c.Layers;
        into["num_attention_heads"] = c.Heads;
        own();
        into["layer_norm_eps"] = c.LayerNormEpsilon;
        into["hidden_act"] = c.Activation;
        return into;
    }

    static JsonObject Encoder(UNetEncoderConfig c) => new()
    {
        ["in_channels"] = c.InChannels,
        ["block_out_channels"] = List(c.BlockChannels),
        ["down_block_types"] = List(c.DownAttention.Select(a => a ? "CrossAttnDownBlock2D" : "DownBlock2D")),
        ["layers_per_block"] = c.LayersPerBlock,
        ["num_attention_heads"] = List(c.Heads),
        ["transformer_layers_per_block"] = c.TransformerLayers,
        ["cross_attention_dim"] = c.CrossAttentionWidth,
        ["norm_num_groups"] = c.NormGroups,
        ["norm_eps"] = c.NormEpsilon,
        ["flip_sin_to_cos"] = c.CosFirst,
        ["freq_shift"] = c.FrequencyShift,
        ["mid_block_type"] = c.Middle switch
        {
            MiddleBlock.None => null,
            MiddleBlock.Resnet => "UNetMidBlock2D",
            _ => "UNetMidBlock2DCrossAttn",
        },
    };

    public static JsonArray List<T>(IEnumerable<T> items) => [.. items.Select(i => JsonValue.Create(i))];

    public static string Text(JsonObject root) => root.ToJsonString(s_json) + "\n";
}
