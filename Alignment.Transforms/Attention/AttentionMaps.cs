namespace Alignment.Transforms.Attention;

/// <summary>
/// Sums over maps and their checks. Sums are taken in double over four fixed lanes, never over the machine's own
/// vector width, so that a map gives the same bits everywhere.
/// </summary>
static class AttentionMaps
{
    /// <summary>Σ A.</summary>
    public static double Sum(ReadOnlySpan<float> a)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 3 < a.Length; i += 4)
        {
            s0 += a[i];
            s1 += a[i + 1];
            s2 += a[i + 2];
            s3 += a[i + 3];
        }
        for (; i < a.Length; i++) s0 += a[i];
        return s0 + s1 + (s2 + s3);
    }

    /// <summary>Σ A ⊙ B.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 3 < a.Length; i += 4)
        {
            s0 += (double)a[i] * b[i];
            s1 += (double)a[i + 1] * b[i + 1];
            s2 += (double)a[i + 2] * b[i + 2];
            s3 += (double)a[i + 3] * b[i + 3];
        }
        for (; i < a.Length; i++) s0 += (double)a[i] * b[i];
        return s0 + s1 + (s2 + s3);
    }

    /// <summary>Throws unless both maps are equally long and every value is in 0..1.</summary>
    public static void Check(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask)
    {
        if (attention.Length != mask.Length)
            throw new ArgumentException($"The mask has {mask.Length} pixels, expected {attention.Length} like the attention map. Resize both to one size first.", nameof(mask));
        InUnit(attention, "attention map", nameof(attention));
        InUnit(mask, "mask", nameof(mask));
    }

    /// <summary>Throws unless a map has W × H pixels.</summary>
    public static void CheckSize(ReadOnlySpan<float> attention, int width, int height)
    {
        if (width < 1 || height < 1 || attention.Length != (long)width * height)
            throw new ArgumentException($"The attention map has {attention.Length} pixels, expected {width} x {height}.", nameof(attention));
    }

    /// <summary>Throws unless a multiplier of attention is usable.</summary>
    public static void CheckAlpha(double alpha)
    {
        if (!(alpha >= 0 && double.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "An attention multiplier is a finite number, 0 or more.");
    }

    /// <summary>Throws unless there is room for every result.</summary>
    public static void CheckRoom(ReadOnlySpan<float> attention, Span<float> modified)
    {
        if (modified.Length != attention.Length)
            throw new ArgumentException($"The result has room for {modified.Length} pixels, expected {attention.Length} like the attention map.", nameof(modified));
    }

    static void InUnit(ReadOnlySpan<float> values, string what, string parameter)
    {
        bool good = true;
        foreach (float v in values) good &= v >= 0f & v <= 1f;   // NaN compares false
        if (good) return;
        int at = 0;
        while (values[at] >= 0f && values[at] <= 1f) at++;
        throw new ArgumentException(FormattableString.Invariant($"The {what} has the value {values[at]} at pixel {at}, expected 0..1. Normalise it first."), parameter);
    }
}
