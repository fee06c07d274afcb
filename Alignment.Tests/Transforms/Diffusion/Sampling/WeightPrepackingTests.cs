using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

public sealed class WeightPrepackingTests
{
    const long Large = 1L << 30, Free = 16L << 30;

    [Test]
    public void Edit_PackedOrMapped_AgreesToRounding()
    {
        ModelBundle bundle = TinyBundles.Of("tiny-sd-4level");
        float[] image = new float[3 * 64 * 64], control = new float[2 * 64 * 64];
        for (int i = 0; i < image.Length; i++) image[i] = MathF.Sin(0.01f * i);
        for (int i = 0; i < control.Length; i++) control[i] = 0.5f + 0.5f * MathF.Sin(0.03f * i);
        var scene = new EditInput { SceneId = "v-Scene-001", Prompt = "a red house", Image = image, Controls = [control] };
        using DiffusionEditor packed = Editor(WeightPrepacking.On), mapped = Editor(WeightPrepacking.Off);
        Assert.That(mapped.Edit(scene)[0], Is.EqualTo(packed.Edit(scene)[0]).Within(2e-5));

        DiffusionEditor Editor(WeightPrepacking packing) =>
            new(bundle, new() { Width = 64, Height = 64, InferenceSteps = 3, GuidanceScale = 7.5f, Prepacking = packing });
    }

    [Test]
    public void Packs_FollowsWhatIsAheadAndTheMemoryThereIs()
    {
        Assert.Multiple(() =>
        {
            Assert.That(PrepackingRule.Prepacks(BundleFiles.Unet, Large, evaluations: 5, Large, Free), Is.False, "too few steps");
            Assert.That(PrepackingRule.Prepacks(BundleFiles.Unet, Large, evaluations: 500, Large, Free), Is.True, "many steps");
            Assert.That(PrepackingRule.Prepacks(BundleFiles.Unet, Large, evaluations: null, Large, Free), Is.True, "nobody said");
            Assert.That(PrepackingRule.Prepacks(BundleFiles.Unet, Large, evaluations: 500, 12 * Large, Free), Is.False, "no room");
            Assert.That(PrepackingRule.Prepacks(BundleFiles.Unet, 0, evaluations: 1, 0, memory: 0), Is.True, "a small model");
            Assert.That(PrepackingRule.Prepacks(BundleFiles.TextEncoder, Large, evaluations: null, Large, Free), Is.False, "once a prompt");
        });
    }
}
