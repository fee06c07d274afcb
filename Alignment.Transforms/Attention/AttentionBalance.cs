namespace Alignment.Transforms.Attention;

// Σ A, Σ A' as stored (float32), the scale that keeps the total, and pixels cut at 1.
readonly record struct AttentionBalance(double Before, double After, double Scale, long Clipped)
{
    public const double Tolerance = 1e-6;

    // To float precision.
    public bool Kept => Math.Abs(After - Before) <= Tolerance * Before;
}
