namespace Alignment.Transforms.Attention;

/// <summary>
/// The matched placebo: the region R (the mask shifted, less any product) gets α times its attention, the rest of the background pays for
/// it (or receives it, α &lt; 1), the product keeps its own bit for bit. A region pixel stops at 1 and the rest pays exactly what was
/// gained; a rest that receives is filled up likewise. Where the rest cannot bear the region's change it is scaled down (<see
/// cref="PlaceboBalance.Strength"/> below 1), so the total is always kept.
/// </summary>
static class PlaceboChange
{
    /// <summary>
    /// Without a region, or with α = 1, A bit for bit. Maps are [H,W] in 0..1, product above 0; <paramref name="modified"/> is not
    /// <paramref name="attention"/> itself.
    /// </summary>
    /// <exception cref="ArgumentException">A map is not W × H, a value is not in 0..1, or <paramref name="alpha"/> is negative or not
    /// finite.</exception>
    public static PlaceboBalance Apply(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, int width, int height,
        PlaceboPlacement placement, double alpha, Span<float> modified)
    {
        AttentionMaps.CheckAlpha(alpha);
        AttentionMaps.CheckSize(attention, width, height);
        AttentionMaps.Check(attention, mask);
        AttentionMaps.CheckRoom(attention, modified);

        attention.CopyTo(modified);
        double before = AttentionMaps.Sum(attention);
        if (alpha == 1) return new(before, before, 0, 1);
        if (!placement.Exists) return new(before, before, 0, 0);

        using var rented = new Rented<double>(attention.Length);
        using var rentedRoles = new Rented<PixelRole>(attention.Length);
        Span<double> rest = rented.Span;   // A, made 0 outside the rest
        Span<PixelRole> roles = rentedRoles.Span;
        Roles(mask, width, height, placement, roles);
        TensorPrimitives.ConvertTruncating(attention, rest);
        double gain = 0;
        for (int i = NotRest(roles, 0); i < roles.Length; i = NotRest(roles, i + 1))
        {
            rest[i] = 0;
            if (roles[i] == PixelRole.Region) gain += Gain(attention[i], alpha);
        }
        double restSum = AttentionMaps.Sum(rest);
        double bearable = gain > 0 ? restSum : Positive(rest) - restSum;
        double strength = Math.Abs(gain) <= bearable ? 1 : bearable / Math.Abs(gain);
        if (gain == 0 || strength == 0) return new(before, before, 0, 0);

        double moved = strength * gain, scale = MassScale.Solve(rest, restSum, restSum - moved);
        MassScale.Fill(rest, scale, modified);
        for (int i = NotRest(roles, 0); i < roles.Length; i = NotRest(roles, i + 1))
            modified[i] = roles[i] == PixelRole.Product ? attention[i] : (float)(attention[i] + strength * Gain(attention[i], alpha));
        return new(before, AttentionMaps.Sum(modified), Math.Abs(moved), strength);
    }

    static int NotRest(ReadOnlySpan<PixelRole> roles, int from)
    {
        if (from >= roles.Length || roles[from] != PixelRole.Rest) return from;
        return MemoryMarshal.AsBytes(roles[from..]).IndexOfAnyExcept((byte)PixelRole.Rest) is >= 0 and int more ? from + more
            : roles.Length;
    }

    static long Positive(ReadOnlySpan<double> values)
    {
        long positive = 0;
        foreach (double v in values) positive += v > 0 ? 1 : 0;
        return positive;
    }

    enum PixelRole : byte
    {
        Rest,
        Region,
        Product,
    }

    // Product, under the shifted mask, or neither.
    static void Roles(ReadOnlySpan<float> mask, int width, int height, PlaceboPlacement placement, Span<PixelRole> roles)
    {
        for (int y = 0; y < height; y++)
        {
            Span<PixelRole> row = roles.Slice(y * width, width);
            row.Clear();
            int from = y - placement.Dy, left = Math.Max(0, placement.Dx), right = Math.Min(width, width + placement.Dx);
            if ((uint)from < (uint)height && left < right)
            {
                Mark(mask.Slice(from * width + left - placement.Dx, right - left), PixelRole.Region, row[left..right]);
            }
            Mark(mask.Slice(y * width, width), PixelRole.Product, row);
        }
    }

    static void Mark(ReadOnlySpan<float> mask, PixelRole role, Span<PixelRole> row)
    {
        int x = 0;
        while (mask[x..].IndexOfAnyExcept(0f) is >= 0 and int skipped)
            for (x += skipped; x < mask.Length && mask[x] > 0; x++) row[x] = role;
    }

    // min(1, α A) − A.
    public static double Gain(float a, double alpha) => Math.Min(1, alpha * a) - a;
}

/// <summary>
/// Σ A, Σ A' as stored (float32), attention moved between region and rest, and the part of the full change (0 where nothing could be
/// moved).
/// </summary>
readonly record struct PlaceboBalance(double Before, double After, double Moved, double Strength);
