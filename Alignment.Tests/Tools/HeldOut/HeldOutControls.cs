using Alignment.Transforms.Attention;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>The attention maps a scene is edited under.</summary>
static class HeldOutControls
{
    public const string Baseline = "baseline", FullBoost = "full_boost", Reduction = "reduction", Placebo = "placebo",
        ShuffledBaseline = "shuffled baseline", ShuffledFullBoost = "shuffled full_boost", ShuffledReduction = "shuffled reduction";

    /// <summary>In the order of the tables. A shuffled control is the scene's own mask with another scene's map, changed on that scene's
    /// product.</summary>
    public static readonly IReadOnlyList<string> Names = [Baseline, FullBoost, Reduction, Placebo, ShuffledBaseline, ShuffledFullBoost,
        ShuffledReduction];

    /// <summary>The controls [2,H,W] of scene <paramref name="index"/>, as <see cref="Names"/>. Shuffling takes the scene half a list away:
    /// a fixed rule that never gives a scene its own map.</summary>
    public static IReadOnlyList<float[]> Of(IReadOnlyList<HeldOutScene> scenes, int index)
    {
        HeldOutScene own = scenes[index], other = scenes[(index + scenes.Count / 2) % scenes.Count];
        return
        [
            Control(own, own.Attention), Control(own, own.Changed(Variant.BoostAlpha)), Control(own, own.Changed(Variant.ReductionAlpha)),
                Control(own, own.Placebo.Map),
            Control(own, other.Attention), Control(own, other.Changed(Variant.BoostAlpha)),
                Control(own, other.Changed(Variant.ReductionAlpha)),
        ];
    }

    static float[] Control(HeldOutScene scene, float[] attention) => [.. scene.Mask, .. attention];
}
