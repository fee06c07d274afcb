using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Alignment.Onnx.Models;

/// <summary>Architectures as <c>config.json</c> texts, in the published libraries' keys. Equal records give equal bytes.</summary>
static class ConfigText
{
    static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n" };

    internal static string Of(ClipTextConfig c) => Write(json =>
    {
        json.WriteString("model_type", "clip_text_model");
        TextEncoder(json, c);
    });

    internal static string Of(VaeConfig c) => Write(json =>
    {
        json.WriteNumber("in_channels", c.InChannels);
        json.WriteNumber("out_channels", c.OutChannels);
        json.WriteNumber("latent_channels", c.LatentChannels);
        Numbers(json, "block_out_channels", c.BlockChannels);
        json.WriteNumber("layers_per_block", c.LayersPerBlock);
        json.WriteNumber("norm_num_groups", c.NormGroups);
        Float(json, "scaling_factor", c.ScalingFactor);
    });

    internal static string Of(UNetConfig c) => Write(json =>
    {
        Encoder(json, c);
        json.WriteNumber("out_channels", c.OutChannels);
        Texts(json, "up_block_types", c.UpAttention.Select(a => a ? "CrossAttnUpBlock2D" : "UpBlock2D"));
    });

    internal static string Of(ControlNetConfig c) => Write(json =>
    {
        Encoder(json, c);
        json.WriteNumber("conditioning_channels", c.ConditioningChannels);
        json.WriteString("controlnet_conditioning_channel_order", c.ReversedControl ? "bgr" : "rgb");
        Numbers(json, "conditioning_embedding_out_channels", c.EmbeddingChannels);
    });

    internal static string Of(ClipSegConfig c) => Write(json =>
    {
        json.WriteString("model_type", "clipseg");
        json.WriteStartObject("text_config");
        TextEncoder(json, c.Text);
        json.WriteEndObject();
        json.WriteStartObject("vision_config");
        json.WriteNumber("hidden_size", c.Vision.HiddenSize);
        json.WriteNumber("intermediate_size", c.Vision.IntermediateSize);
        json.WriteNumber("num_hidden_layers", c.Vision.Layers);
        json.WriteNumber("num_attention_heads", c.Vision.Heads);
        json.WriteNumber("num_channels", c.Vision.Channels);
        json.WriteNumber("image_size", c.Vision.ImageSize);
        json.WriteNumber("patch_size", c.Vision.PatchSize);
        Float(json, "layer_norm_eps", c.Vision.LayerNormEpsilon);
        json.WriteString("hidden_act", c.Vision.Activation);
        json.WriteEndObject();
        json.WriteNumber("projection_dim", c.ProjectionSize);
        Numbers(json, "extract_layers", c.ExtractLayers);
        json.WriteNumber("reduce_dim", c.ReduceSize);
        json.WriteNumber("decoder_num_attention_heads", c.DecoderHeads);
        json.WriteNumber("decoder_intermediate_size", c.DecoderIntermediateSize);
        json.WriteNumber("conditional_layer", c.ConditionalLayer);
        json.WriteBoolean("use_complex_transposed_convolution", c.ComplexHead);
    });

    /// <summary>With every key, in the newer form.</summary>
    internal static string Of(ClipSegPictures p) => Write(json =>
    {
        json.WriteBoolean("do_resize", p.Width > 0 || p.ShortestSide > 0);
        json.WriteStartObject("size");
        if (p.ShortestSide > 0) json.WriteNumber("shortest_edge", p.ShortestSide);
        else
        {
            json.WriteNumber("height", p.Height);
            json.WriteNumber("width", p.Width);
        }
        json.WriteEndObject();
        json.WriteNumber("resample", p.Resample);
        json.WriteBoolean("do_rescale", true);
        Float(json, "rescale_factor", p.Scale);
        json.WriteBoolean("do_normalize", true);
        List(json, "image_mean", p.Mean, x => json.WriteRawValue(Shortest(x)));
        List(json, "image_std", p.Deviation, x => json.WriteRawValue(Shortest(x)));
    });

    static void TextEncoder(Utf8JsonWriter json, ClipTextConfig c)
    {
        json.WriteNumber("vocab_size", c.VocabularySize);
        json.WriteNumber("hidden_size", c.HiddenSize);
        json.WriteNumber("intermediate_size", c.IntermediateSize);
        json.WriteNumber("num_hidden_layers", c.Layers);
        json.WriteNumber("num_attention_heads", c.Heads);
        json.WriteNumber("max_position_embeddings", c.Tokens);
        Float(json, "layer_norm_eps", c.LayerNormEpsilon);
        json.WriteString("hidden_act", c.Activation);
    }

    static void Encoder(Utf8JsonWriter json, UNetEncoderConfig c)
    {
        json.WriteNumber("in_channels", c.InChannels);
        Numbers(json, "block_out_channels", c.BlockChannels);
        Texts(json, "down_block_types", c.DownAttention.Select(a => a ? "CrossAttnDownBlock2D" : "DownBlock2D"));
        json.WriteNumber("layers_per_block", c.LayersPerBlock);
        Numbers(json, "num_attention_heads", c.Heads);
        json.WriteNumber("transformer_layers_per_block", c.TransformerLayers);
        json.WriteNumber("cross_attention_dim", c.CrossAttentionWidth);
        json.WriteNumber("norm_num_groups", c.NormGroups);
        Float(json, "norm_eps", c.NormEpsilon);
        json.WriteBoolean("flip_sin_to_cos", c.CosFirst);
        Float(json, "freq_shift", c.FrequencyShift);
        json.WriteString("mid_block_type", c.Middle switch
        {
            MiddleBlock.None => null,
            MiddleBlock.Resnet => "UNetMidBlock2D",
            _ => "UNetMidBlock2DCrossAttn",
        });
    }

    static void Numbers(Utf8JsonWriter json, string key, IEnumerable<int> numbers) => List(json, key, numbers, json.WriteNumberValue);

    static void Texts(Utf8JsonWriter json, string key, IEnumerable<string> texts) => List(json, key, texts, json.WriteStringValue);

    static void List<T>(Utf8JsonWriter json, string key, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(key);
        foreach (T item in items) write(item);
        json.WriteEndArray();
    }

    static void Float(Utf8JsonWriter json, string key, float x)
    {
        json.WritePropertyName(key);
        json.WriteRawValue(Shortest(x));
    }

    /// <summary>The shortest text that reads back as the same float32.</summary>
    static string Shortest(float x) => x.ToString("R", CultureInfo.InvariantCulture);

    static string Write(Action<Utf8JsonWriter> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_json))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }
}
