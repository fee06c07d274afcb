namespace Alignment.Onnx.Models;

// The encoder half, which UNet and ControlNet share. Defaults: SD 1.5.
abstract record UNetEncoderConfig
{
    private protected const int MostLayers = 100;
    private protected static readonly string[] s_downTypes = ["DownBlock2D", "CrossAttnDownBlock2D"];

    public int InChannels { get; init; } = 4;

    // From full resolution to the coarsest; every level but the last halves the sides.
    public IReadOnlyList<int> BlockChannels { get; init; } = [320, 640, 1280, 1280];

    // Which levels have transformers ("CrossAttnDownBlock2D").
    public IReadOnlyList<bool> DownAttention { get; init; } = [true, true, true, false];
    public int LayersPerBlock { get; init; } = 2;

    // By level (attention_head_dim in the files); a head is channels / heads wide.
    public IReadOnlyList<int> Heads { get; init; } = [8, 8, 8, 8];
    public int TransformerLayers { get; init; } = 1;
    public int CrossAttentionWidth { get; init; } = 768;
    public int NormGroups { get; init; } = 32;
    public float NormEpsilon { get; init; } = 1e-5f;

    // The time embedding is [cos, sin], else [sin, cos].
    public bool CosFirst { get; init; } = true;
    public float FrequencyShift { get; init; }
    public MiddleBlock Middle { get; init; }

    public int SkipCount => SkipChannels.Count;

    /// <summary>
    /// Channels and halvings of the sides at each skip connection, in order: conv_in, then each level's layers and its downsampler.
    /// </summary>
    IEnumerable<(int Channels, int Halvings)> Skips
    {
        get
        {
            yield return (BlockChannels[0], 0);
            for (int level = 0; level < BlockChannels.Count; level++)
            {
                for (int i = 0; i < LayersPerBlock; i++) yield return (BlockChannels[level], level);
                if (level < BlockChannels.Count - 1) yield return (BlockChannels[level], level + 1);
            }
        }
    }

    public IReadOnlyList<int> SkipChannels => [.. Skips.Select(s => s.Channels)];

    public IReadOnlyList<int> SkipHalvings => [.. Skips.Select(s => s.Halvings)];

    static readonly string[] s_false =
    [
        "use_linear_projection", "center_input_sample", "dual_cross_attention", "only_cross_attention", "mid_block_only_cross_attention",
        "resnet_skip_time_act", "class_embeddings_concat",
    ];

    static readonly string[] s_absent =
    [
        "class_embed_type", "num_class_embeds", "addition_embed_type", "encoder_hid_dim", "encoder_hid_dim_type", "time_cond_proj_dim",
        "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act", "cross_attention_norm",
    ];

    static readonly (string Key, string Known)[] s_only =
    [
        ("downsample_padding", "1"), ("mid_block_scale_factor", "1"), ("resnet_out_scale_factor", "1"),
        ("resnet_time_scale_shift", "default"), ("time_embedding_type", "positional"), ("attention_type", "default"),
        ("conv_in_kernel", "3"), ("conv_out_kernel", "3"),
    ];

    // The encoder half from a file.
    private protected static T ReadEncoder<T>(ConfigFile file, T standard) where T : UNetEncoderConfig
    {
        foreach (string key in s_false) file.Only(key, "false");
        foreach (string key in s_absent) file.Only(key);
        foreach (var (key, known) in s_only) file.Only(key, known);
        file.Only("act_fn", "silu", "swish");
        file.Only("mid_block_type", "UNetMidBlock2DCrossAttn", "UNetMidBlock2D");

        var channels = file.Ints("block_out_channels", standard.BlockChannels);
        var down = file.Texts("down_block_types", ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"]);
        if (down.Count != channels.Count || down.Any(t => !s_downTypes.Contains(t)))
            throw file.Bad("down_block_types", $"{channels.Count} of {string.Join(", ", s_downTypes)}");
        var heads = file.IntsPerBlock("num_attention_heads", 0, channels.Count);
        if (heads[0] == 0) heads = file.IntsPerBlock("attention_head_dim", 8, channels.Count);
        int groups = file.Int("norm_num_groups", standard.NormGroups);
        if (channels.Any(c => c % groups != 0))
            throw file.Bad("norm_num_groups", $"a divisor of every one of block_out_channels [{string.Join(", ", channels)}]");
        var middle = file.IsNull("mid_block_type") ? MiddleBlock.None
            : file.Text("mid_block_type", "UNetMidBlock2DCrossAttn") == "UNetMidBlock2D" ? MiddleBlock.Resnet
            : MiddleBlock.Transformer;
        for (int i = 0; i < channels.Count; i++)
            if (down[i] == "CrossAttnDownBlock2D" || (i == channels.Count - 1 && middle == MiddleBlock.Transformer))
                CheckHeads(file, channels[i], heads[i]);
        // An absent key means the published library's default, which is not always SD 1.5's value.
        return standard with
        {
            InChannels = file.Int("in_channels", standard.InChannels),
            BlockChannels = channels,
            DownAttention = [.. down.Select(t => t == "CrossAttnDownBlock2D")],
            LayersPerBlock = file.Int("layers_per_block", standard.LayersPerBlock, MostLayers),
            Heads = heads,
            TransformerLayers = file.Int("transformer_layers_per_block", standard.TransformerLayers, MostLayers),
            CrossAttentionWidth = file.Int("cross_attention_dim", 1280),
            NormGroups = groups,
            NormEpsilon = file.Float("norm_eps", standard.NormEpsilon),
            CosFirst = file.Bool("flip_sin_to_cos", true),
            FrequencyShift = file.Float("freq_shift", 0),
            Middle = middle,
        };
    }

    // Only levels with transformers have heads.
    private protected static void CheckHeads(ConfigFile file, int channels, int heads)
    {
        if (channels % heads != 0) throw file.Bad("attention_head_dim", $"a divisor of {channels} channels");
    }
}

sealed record UNetConfig : UNetEncoderConfig
{
    static readonly string[] s_upTypes = ["UpBlock2D", "CrossAttnUpBlock2D"];

    public int OutChannels { get; init; } = 4;

    // From the coarsest to full resolution.
    public IReadOnlyList<bool> UpAttention { get; init; } = [false, true, true, true];

    public static UNetConfig Read(string configPath)
    {
        var file = new ConfigFile(configPath);
        UNetConfig config = ReadEncoder(file, new UNetConfig());
        var up = file.Texts("up_block_types", ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]);
        if (up.Count != config.BlockChannels.Count || up.Any(t => !s_upTypes.Contains(t)))
            throw file.Bad("up_block_types", $"{config.BlockChannels.Count} of {string.Join(", ", s_upTypes)}");
        for (int i = 0; i < up.Count; i++)
            if (up[i] == "CrossAttnUpBlock2D") CheckHeads(file, config.BlockChannels[^(i + 1)], config.Heads[^(i + 1)]);
        return config with
        {
            OutChannels = file.Int("out_channels", config.OutChannels),
            UpAttention = [.. up.Select(t => t == "CrossAttnUpBlock2D")]
        };
    }
}
