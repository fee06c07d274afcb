namespace Alignment.Transforms.Images;

// Turns stored rows upright, by EXIF's tag 0x0112: where the stored first row and first column belong.
static class ExifOrientation
{
    public static bool SwapsSides(int orientation) => orientation >= 5;

    /// <summary>
    /// A <paramref name="width"/> x <paramref name="height"/> picture as stored, <paramref name="channels"/> values a pixel, to its upright
    /// form.
    /// </summary>
    public static void Apply<T>(int orientation, ReadOnlySpan<T> stored, int width, int height, int channels, Span<T> upright)
    {
        if (orientation == 1)
        {
            stored.CopyTo(upright);
            return;
        }
        // Upright position of the stored pixel (x, y): start + x·alongX + y·alongY, in pixels.
        int w = width, h = height;
        var (start, alongX, alongY) = orientation switch
        {
            2 => (w - 1, -1, w),                    // mirrored left to right
            3 => (w * h - 1, -1, -w),               // upside down
            4 => ((h - 1) * w, 1, -w),              // mirrored top to bottom
            5 => (0, h, 1),                         // transposed
            6 => (h - 1, h, -1),                    // needs a quarter turn clockwise
            7 => (w * h - 1, -h, -1),               // transposed along the other diagonal
            8 => ((w - 1) * h, -h, 1),              // needs a quarter turn counter-clockwise
            _ => throw new ArgumentOutOfRangeException(nameof(orientation), orientation, "EXIF orientation is 1 to 8."),
        };
        for (int y = 0; y < h; y++)
        {
            int to = start + y * alongY;
            for (int x = 0; x < w; x++, to += alongX)
                stored.Slice((y * w + x) * channels, channels).CopyTo(upright[(to * channels)..]);
        }
    }
}
