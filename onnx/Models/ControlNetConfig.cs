namespace Alignment.Onnx.Models;

/// <summary>The architecture of a ControlNet, from its <c>config.json</c>. Defaults: SD 1.5 with our two control channels.</summary>
sealed record ControlNetConfig : UNetEncoderConfig
{
    public int ConditioningChannels { get; init; } = 2;

    // The model reverses the control's channels ("bgr"); callers do not.
    public bool ReversedControl { get; init; }

    // Each but the first halves the sides: four reach latents 8 times smaller.
    public IReadOnlyList<int> EmbeddingChannels { get; init; } = [16, 32, 96, 256];

    // Control picture sides divided by latent sides.
    public int ImageToLatent => 1 << (EmbeddingChannels.Count - 1);

    public static ControlNetConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath);
        file.Only("controlnet_conditioning_channel_order", "rgb", "bgr");
        file.Only("global_pool_conditions", "false");
        ControlNetConfig config = ReadEncoder(file, new ControlNetConfig());
        return config with
        {
            ConditioningChannels = file.Int("conditioning_channels", 3),
            ReversedControl = file.Text("controlnet_conditioning_channel_order", "rgb") == "bgr",
            EmbeddingChannels = file.Ints("conditioning_embedding_out_channels", config.EmbeddingChannels),
        };
    }

    /// <summary>With the encoder half of <paramref name="unet"/>.</summary>
    public static ControlNetConfig For(UNetConfig unet, int conditioningChannels = 2, IReadOnlyList<int>? embeddingChannels = null)
    {
        var config = new ControlNetConfig(unet) { ConditioningChannels = conditioningChannels };
        return embeddingChannels is null ? config : config with { EmbeddingChannels = embeddingChannels };
    }

    public ControlNetConfig()
    {
    }

    ControlNetConfig(UNetEncoderConfig encoder) : base(encoder)
    {
    }
}
