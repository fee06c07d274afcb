using System.Text.Json.Nodes;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Models;

/// <summary>What holds for the models whatever their weights: no reference material is needed here.</summary>
sealed class ModelBehaviourTests
{
    static readonly UNetConfig s_unet = new()
    {
        BlockChannels = [8, 16],
        DownAttention = [true, false],
        UpAttention = [false, true],
        LayersPerBlock = 1,
        Heads = [2, 2],
        CrossAttentionWidth = 12,
        NormGroups = 4,
    };
    static readonly ControlNetConfig s_control = ControlNetConfig.For(s_unet, embeddingChannels: [4, 8]);
    static readonly ClipTextConfig s_text = new()
    {
        VocabularySize = 50,
        HiddenSize = 12,
        IntermediateSize = 24,
        Layers = 2,
        Heads = 3,
        Tokens = 9
    };
    static readonly VaeConfig s_vae = new() { BlockChannels = [8, 16], LayersPerBlock = 1, NormGroups = 4 };

    static SeededWeights Seeded(IReadOnlyList<WeightInfo> infos, float zero = 1) =>
        new(infos, new() { Seed = 5, ZeroConvolutionGain = zero });

    static readonly TestCaseData[] s_models =
    [
        new TestCaseData((Func<OnnxModel>)(() => ClipTextModel.Author(s_text, Seeded(ClipTextModel.Weights(s_text))))).SetArgDisplayNames(
            "text_encoder"),
        new TestCaseData((Func<OnnxModel>)(() => UNet2DCondition.Author(s_unet,
            Seeded(UNet2DCondition.Weights(s_unet))))).SetArgDisplayNames("unet"),
        new TestCaseData((Func<OnnxModel>)(() => ControlNet.Author(s_control, Seeded(ControlNet.Weights(s_control))))).SetArgDisplayNames(
            "controlnet"),
        new TestCaseData((Func<OnnxModel>)(() => AutoencoderKL.AuthorEncoder(s_vae,
            Seeded(AutoencoderKL.Weights(s_vae))))).SetArgDisplayNames("vae_encoder"),
        new TestCaseData((Func<OnnxModel>)(() => AutoencoderKL.AuthorDecoder(s_vae,
            Seeded(AutoencoderKL.Weights(s_vae, newAttentionNames: true))))).SetArgDisplayNames("vae_decoder"),
    ];

    /// <summary>Inputs of a model at a given batch, each element of the batch with numbers of its own.</summary>
    static (string, object)[] Inputs(OnnxModel model, int batch)
    {
        var sizes = new Dictionary<string, long>
        {
            ["batch"] = batch,
            ["height"] = 6,
            ["width"] = 5,
            ["tokens"] = 7,
            ["2*height"] = 12,
            ["2*width"] = 10,
            ["(height+1)/2"] = 3,
            ["(width+1)/2"] = 3
        };
        return [.. model.Graph.Inputs.Select(i =>
        {
            long[] shape = [.. i.Shape.Select(d => d.IsFixed ? d.Value : sizes[d.ToString()])];
            long count = shape.Aggregate(1L, (n, d) => n * d);
            if (i.Type == ElementType.Int64) return (i.Name,
                (object)(Enumerable.Range(0, (int)count).Select(n => n * 7L % 50).ToArray(), shape));
            var data = new float[count];
            SeededNormal.Fill(data, 1, i.Name);
            if (i.Name == "timestep") for (int n = 0; n < data.Length; n++) data[n] = 700.25f - 300 * n;
            return (i.Name, new Tensor(shape, data));
        })];
    }

    [TestCaseSource(nameof(s_models))]
    public void Model_OptimisedOrNot_GivesTheSameNumbers(Func<OnnxModel> author)
    {
        using ModelRun plain = new(author(), optimised: false), optimised = new(author());
        var inputs = Inputs(author(), 2);
        var (a, b) = (plain.Run(inputs), optimised.Run(inputs));
        Assert.That(a.Keys, Is.EquivalentTo(b.Keys));
        foreach (var (name, value) in a) Assert.That(Tensor.Error(b[name], value), Is.LessThanOrEqualTo(1e-5), name);
    }

