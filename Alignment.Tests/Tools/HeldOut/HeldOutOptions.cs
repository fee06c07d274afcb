using Alignment.Onnx.Bundles;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>How the held-out experiment is done.</summary>
public sealed record HeldOutOptions
{
    /// <summary>Held-out scenes; the experiment's units.</summary>
    public int Scenes { get; init; } = 60;

    /// <summary>Noise seeds for each scene: those of <see cref="Edit"/> and the following ones.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Of the drawn scenes.</summary>
    public ulong SceneSeed { get; init; }

    /// <summary>
    /// How present the product is in the scenes that are edited, 0..1. At 0.4 there is room both ways, as the table of attention by
    /// presence in docs/held-out.md shows.
    /// </summary>
    public float Presence { get; init; } = 0.4f;

    /// <summary>The predictor whose smoothed map is the attention that models were trained with, and that is changed here.</summary>
    public string TrainingPredictor { get; init; } = "spectral_residual";

    /// <summary>The predictor that no training has seen.</summary>
    public string HeldOutPredictor { get; init; } = "fine_grained";

    /// <summary>Of either.</summary>
    internal SaliencySmoothing Smoothing { get; init; } = new();

    /// <summary>How scenes are edited; strength and guidance are the model's own unless set. All controls of a scene go in one
    /// batch.</summary>
    public EditOptions Edit { get; init; } = new() { Width = 128, Height = 128, Scheduler = SchedulerKind.Ddim, InferenceSteps = 20 };

    /// <summary>The strength at which it is measured how well an unchanged scene comes back.</summary>
    public double ReconstructionStrength { get; init; } = 0.5;

    /// <summary>Scenes on the picture sheet, the first ones.</summary>
    public int ShownScenes { get; init; } = 8;

    internal HeldOutOptions For(ModelBundle bundle) => this with { Edit = Edit.Resolve(bundle) };

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        // Shuffling needs another scene, and a paired test two differences.
        if (Scenes is < 2 or > 100_000 || Seeds is < 1 or > 1000)
            throw UsageException.For("The held-out experiment's size", FormattableString.Invariant($"{Scenes} scenes and {Seeds} seeds"),
                "2 to 100,000 scenes and 1 to 1,000 seeds", "60 and 3 are the defaults.");
        if (!(Presence is >= 0 and <= 1)) throw UsageException.For("The held-out scenes' presence",
            FormattableString.Invariant($"{Presence}"), "0 to 1", "0.4 is the default.");
        if (TrainingPredictor == HeldOutPredictor) throw UsageException.For("The held-out predictor",
            $"'{HeldOutPredictor}', the one of the training", "another one",
            "Use 'fine_grained' where 'spectral_residual' trained, or the other way round.");
        foreach (string name in new[] { TrainingPredictor, HeldOutPredictor }) _ = SaliencyPredictors.Parse(name + ".smoothed", Smoothing);
        Edit.Check();
    }
}
