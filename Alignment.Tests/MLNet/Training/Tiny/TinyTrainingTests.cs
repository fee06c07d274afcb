using Alignment.MLNet.Training.Tiny;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.MLNet.Training.Tiny;

/// <summary>The whole recipe of the bundled model with a handful of steps: it must run through, and continue where it was stopped.</summary>
public sealed class TinyTrainingTests
{
    static readonly TinyStageRecipe s_short = new() { Steps = 4, Batch = 2, LearningRate = 1e-3, WarmUp = 1 };

    static readonly TinyRecipe s_recipe = new() { Stills = 8, Sizes = [(64, 48), (48, 48)], VaeCut = 32, LogEvery = 2, Vae = s_short, Denoiser = s_short, Control = s_short, Trunk = s_short };

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
                TinyTraining.Run(folder["b"], folder["stopped"], s_recipe, line => { if (line.Contains("/4 ", StringComparison.Ordinal)) stop.Cancel(); }, stop.Token);
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
        Assert.That(through.Manifest.ControlTrained, Is.True);
        Assert.That(() => through.Verify(), Throws.Nothing);
    }
}
