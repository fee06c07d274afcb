namespace Alignment.Transforms.Images.Quality;

// How the pixels of two pictures differ inside a region and outside it.
sealed record PixelChange
{
    public required long Pixels { get; init; }

    // Mean squared difference of the inside's values, in levels².
    public required double MeanSquared { get; init; }

    // Mean change of the inside, in levels of 255.
    public required double Red { get; init; }

    /// <inheritdoc cref="Red"/>
    public required double Green { get; init; }

    /// <inheritdoc cref="Red"/>
    public required double Blue { get; init; }

    // In levels; 0 where the outside is untouched.
    public required int LargestOutside { get; init; }

    /// <summary>Of the inside, 10 lg(255² / <see cref="MeanSquared"/>), in dB; null for equal pixels and for no pixels.</summary>
    public double? PsnrDb => MeanSquared > 0 ? 10 * Math.Log10(255 * 255 / MeanSquared) : null;

    // Pictures [H,W,3] and a region [H,W], above 0 inside.
    public static PixelChange Of(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, ReadOnlySpan<byte> region)
    {
        if (before.Length != 3 * region.Length || after.Length != before.Length)
            throw new ArgumentException($"Pictures of {before.Length} and {after.Length} bytes with a region of {region.Length} pixels.");
        long pixels = 0, squares = 0, red = 0, green = 0, blue = 0;
        int outside = 0;
        for (int i = 0, at = 0; i < region.Length; i++, at += 3)
        {
            int r = after[at] - before[at], g = after[at + 1] - before[at + 1], b = after[at + 2] - before[at + 2];
            if (region[i] == 0)
            {
                outside = Math.Max(outside, Math.Max(Math.Abs(r), Math.Max(Math.Abs(g), Math.Abs(b))));
                continue;
            }
            pixels++;
            squares += r * r + g * g + b * b;
            (red, green, blue) = (red + r, green + g, blue + b);
        }
        double n = Math.Max(1, pixels);
        return new()
        {
            Pixels = pixels,
            MeanSquared = squares / (3 * n),
            Red = red / n,
            Green = green / n,
            Blue = blue / n,
            LargestOutside = outside
        };
    }
}
