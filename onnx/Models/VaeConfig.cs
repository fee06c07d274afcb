namespace Alignment.Onnx.Models;

/// <summary>The architecture of an AutoencoderKL, from its <c>config.json</c>. Defaults: SD 1.5.</summary>
sealed record VaeConfig
{
    const int MostLayers = 100;

    public int InChannels { get; init; } = 3;
    public int OutChannels { get; init; } = 3;
    public int LatentChannels { get; init; } = 4;
    public IReadOnlyList<int> BlockChannels { get; init; } = [128, 256, 512, 512];
    public int LayersPerBlock { get; init; } = 2;
    public int NormGroups { get; init; } = 32;

    // The diffusion model's latents are the encoder's times this.
    public float ScalingFactor { get; init; } = 0.18215f;

    // Picture sides divided by latent sides.
    public int ImageToLatent => 1 << (BlockChannels.Count - 1);

    public static VaeConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath);
        foreach (string key in new[] { "use_quant_conv", "use_post_quant_conv", "mid_block_add_attention" }) file.Only(key, "true");
        foreach (string key in new[] { "shift_factor", "latents_mean", "latents_std" }) file.Only(key);
        file.Only("act_fn", "silu", "swish");
        var standard = new VaeConfig();
        // An absent key means the published library's default, which is not always SD 1.5's value.
        var config = new VaeConfig
        {
            InChannels = file.Int("in_channels", standard.InChannels),
            OutChannels = file.Int("out_channels", standard.OutChannels),
            LatentChannels = file.Int("latent_channels", standard.LatentChannels),
            BlockChannels = file.Ints("block_out_channels", standard.BlockChannels),
            LayersPerBlock = file.Int("layers_per_block", 1, MostLayers),
            NormGroups = file.Int("norm_num_groups", standard.NormGroups),
            ScalingFactor = file.Float("scaling_factor", standard.ScalingFactor),
        };
        Blocks("down_block_types", "DownEncoderBlock2D");
        Blocks("up_block_types", "UpDecoderBlock2D");
        if (config.BlockChannels.Any(c => c % config.NormGroups != 0))
            throw file.Bad("norm_num_groups", $"a divisor of every one of block_out_channels [{string.Join(", ", config.BlockChannels)}]");
        return config;

        void Blocks(string key, string type)
        {
            var types = file.Texts(key, []);
            if (types.Count > 0 && (types.Count != config.BlockChannels.Count || types.Any(t => t != type)))
                throw file.Bad(key, $"{config.BlockChannels.Count} times {type}");
        }
    }
}
