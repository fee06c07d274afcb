using Alignment.MLNet.Editing;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Editing;

/// <summary>The pipeline with the bundled model.</summary>
public sealed class EditChainTests
{
    static readonly ModelBundle s_bundle = ModelBundle.Open(BundledModels.Tiny);

    static readonly EditOptions s_options = new EditOptions
    {
        Width = 16,
        Height = 8,
        Scheduler = SchedulerKind.Ddim,
        InferenceSteps = 4,
        Strength = 0.75,
        GuidanceScale = 1
    }.Resolve(s_bundle);

    static EditedFolder Run(FakeVariants variants, string output, EditJobOptions options)
    {
        var folder = new EditedFolder(output);
        EditChain chain = FakeVariants.Chain(options, new EditorCache(s_bundle, options.Edit));
        EditResult result = new EditRun(variants.Source(), chain, folder, options, s_bundle.Hash, "left out")
            .Run(null, CancellationToken.None);
        Assert.That(result.Failures, Is.Empty);
        return folder;
    }

    /// <summary>Strips, batches and overlap decide no byte of an edit.</summary>
    [Test]
    public void Edit_StripsBatchesAndOverlap_LeaveTheBytesAlone()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["plain"], new() { Edit = s_options, Ahead = 0 });
        EditedFolder with = Run(variants, temp["with"], new() { Edit = s_options with { Batch = 3 }, Ahead = 2, PreviewEvery = 2 });
        string[] strips = Directory.GetFiles(Path.Combine(with.Root, EditedFolder.Previews), "*", SearchOption.AllDirectories);
        Assert.That(strips, Has.Length.EqualTo(FakeVariants.Controls - 3), "a strip an edit");
        // The scene, what it was taken for at steps 0 and 2 of three, the edit: 8x4 pixels each, two between.
        RgbPicture strip = PictureFile.ReadRgb8(with.Preview("full_boost", "a", "a-Scene-002"));
        Assert.That((strip.Width, strip.Height), Is.EqualTo((4 * 8 + 3 * 2, 4)));
        Assert.That(File.Exists(with.Preview("full_boost", "a", "a-Scene-001")), Is.False, "it shares early_boost's edit");

        // Made again without strips, the old ones are gone.
        Run(variants, temp["with"], new() { Edit = s_options with { Seed = 9 } });
        Assert.That(Directory.GetFiles(Path.Combine(with.Root, EditedFolder.Previews), "*", SearchOption.AllDirectories), Is.Empty);
        Run(variants, temp["with"], new() { Edit = s_options, PreviewEvery = 1 });
        Directory.Delete(Path.Combine(with.Root, EditedFolder.Previews), recursive: true);
        Assert.That(Snapshot.Of(temp["with"]), Is.EqualTo(Snapshot.Of(temp["plain"])));
    }

    /// <summary>DDIM goes to x' = √ᾱ' x₀ + √(1−ᾱ') ε, so x₀ can be had from where it went as well.</summary>
    [Test]
    public void SmallGuess_OfADdimStep_IsTheSampleItHeadsFor()
    {
        EditOptions options = s_options with { BlendLatents = false };
        using var editor = new DiffusionEditor(s_bundle, options);
        double product = 1;
        double[] alphaBars = [.. Enumerable.Range(0, 1000)
            .Select(t => product *= 1 - Math.Pow(Math.Sqrt(0.00085) + t / 999.0 * (Math.Sqrt(0.012) - Math.Sqrt(0.00085)), 2))];
        int looked = 0;
        editor.Edit(new() { SceneId = "v-Scene-001", Prompt = "a cup", Image = new float[3 * 16 * 8], Controls = [new float[2 * 16 * 8]] },
            (in DenoiseStep step) =>
        {
            double next = alphaBars[Math.Max(0, (int)step.Timestep - 250)];
            float[] guess = editor.PredictedX0(step, 0), x = step.Latents.ToArray(), epsilon = step.Prediction.ToArray();
            int w = editor.Shape.LatentWidth, h = editor.Shape.LatentHeight;
            Assert.That(guess, Has.Length.EqualTo(4 * (w / 2) * (h / 2)));
            for (int c = 0, at = 0; c < 4; c++)
                for (int y = 0; y < h / 2; y++)
                    for (int column = 0; column < w / 2; column++, at++)
                    {
                        double X0(int dy, int dx)
                        {
                            int i = c * w * h + (2 * y + dy) * w + 2 * column
                            + dx; return (x[i] - Math.Sqrt(1 - next) * epsilon[i]) / Math.Sqrt(next);
                        }
                        Assert.That(guess[at], Is.EqualTo((X0(0, 0) + X0(0, 1) + X0(1, 0) + X0(1, 1)) / 4).Within(1e-3));
                        looked++;
                    }
        });
        Assert.That(looked, Is.EqualTo(3 * 4 * editor.Shape.LatentWidth / 2 * editor.Shape.LatentHeight / 2));
    }
}
