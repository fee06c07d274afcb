using System.Text.Json;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Models;

/// <summary>Every tensor of the published SD 1.5 models finds its place with the right shape, and none is left over.</summary>
sealed class PublishedShapesTests
{
    static readonly TestCaseData[] s_cases =
    [
        Case("text_encoder", 197, w => ClipTextModel.Author(new(), w), () => ClipTextModel.Weights(new())),
        Case("unet", 686, w => UNet2DCondition.Author(new(), w), () => UNet2DCondition.Weights(new())),
        Case("vae", 248, w => { AutoencoderKL.AuthorEncoder(new(), w); AutoencoderKL.AuthorDecoder(new(), w); },
            () => AutoencoderKL.Weights(new())),
        Case("vae_new_names", 248, w => { AutoencoderKL.AuthorEncoder(new(), w); AutoencoderKL.AuthorDecoder(new(), w); },
            () => AutoencoderKL.Weights(new(), newAttentionNames: true)),
        Case("controlnet_3ch", 340, w => ControlNet.Author(new() { ConditioningChannels = 3 }, w),
            () => ControlNet.Weights(new() { ConditioningChannels = 3 })),
        Case("clipseg_rd64_refined", 464, w => { ClipSeg.AuthorText(new(), w); ClipSeg.Author(new(), w); }, () => ClipSeg.Weights(new())),
        Case("controlnet_2ch", 340, w => ControlNet.Author(new(), w), () => ControlNet.Weights(new())),
    ];

    static TestCaseData Case(string file, int tensors, Action<IWeights> author, Func<IReadOnlyList<WeightInfo>> wanted) =>
        new TestCaseData(file, tensors, author, wanted).SetArgDisplayNames(file);

    [TestCaseSource(nameof(s_cases))]
    public void PublishedTensors_DefaultConfiguration_AreAllConsumed(string file, int tensors, Action<IWeights> author,
        Func<IReadOnlyList<WeightInfo>> wanted)
    {
        var published = new NamedOnly(Shared.Path("fixtures", "sd15-shapes", $"{file}.json"));
        Assert.That(published.Infos, Has.Count.EqualTo(tensors));
        Assert.That(() => author(published), Throws.Nothing);
        var floats = published.Infos.Values.Where(i => i.Type != WeightType.I64).Select(Line);
        Assert.That(wanted().Select(Line), Is.EquivalentTo(floats));
    }

    [Test]
    public void TheOtherNumberOfChannels_IsRefusedByName()
    {
        var published = new NamedOnly(Shared.Path("fixtures", "sd15-shapes", "controlnet_3ch.json"));
        Assert.That(() => ControlNet.Author(new(), published), Throws.TypeOf<BadDataException>()
            .With.Message.Contains("controlnet_cond_embedding.conv_in.weight is [16, 3, 3, 3] instead of [16, 2, 3, 3]"));
    }

    [Test]
    public void ControlNetFromUNet_PublishedShapes_HasEveryTensorOfAControlNet()
    {
        var unet = new NamedOnly(Shared.Path("fixtures", "sd15-shapes", "unet.json"));
        IWeights made = ControlNet.FromUNet(unet, ControlNetConfig.For(new UNetConfig()));
        var published = new NamedOnly(Shared.Path("fixtures", "sd15-shapes", "controlnet_2ch.json"));
        Assert.That(made.Infos.Values.Select(Line), Is.EquivalentTo(published.Infos.Values.Select(Line)));
    }

    static string Line(WeightInfo info) => $"{info.Name} [{string.Join(", ", info.Shape)}]";

    /// <summary>Tensors of which only names and shapes are known.</summary>
    sealed class NamedOnly : IWeights
    {
        public NamedOnly(string path)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            Infos = json.RootElement.GetProperty("list").EnumerateArray()
                .Select(e => new WeightInfo(e.GetProperty("name").GetString()!, Enum.Parse<WeightType>(e.GetProperty("dtype").GetString()!),
                [.. e.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())]))
                .ToDictionary(i => i.Name);
        }

        public IReadOnlyDictionary<string, WeightInfo> Infos { get; }
        public void Read(string name, long start, Span<float> into) => throw new NotSupportedException();
    }
}
