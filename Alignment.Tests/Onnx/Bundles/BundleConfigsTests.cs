using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Bundles;

public sealed class BundleConfigsTests
{
    /// <summary>What is read back makes the same models: every tensor of every one, and the graphs' bytes.</summary>
    [TestCaseSource(typeof(Fixture), nameof(Fixture.Models))]
    public void Read_OfAnImportedModel_MakesTheSameGraphs(string model)
    {
        string source = Shared.Path("fixtures", model);
        using var folder = new TempFolder();
        ModelBundle bundle = DiffusersImport.Run(source, folder["bundle"]);
        BundleConfigs configs = BundleConfigs.Read(bundle);
        using OnnxWeights text = new(bundle.PathOf("text_encoder.onnx")), unet = new(bundle.PathOf("unet.onnx")),
            control = new(bundle.PathOf("controlnet.onnx"));
        ClipTextModel.Author(configs.Text, text).Save(folder["text_encoder.onnx"]);
        UNet2DCondition.Author(configs.UNet, unet).Save(folder["unet.onnx"]);
        ControlNet.Author(configs.ControlNet, control).Save(folder["controlnet.onnx"]);
        Assert.Multiple(() =>
        {
            foreach (string file in new[] { "text_encoder.onnx", "unet.onnx", "controlnet.onnx" })
                Assert.That(File.ReadAllBytes(folder[file]), Is.EqualTo(File.ReadAllBytes(bundle.PathOf(file))), file);
            Assert.That(ConfigText.Of(configs.Vae), Is.EqualTo(ConfigText.Of(VaeConfig.Read(Path.Combine(source, "vae", "config.json")))));
            Assert.That(bundle.Manifest.Files.Keys, Has.Some.EqualTo("configs/unet.json"), "hashed");
        });
    }

    /// <summary>A value in every field that is not the default, so that a field that is not written shows.</summary>
    [Test]
    public void Text_OfEveryField_ReadsBack()
    {
        using var folder = new TempFolder();
        var text = new ClipTextConfig
        {
            VocabularySize = 100,
            HiddenSize = 32,
            IntermediateSize = 64,
            Layers = 3,
            Heads = 4,
            Tokens = 20,
            LayerNormEpsilon = 3e-6f,
            Activation = "gelu"
        };
        var vae = new VaeConfig
        {
            InChannels = 4,
            OutChannels = 5,
            LatentChannels = 6,
            BlockChannels = [8, 16],
            LayersPerBlock = 3,
            NormGroups = 4,
            ScalingFactor = 0.3f
        };
        var unet = new UNetConfig
        {
            InChannels = 9,
            OutChannels = 8,
            BlockChannels = [16, 24],
            DownAttention = [false, true],
            UpAttention = [true, false],
            LayersPerBlock = 3,
            Heads = [4, 2],
            TransformerLayers = 2,
            CrossAttentionWidth = 40,
            NormGroups = 4,
            NormEpsilon = 2e-6f,
            CosFirst = false,
            FrequencyShift = 1,
            Middle = MiddleBlock.Resnet,
        };
        var control = ControlNetConfig.For(unet, 3, [8, 12]) with { ReversedControl = true, Middle = MiddleBlock.None };
        Assert.Multiple(() =>
        {
            Same(text, ClipTextConfig.Read, ConfigText.Of);
            Same(vae, VaeConfig.Read, ConfigText.Of);
            Same(unet, UNetConfig.Read, ConfigText.Of);
            Same(control, ControlNetConfig.Read, ConfigText.Of);
            foreach (LpipsConfig trunk in new[] { LpipsConfig.Squeeze, LpipsConfig.Alex,
                LpipsConfig.Vgg with { Shift = [1, 2, 3], Scale = [4, 5, 6.5f] } })
                Same(trunk, LpipsConfigText.Read, LpipsConfigText.Of);
        });

        void Same<T>(T config, Func<string, T> read, Func<T, string> write)
        {
            File.WriteAllText(folder["c.json"], write(config));
            T back = read(folder["c.json"]);
            foreach (var property in typeof(T).GetProperties().Where(p => p.CanWrite))
                Assert.That(property.GetValue(back), Is.EqualTo(property.GetValue(config)), $"{typeof(T).Name}.{property.Name}");
        }
    }

    [TestCase("conv 64 3 2")]
    [TestCase("tanh")]
    [TestCase("maxpool 3 2 round")]
    [TestCase("fire 99999999 1")]
    public void Lpips_UnknownLayer_IsRefusedByName(string layer)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["lpips.json"], LpipsConfigText.Of(LpipsConfig.Squeeze)
            .Replace("\"relu\"", $"\"{layer}\"", StringComparison.Ordinal));
        Assert.That(() => LpipsConfigText.Read(folder["lpips.json"]), Throws.TypeOf<BadDataException>().With.Message.Contains(layer));
    }
}
