namespace Alignment.Onnx.Models;

/// <summary>The architecture of a ControlNet, as its <c>config.json</c> says. Defaults are those of SD 1.5 with our two control channels.</summary>
sealed record ControlNetConfig : UNetEncoderConfig
{
    /// <summary>Channels of the control picture: 2 for keyword mask and attention, 3 for a published ControlNet.</summary>
    public int ConditioningChannels { get; init; } = 2;

    /// <summary>The model sees the control's channels in reverse order (channel order "bgr"); callers give them in the usual one all the same.</summary>
    public bool ReversedControl { get; init; }

    /// <summary>Channels of the conditioning embedding; each but the first halves the sides, so four of them take a picture to latents 8 times smaller.</summary>
    public IReadOnlyList<int> EmbeddingChannels { get; init; } = [16, 32, 96, 256];

    /// <summary>Control picture sides divided by latent sides: 8 for SD 1.5.</summary>
    public int ImageToLatent => 1 << (EmbeddingChannels.Count - 1);

    /// <exception cref="BadDataException">A value is wrong or not supported; the message names its key.</exception>
    public static ControlNetConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath);
        file.Only("controlnet_conditioning_channel_order", "rgb", "bgr");
        file.Only("global_pool_conditions", "false");
        ControlNetConfig made = ReadEncoder(file, new ControlNetConfig());
        return made with
        {
            ConditioningChannels = file.Int("conditioning_channels", 3),
            ReversedControl = file.Text("controlnet_conditioning_channel_order", "rgb") == "bgr",
            EmbeddingChannels = file.Ints("conditioning_embedding_out_channels", made.EmbeddingChannels),
        };
    }

    /// <summary>A ControlNet that fits a UNet: the same encoder half.</summary>
    /// <param name="unet">The UNet to steer.</param>
    /// <param name="conditioningChannels">Channels of the control picture.</param>
    /// <param name="embeddingChannels">Channels of the conditioning embedding; SD 1.5's by default.</param>
    public static ControlNetConfig For(UNetConfig unet, int conditioningChannels = 2, IReadOnlyList<int>? embeddingChannels = null)
    {
        ArgumentNullException.ThrowIfNull(unet);
        var standard = new ControlNetConfig();
        return new()
        {
            InChannels = unet.InChannels,
            BlockChannels = unet.BlockChannels,
            DownAttention = unet.DownAttention,
            LayersPerBlock = unet.LayersPerBlock,
            Heads = unet.Heads,
            TransformerLayers = unet.TransformerLayers,
            CrossAttentionWidth = unet.CrossAttentionWidth,
            NormGroups = unet.NormGroups,
            NormEpsilon = unet.NormEpsilon,
            CosFirst = unet.CosFirst,
            FrequencyShift = unet.FrequencyShift,
            Middle = unet.Middle,
            ConditioningChannels = conditioningChannels,
            EmbeddingChannels = embeddingChannels ?? standard.EmbeddingChannels,
        };
    }
}
