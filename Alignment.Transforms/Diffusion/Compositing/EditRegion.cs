namespace Alignment.Transforms.Diffusion.Compositing;

/// <summary>Where an edit may change a picture, and how much: the keyword mask, grown and feathered.</summary>
public sealed record EditRegionOptions
{
    /// <summary>
    /// Growth beyond the mask, in pixels of a picture whose shorter side is 512, scaled to the picture (8 are one latent); 0 never touches
    /// a pixel that is not product. For masks that are too tight: 4 to 8.
    /// </summary>
    public float Dilation { get; init; }

    /// <summary>
    /// Width of the soft border inside the region, in pixels of a picture whose shorter side is 512; a region too thin for it gets a
    /// narrower one. 4, half a latent, halves the seam and leaves the control 97 % of its effect; 8 cost 6 % of it (docs/editing.md).
    /// </summary>
    public float Feather { get; init; } = 4;

    /// <summary>Refuses what is negative or no number.</summary>
    /// <exception cref="UsageException">The message names the value.</exception>
    public void Check()
    {
        this.Require(Dilation, Dilation is >= 0 and <= 10_000, Range, "0 turns it off.");
        this.Require(Feather, Feather is >= 0 and <= 10_000, Range, "0 turns it off.");
    }

    const string Range = "0 or more pixels (at a shorter side of 512)";
}

/// <summary>The weight of the edit at each pixel: 0 outside the region, rising with the distance from its border to 1.</summary>
public sealed class EditRegion
{
    // The shorter side to which the options' pixels refer.
    const float ReferenceSide = 512;

    readonly float[] _weights; // [Bounds.Height, Bounds.Width]

    EditRegion(int width, int height, int x, int y, int boundsWidth, int boundsHeight, float[] weights)
    {
        (Width, Height) = (width, height);
        (Left, Top, BoundsWidth, BoundsHeight) = (x, y, boundsWidth, boundsHeight);
        _weights = weights;
    }

    /// <summary>Of the whole picture.</summary>
    public int Width { get; }

    /// <summary>Of the whole picture.</summary>
    public int Height { get; }

    /// <summary>The rectangle beyond which every weight is 0.</summary>
    public int Left { get; }
    public int Top { get; }
    public int BoundsWidth { get; }
    public int BoundsHeight { get; }

    /// <summary>The mask has no pixel.</summary>
    public bool IsEmpty => _weights.Length == 0;

    public float this[int x, int y] => IsInBounds(x, y) ? _weights[(y - Top) * BoundsWidth + x - Left] : 0;

    internal ReadOnlySpan<float> Row(int y) => _weights.AsSpan((y - Top) * BoundsWidth, BoundsWidth);

    /// <summary><paramref name="mask"/> [height, width] is product above 0.5.</summary>
    /// <exception cref="UsageException">Dilation or feather is negative or no number.</exception>
    public static EditRegion FromMask(ReadOnlySpan<float> mask, int width, int height, EditRegionOptions? options = null)
    {
        options ??= new EditRegionOptions();
        options.Check();
        if (mask.Length != (long)width * height)
            throw new ArgumentException($"A mask of {mask.Length} values does not fill {width}x{height}.", nameof(mask));
        float scale = Math.Min(width, height) / ReferenceSide;
        float dilation = options.Dilation * scale, feather = options.Feather * scale;

        // 1. The rectangle that holds the grown mask, and one pixel more: the border from which distance is measured.
        int left = width, right = -1, top = -1, bottom = -1;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<float> row = mask.Slice(y * width, width);
            for (int x = 0; x < width; x++)
            {
                if (!(row[x] > 0.5f)) continue;
                (left, right, bottom) = (Math.Min(left, x), Math.Max(right, x), y);
                if (top < 0) top = y;
            }
        }
        if (right < 0) return new EditRegion(width, height, 0, 0, 0, 0, []);
        int margin = (int)Math.Ceiling(dilation) + 1;
        (left, top) = (Math.Max(0, left - margin), Math.Max(0, top - margin));
        (right, bottom) = (Math.Min(width - 1, right + margin), Math.Min(height - 1, bottom + margin));
        int w = right - left + 1, h = bottom - top + 1;

        // 2. Grow: everything within the dilation of a product pixel.
        var inside = new bool[w * h];
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                inside[y * w + x] = mask[(top + y) * width + left + x] > 0.5f;
        if (dilation > 0)
        {
            float[] toProduct = DistanceTransform.Squared(inside, w, h);
            for (int i = 0; i < inside.Length; i++) inside[i] = toProduct[i] <= dilation * dilation;
        }

        // 3. Feather: by distance to the nearest pixel outside. The picture's own edge is no border of the region.
        var outside = new bool[inside.Length];
        for (int i = 0; i < inside.Length; i++) outside[i] = !inside[i];
        float[] weights = DistanceTransform.Squared(outside, w, h);
        float deepest = 0;
        for (int i = 0; i < weights.Length; i++) deepest = Math.Max(deepest, weights[i] = MathF.Sqrt(weights[i]));
        float ramp = Math.Min(feather + 1, deepest); // the outermost pixel of the region has distance 1
        for (int i = 0; i < weights.Length; i++) weights[i] = Math.Min(1, weights[i] / ramp);
        return new EditRegion(width, height, left, top, w, h, weights);
    }

    // A region of given weights, [height, width] in 0 … 1.
    internal static EditRegion FromWeights(float[] weights, int width, int height) =>
        weights.AsSpan().ContainsAnyExcept(0f) ? new(width, height, 0, 0, width, height, weights) : new(width, height, 0, 0, 0, 0, []);

    // Pixels that may change.
    internal long CountPixels() => _weights.LongCount(w => w > 0);

    // 255 where a pixel may change, 0 elsewhere, [height, width].
    internal byte[] Allowed()
    {
        byte[] allowed = new byte[Width * Height];
        for (int y = Top; y < Top + BoundsHeight; y++)
            for (int x = Left; x < Left + BoundsWidth; x++)
                if (this[x, y] > 0) allowed[y * Width + x] = byte.MaxValue;
        return allowed;
    }

    // Writes the weights of the whole picture.
    internal void CopyWeights(Span<float> to)
    {
        to.Clear();
        for (int y = Top; y < Top + BoundsHeight; y++) Row(y).CopyTo(to[(y * Width + Left)..]);
    }

    bool IsInBounds(int x, int y) => x >= Left && x < Left + BoundsWidth && y >= Top && y < Top + BoundsHeight;
}