    [TestCaseSource(nameof(s_models))]
    public void Model_BatchOfTwo_EqualsTwoBatchesOfOne(Func<OnnxModel> author)
    {
        OnnxModel model = author();
        using var run = new ModelRun(model);
        var both = Inputs(model, 2);
        var together = run.Run(both);
        for (int i = 0; i < 2; i++)
        {
            var alone = run.Run([.. both.Select(v => (v.Item1, v.Item2 switch
            {
                Tensor t when t.Shape[0] == 2 => t.Batch(i),
                (long[] ids, long[] shape) => (ids[(i * ids.Length / 2)..((i + 1) * ids.Length / 2)], new long[] { 1, shape[1] }),
                var same => same,
            }))]);
            foreach (var (name, value) in alone) Assert.That(Tensor.Error(value, together[name].Batch(i)), Is.LessThanOrEqualTo(1e-5),
                $"{name}, element {i}");
        }
    }

    [TestCaseSource(nameof(s_models))]
    public void Model_SavedTwice_HasTheSameBytes(Func<OnnxModel> author)
    {
        using var folder = new TempFolder();
        author().Save(folder["a.onnx"]);
        author().Save(folder["b.onnx"]);
        Assert.That(File.ReadAllBytes(folder["b.onnx"]), Is.EqualTo(File.ReadAllBytes(folder["a.onnx"])));
    }

