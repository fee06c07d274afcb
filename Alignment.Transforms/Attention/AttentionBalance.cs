namespace Alignment.Transforms.Attention;

/// <summary>What a change of attention did to the map's total.</summary>
/// <param name="Before">Σ A.</param>
/// <param name="After">Σ A', of the values as stored (float32).</param>
/// <param name="Scale">What the changed map was multiplied with to keep the total; 1 where nothing was changed.</param>
/// <param name="Clipped">Pixels that would have exceeded 1 and were cut there.</param>
public readonly record struct AttentionBalance(double Before, double After, double Scale, long Clipped)
{
    /// <summary>Relative difference of totals that float32 rounding of the pixels can explain.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>True when the total is what it was, to float precision.</summary>
    public bool Kept => Math.Abs(After - Before) <= Tolerance * Before;
}
