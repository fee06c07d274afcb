namespace Alignment.Transforms.Images;

/// <summary>
/// Resamples pictures between two fixed sizes with one of Pillow's kernels, in float: across first, then down. Safe for use by several
/// threads.
/// </summary>
sealed class PictureResample(ResampleKernel kernel, int width, int height, int toWidth, int toHeight)
{
    readonly ResampleTaps _across = ResampleTaps.Of(kernel, width, toWidth, 0, toWidth),
        _down = ResampleTaps.Of(kernel, height, toHeight, 0, toHeight);

    public bool Is(ResampleKernel wanted, int fromWidth, int fromHeight, int width2, int height2) =>
        kernel == wanted && width == fromWidth && height == fromHeight && toWidth == width2 && toHeight == height2;

    // Bytes [H,W,3] to planes [3,toH,toW] of the same numbers, 0..255.
    public void Rgb(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        using Rented<float> line = new(width), rows = new(height * toWidth);
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = rgb.Slice(3 * y * width, 3 * width);
                for (int x = 0; x < width; x++) line.Array[x] = row[3 * x + c];
                _across.Along(line.Span, rows.Array.AsSpan(y * toWidth, toWidth));
            }
            Down(rows.Array, planes.Slice(c * toWidth * toHeight, toWidth * toHeight));
        }
    }

    // [H,W] to [toH,toW].
    public void Plane(ReadOnlySpan<float> plane, Span<float> to)
    {
        using var rows = new Rented<float>(height * toWidth);
        for (int y = 0; y < height; y++) _across.Along(plane.Slice(y * width, width), rows.Array.AsSpan(y * toWidth, toWidth));
        Down(rows.Array, to);
    }

    void Down(float[] rows, Span<float> to)
    {
        // Row 0 of what Down expects is the first one it uses.
        ReadOnlySpan<float> used = rows.AsSpan(_down.Begin * toWidth, (_down.End - _down.Begin) * toWidth);
        for (int y = 0; y < toHeight; y++) _down.Down(used, toWidth, y, to.Slice(y * toWidth, toWidth));
    }
}