    [Test]
    public void InputsAndOutputs_OfUNetAndControlNet_AreNamedAsTheBundleSays()
    {
        ModelGraph unet = UNet2DCondition.Author(s_unet, Seeded(UNet2DCondition.Weights(s_unet))).Graph,
            control = ControlNet.Author(s_control, Seeded(ControlNet.Weights(s_control))).Graph;
        Assert.Multiple(() =>
        {
            Assert.That(unet.Inputs.Select(i => i.Name),
                Is.EqualTo(new[] { "sample", "timestep", "encoder_hidden_states", "down_block_0", "down_block_1", "down_block_2",
                "down_block_3", "mid_block" }));
            Assert.That(unet.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "out_sample Float32[batch, 4, height, width]" }));
            Assert.That(control.Inputs.Select(i => i.ToString()),
                Does.Contain("controlnet_cond Float32[batch, 2, 2*height, 2*width]").And.Contain(
                "conditioning_scale Float32[1]").And.Contain("timestep Float32[batch]"));
            Assert.That(control.Outputs.Select(o => $"{o.Name} {o.Shape}"), Is.EqualTo(new[]
            {
                "down_block_res_0 [batch, 8, height, width]", "down_block_res_1 [batch, 8, height, width]",
                    "down_block_res_2 [batch, 8, (height+1)/2, (width+1)/2]",
                "down_block_res_3 [batch, 16, (height+1)/2, (width+1)/2]", "mid_block_res [batch, 16, (height+1)/2, (width+1)/2]",
            }));
        });
    }

    [Test]
    public void ControlNet_FromUNet_CopiesTheEncoderAndAnswersWithZeros()
    {
        SeededWeights unet = Seeded(UNet2DCondition.Weights(s_unet));
        IWeights made = ControlNet.FromUNet(unet, s_control);
        float[] mine = new float[20], theirs = new float[20];
        made.Read("down_blocks.0.resnets.0.conv1.weight", 30, mine);
        unet.Read("down_blocks.0.resnets.0.conv1.weight", 30, theirs);
        Assert.That(mine, Is.EqualTo(theirs));

        OnnxModel model = ControlNet.Author(s_control, made);
        using var run = new ModelRun(model);
        Assert.That(run.Run(Inputs(model, 1)).Values.SelectMany(t => t.Data), Is.All.EqualTo(0f));
    }

    [Test]
    public void ControlNet_FromAnotherUNet_IsRefusedWithTheTensorsThatDiffer() =>
        Assert.That(() => ControlNet.FromUNet(Seeded(UNet2DCondition.Weights(s_unet)), s_control with { CrossAttentionWidth = 16 }),
        Throws.TypeOf<BadDataException>()
            .With.Message.Contains("attn2.to_k.weight is [8, 12] instead of [8, 16]"));

    [Test]
    public void Weights_LeftOver_AreNamed()
    {
        var infos = ClipTextModel.Weights(s_text).Append(new("text_projection.weight", WeightType.F32, [12, 12]))
            .Append(new("text_model.embeddings.position_ids", WeightType.I64, [1, 9]));
        Assert.That(() => ClipTextModel.Author(s_text, new SeededWeights(infos)), Throws.TypeOf<BadDataException>()
            .With.Message.Contains("1 not part of the model (text_projection.weight)"));
    }

    [Test]
    public void SeededWeights_ReadInPieces_AreNormsOfOneZeroBiasesAndScaledMatrices()
    {
        var weights = new SeededWeights(UNet2DCondition.Weights(new()), new() { Seed = 3 });
        const string kernel = "mid_block.resnets.0.conv1.weight";   // [1280, 1280, 3, 3]
        float[] whole = new float[50_000], piece = new float[7], bias = new float[1280], norm = new float[1280];
        weights.Read(kernel, 0, whole);
        weights.Read(kernel, 40_001, piece);
        weights.Read("mid_block.resnets.0.conv1.bias", 0, bias);
        weights.Read("mid_block.resnets.0.norm1.weight", 0, norm);
        Assert.Multiple(() =>
        {
            Assert.That(piece, Is.EqualTo(whole[40_001..40_008]));
            Assert.That(bias, Is.All.EqualTo(0f));
            Assert.That(norm, Is.All.EqualTo(1f));
            Assert.That(Math.Sqrt(whole.Average(x => (double)x * x)) * Math.Sqrt(1280 * 9), Is.EqualTo(1).Within(0.02));
            Assert.That(() => weights.Read("mid_block.resnets.0.norm1.weight", 1, norm), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [TestCase("use_linear_projection", "true")]
    [TestCase("act_fn", "\"gelu\"")]
    [TestCase("class_embed_type", "\"timestep\"")]
    [TestCase("time_embedding_type", "\"fourier\"")]
    [TestCase("down_block_types", "[\"AttnDownBlock2D\", \"DownBlock2D\"]")]
    [TestCase("attention_head_dim", "[8, 8, 8]")]
    [TestCase("norm_num_groups", "5")]
    [TestCase("block_out_channels", "[]")]
    [TestCase("layers_per_block", "2000000000")]
    [TestCase("cross_attention_dim", "[32, 32]")]
    public void UNetConfig_UnsupportedValue_IsRefusedByItsKey(string key, string json)
    {
        using var folder = new TempFolder();
        var config = JsonNode.Parse(
            """
                { "block_out_channels": [32, 48], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
                "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "norm_num_groups": 8, "attention_head_dim": 4,
                "unknown_key": {} }
                """)!;
        File.WriteAllText(folder["good.json"], config.ToJsonString());
        Assert.That(() => UNetConfig.Read(folder["good.json"]), Throws.Nothing);
        config[key] = JsonNode.Parse(json);
        File.WriteAllText(folder["bad.json"], config.ToJsonString());
        Assert.That(() => UNetConfig.Read(folder["bad.json"]), Throws.TypeOf<BadDataException>().With.Message.Contains($"key '{key}'"));
    }

    // mid_block_type in the published library: absent is the transformer, "UNetMidBlock2D" one resnet, null no block at all.
    [TestCase("\"UNetMidBlock2DCrossAttn\"", 2, true)]
    [TestCase("\"UNetMidBlock2D\"", 1, false)]
    [TestCase("null", 0, false)]
    public void UNet_MiddleBlock_HasWhatTheConfigSaysAndRuns(string json, int resnets, bool transformer)
    {
        using var folder = new TempFolder();
        var config = JsonNode.Parse(
            """
                { "block_out_channels": [8, 16], "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
                "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"], "norm_num_groups": 4, "attention_head_dim": [3, 2],
                "layers_per_block": 1, "cross_attention_dim": 12 }
                """)!;
        config["mid_block_type"] = JsonNode.Parse(json);
        File.WriteAllText(folder["config.json"], config.ToJsonString());
        UNetConfig unet = UNetConfig.Read(folder["config.json"]);
        ControlNetConfig control = ControlNetConfig.For(unet, embeddingChannels: [4, 8]);
        string[] names = [.. UNet2DCondition.Weights(unet).Select(w => w.Name)
            .Where(n => n.StartsWith("mid_block.", StringComparison.Ordinal))];
        Assert.That(names.Count(n => n.EndsWith("conv1.weight", StringComparison.Ordinal)), Is.EqualTo(resnets));
        Assert.That(names.Any(n => n.Contains("attentions", StringComparison.Ordinal)), Is.EqualTo(transformer));

        OnnxModel model = UNet2DCondition.Author(unet, Seeded(UNet2DCondition.Weights(unet))),
            net = ControlNet.Author(control, Seeded(ControlNet.Weights(control)));
        using ModelRun run = new(model), controlRun = new(net);
        var inputs = Inputs(model, 1);
        Tensor with = run.Run(inputs)["out_sample"];
        Tensor without = run.Run([.. inputs.Select(i => i.Item1 == "mid_block" ? (i.Item1, Tensor.Zeros(((Tensor)i.Item2).Shape))
            : i)])["out_sample"];
        Assert.That(Tensor.Error(with, without), Is.GreaterThan(1e-3), "the middle residual acts");
        Assert.That(controlRun.Run(Inputs(net, 1))["mid_block_res"].Data, Is.All.Not.NaN);
    }

    [Test]
    public void ControlNet_ChannelOrderBgr_TakesTheControlReversed()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["config.json"],
            """
                { "block_out_channels": [8, 16], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "norm_num_groups": 4,
                "attention_head_dim": 2, "layers_per_block": 1, "cross_attention_dim": 12,
                "conditioning_embedding_out_channels": [4, 8], "conditioning_channels": 3,
                "controlnet_conditioning_channel_order": "bgr" }
                """);
        ControlNetConfig bgr = ControlNetConfig.Read(folder["config.json"]), rgb = bgr with { ReversedControl = false };
        OnnxModel reversed = ControlNet.Author(bgr, Seeded(ControlNet.Weights(bgr))),
            plain = ControlNet.Author(rgb, Seeded(ControlNet.Weights(rgb)));
        using ModelRun a = new(reversed), b = new(plain);
        var inputs = Inputs(reversed, 1);
        var turned = inputs.Select(i =>
        {
            if (i.Item1 != "controlnet_cond") return i;
            var control = (Tensor)i.Item2;
            int plane = control.Data.Length / 3;
            return (i.Item1, (object)new Tensor(control.Shape,
                [.. control.Data[(2 * plane)..], .. control.Data[plane..(2 * plane)], .. control.Data[..plane]]));
        });
        var (got, expected) = (a.Run(inputs), b.Run([.. turned]));
        foreach (var (name, value) in expected) Assert.That(Tensor.Error(got[name], value), Is.LessThanOrEqualTo(1e-6), name);
        Assert.That(Tensor.Error(b.Run(inputs)["mid_block_res"], got["mid_block_res"]), Is.GreaterThan(1e-3), "the order matters");
    }

    [Test]
    public void Config_NotJsonOrNotThere_IsRefused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["config.json"], "{ \"block_out_channels\": [32,");
        Assert.That(() => VaeConfig.Read(folder["config.json"]), Throws.TypeOf<BadDataException>().With.Message.Contains("invalid JSON"));
        Assert.That(() => VaeConfig.Read(folder["none.json"]), Throws.TypeOf<MissingDependencyException>());
    }

    [TestCaseSource(typeof(Fixture), nameof(Fixture.Models))]
    public void Configs_OfBothFixtureStyles_AreRead(string model)
    {
        using var fixture = new Fixture(model);
        UNetConfig unet = UNetConfig.Read(fixture.Config("unet"));
        ControlNetConfig control = ControlNetConfig.Read(fixture.Config("controlnet"));
        Assert.Multiple(() =>
        {
            Assert.That(unet.Heads, Is.All.EqualTo(4));
            Assert.That(unet.SkipCount, Is.EqualTo(model == "tiny-sd" ? 4 : 12));
            Assert.That(control.ConditioningChannels, Is.EqualTo(2));
            Assert.That(control.ImageToLatent, Is.EqualTo(VaeConfig.Read(fixture.Config("vae")).ImageToLatent));
            Assert.That(VaeConfig.Read(fixture.Config("vae")).ScalingFactor, Is.EqualTo(0.18215f));
            Assert.That(ClipTextConfig.Read(fixture.Config("text_encoder")).Tokens, Is.EqualTo(77));
        });
    }
}
