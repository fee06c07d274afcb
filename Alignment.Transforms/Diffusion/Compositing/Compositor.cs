using Alignment.Transforms.Images;

namespace Alignment.Transforms.Diffusion.Compositing;

/// <summary>
/// Puts an edited picture into its source, scaled to its size, blended by the region's weights; not a bit changes where the weight is 0.
/// </summary>
public static class Compositor
{
    /// <summary>
    /// <paramref name="source"/> [H,W,3] and <paramref name="edited"/> [3,h,w] in 0 … 1 (clipped), of any size, show the same; <paramref
    /// name="region"/> has the source's size.
    /// </summary>
    /// <returns>source · (1 − weight) + edit · weight, rounded to the nearest.</returns>
    public static byte[] Composite(ReadOnlySpan<byte> source, ReadOnlySpan<float> edited, int editedWidth, int editedHeight,
        EditRegion region)
    {
        ArgumentNullException.ThrowIfNull(region);
        if (source.Length != 3L * region.Width * region.Height)
            throw new ArgumentException($"A source of {source.Length} bytes is no RGB picture of {region.Width}x{region.Height}.",
                nameof(source));
        if (edited.Length != 3L * editedWidth * editedHeight)
            throw new ArgumentException($"An edit of {edited.Length} values is no RGB picture of {editedWidth}x{editedHeight}.",
                nameof(edited));
        byte[] result = source.ToArray();
        if (region.IsEmpty) return result;

        ResampleTaps across = ResampleTaps.Cubic(editedWidth, region.Width, region.Left, region.BoundsWidth);
        ResampleTaps down = ResampleTaps.Cubic(editedHeight, region.Height, region.Top, region.BoundsHeight);
        float[] rows = new float[(down.End - down.Begin) * region.BoundsWidth], line = new float[region.BoundsWidth];
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> plane = edited.Slice(channel * editedWidth * editedHeight, editedWidth * editedHeight);
            for (int y = down.Begin; y < down.End; y++)
                across.Along(plane.Slice(y * editedWidth, editedWidth),
                    rows.AsSpan((y - down.Begin) * region.BoundsWidth, region.BoundsWidth));
            for (int y = 0; y < region.BoundsHeight; y++)
            {
                down.Down(rows, region.BoundsWidth, y, line);
                ReadOnlySpan<float> weights = region.Row(region.Top + y);
                int at = 3 * ((region.Top + y) * region.Width + region.Left) + channel;
                for (int x = 0; x < weights.Length; x++, at += 3)
                {
                    float weight = weights[x];
                    if (weight > 0) result[at] = ToByte(result[at] * (1 - weight) + 255 * Math.Clamp(line[x], 0, 1) * weight);
                }
            }
        }
        return result;
    }

    // Nearest byte, halves up; a broken model's NaN becomes 0.
    static byte ToByte(float value) => (byte)Math.Clamp((int)MathF.Floor(value + 0.5f), 0, 255);
}
