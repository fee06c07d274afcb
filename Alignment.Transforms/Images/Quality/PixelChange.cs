namespace Alignment.Transforms.Images.Quality;

/// <summary>How the pixels of one picture differ from another's, inside a region and outside it.</summary>
public sealed record PixelChange
{
    /// <summary>Pixels inside.</summary>
    public required long Pixels { get; init; }

    /// <summary>Mean squared difference of the inside's red, green and blue values, in levels².</summary>
    public required double MeanSquared { get; init; }

    /// <summary>Mean change of the inside's red, in levels of 255: what the edit did to the colour as a whole.</summary>
    public required double Red { get; init; }

    /// <inheritdoc cref="Red"/>
    public required double Green { get; init; }

    /// <inheritdoc cref="Red"/>
    public required double Blue { get; init; }

    /// <summary>Largest difference of any value outside, in levels; 0 where the outside is untouched.</summary>
    public required int LargestOutside { get; init; }

    /// <summary>Peak signal-to-noise ratio of the inside, 10 lg(255² / <see cref="MeanSquared"/>), in dB; null for equal pixels, whose
    /// ratio is infinite, and for no pixels.</summary>
    public double? PsnrDb => MeanSquared > 0 ? 10 * Math.Log10(255 * 255 / MeanSquared) : null;

    /// <summary>Compares two pictures of red, green, blue bytes, pixel by pixel.</summary>
    /// <param name="before">[H,W,3].</param>
    /// <param name="after">[H,W,3].</param>
    /// <param name="region">[H,W]; above 0 is inside.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together.</exception>
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
