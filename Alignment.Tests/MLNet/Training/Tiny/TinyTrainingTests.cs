using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.TinyModel;

namespace Alignment.Tests.MLNet.Training.Tiny;

/// <summary>The whole recipe of the bundled model with a handful of steps: it must run through, and continue where it was
/// stopped.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class TinyTrainingTests
{
    static readonly TinyStageRecipe s_short = new() { Steps = 4, Batch = 2, LearningRate = 1e-3, WarmUp = 1 };

    static readonly TinyRecipe s_recipe = new()
    {
        Stills = 8,
        Sizes = [(64, 48), (48, 48)],
        VaeCut = 32,
        LogEvery = 2,
        Vae = s_short,
        Denoiser = s_short,
        Control = s_short,
        Trunk = s_short,
        Masks = s_short,
        Absent = s_short
    };

    [Test]
    public void Run_StoppedInTheMiddleOfStages_EndsWithTheSameBundle()
    {
        using var folder = new TempFolder();
        ModelBundle through = TinyTraining.Run(folder["a"], folder["through"], s_recipe, _ => { });
        int stops = 0;
        for (bool ended = false; !ended;)
        {
            using var stop = new CancellationTokenSource();
            // The first line a run logs comes with its second step: stopped there, each run gets two steps further.
            try
            {
                TinyTraining.Run(folder["b"], folder["stopped"], s_recipe,
                    line => { if (line.Contains("/4 ", StringComparison.Ordinal)) stop.Cancel(); }, cancellationToken: stop.Token);
                ended = true;
            }
            catch (OperationCanceledException)
            {
                Assert.That(++stops, Is.LessThan(20), "stops");
                Assert.That(Directory.Exists(folder["stopped"]), Is.False, "a bundle before the end");
            }
        }
        Assert.That(stops, Is.GreaterThan(6));
        Assert.That(ModelBundle.Open(folder["stopped"]).Hash, Is.EqualTo(through.Hash));
        Assert.That(ClipSegPart.Open(ModelBundle.Open(folder["stopped"])).Hash, Is.EqualTo(ClipSegPart.Open(through).Hash));
        Assert.That(through.Manifest.ControlTrained, Is.True);
        Assert.That(() => through.Verify(), Throws.Nothing);
    }

    [Test]
    public void Run_KeepingParts_TrainsOnlyTheOthers()
    {
        using var folder = new TempFolder();
        ModelBundle first = TinyTraining.Run(folder["a"], folder["first"], s_recipe, _ => { });
        var trained = new HashSet<string>();
        ModelBundle second = TinyTraining.Run(folder["b"], folder["second"], s_recipe with { Control = s_short with { Steps = 6 } },
            line => trained.Add(line.Split(' ')[0]), new(first, new HashSet<string> { "vae", "denoiser", "trunk", "masks", "absent" }));
        Assert.That(trained.Intersect(TinyKeep.Names), Is.EqualTo(new[] { "control" }));
        foreach (string file in new[] { BundleFiles.TextEncoder, BundleFiles.Unet, BundleFiles.VaeEncoder, BundleFiles.VaeDecoder,
            BundleFiles.Lpips, BundleFiles.ClipSeg, BundleFiles.ClipSegText })
            Assert.That(File.ReadAllBytes(second.PathOf(file)), Is.EqualTo(File.ReadAllBytes(first.PathOf(file))), file);
        Assert.That(File.ReadAllBytes(second.PathOf(BundleFiles.ControlNet)),
            Is.Not.EqualTo(File.ReadAllBytes(first.PathOf(BundleFiles.ControlNet))));
    }

    [TestCase("control", "denoiser")]
    [TestCase("denoiser", "vae")]
    [TestCase("absent", "masks")]
    [TestCase("clock", "vae, denoiser, control, trunk, masks, absent")]
    public void Run_KeepingWhatDoesNotFit_IsAUsageError(string stage, string said)
    {
        using var folder = new TempFolder();
        var keep = new TinyKeep(ModelBundle.Open(BundledModels.Tiny), new HashSet<string> { stage });
        Assert.That(() => TinyTraining.Run(folder["work"], folder["out"], s_recipe, _ => { }, keep),
            Throws.TypeOf<UsageException>().With.Message.Contains(said));
    }
}
