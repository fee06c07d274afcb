namespace Alignment.Transforms.Images.Quality;

/// <summary>
/// SSIM: Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004, eq. 13,
/// window 11x11, Gaussian, σ = 1.5, K₁ = 0.01, K₂ = 0.03, L = 255, on BT.601's luma.
/// </summary>
static class StructuralSimilarity
{
    public const int Window = 11;

    const double Sigma = 1.5, C1 = 0.01 * 255 * 0.01 * 255, C2 = 0.03 * 255 * 0.03 * 255;

    static readonly double[] s_weights = Weights();

    /// <summary>
    /// The mean over all windows within a rectangle of two pictures [H,W,3], −1 … 1; null where no window fits. A smaller rectangle is
    /// grown around its middle where the picture has room.
    /// </summary>
    public static double? Mean(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int width, (int Left, int Top, int Width, int Height) rectangle)
    {
        int height = Height(a, b, width);
        var (left, w) = Grown(rectangle.Left, rectangle.Width, Window, width);
        var (top, h) = Grown(rectangle.Top, rectangle.Height, Window, height);
        if (w < Window || h < Window) return null;
        double[] x = Luma(a, width, left, top, w, h), y = Luma(b, width, left, top, w, h), product = new double[x.Length];

        // Gaussian means of x, y, x², y² and xy; variances and covariance from them (eqs. 14 to 16).
        double[] meanX = Blur(x, w, h), meanY = Blur(y, w, h), xy = BlurProduct(x, y), xx = BlurProduct(x, x), yy = BlurProduct(y, y);
        double sum = 0;
        for (int i = 0; i < xx.Length; i++)
        {
            double mx = meanX[i], my = meanY[i], covariance = xy[i] - mx * my, variances = xx[i] - mx * mx + yy[i] - my * my;
            sum += (2 * mx * my + C1) * (2 * covariance + C2) / ((mx * mx + my * my + C1) * (variances + C2));
        }
        return sum / xx.Length;

        double[] BlurProduct(double[] one, double[] other)
        {
            TensorPrimitives.Multiply(one, other, product);
            return Blur(product, w, h);
        }
    }

    // Of two pictures [H,W,3].
    public static int Height(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int width) =>
        a.Length == b.Length && width >= 1 && a.Length % (3 * width) == 0 ? a.Length / (3 * width)
        : throw new ArgumentException($"Pictures of {a.Length} and {b.Length} bytes, {width} pixels wide.");

    /// <summary>A stretch grown around its middle to <paramref name="least"/>, within <paramref name="most"/>.</summary>
    public static (int From, int Length) Grown(int from, int length, int least, int most)
    {
        int wanted = Math.Min(Math.Max(length, least), most);
        return (Math.Clamp(from - (wanted - length) / 2, 0, most - wanted), wanted);
    }

    static double[] Luma(ReadOnlySpan<byte> rgb, int width, int left, int top, int w, int h)
    {
        double[] luma = new double[w * h];
        for (int row = 0, at = 0; row < h; row++)
            for (int i = 3 * ((top + row) * width + left), end = i + 3 * w; i < end; i += 3) luma[at++] = 0.299 * rgb[i]
                + 0.587 * rgb[i + 1] + 0.114 * rgb[i + 2];
        return luma;
    }

    // Rows, then columns; only where the whole window lies inside.
    static double[] Blur(double[] picture, int w, int h)
    {
        int across = w - Window + 1, down = h - Window + 1;
        double[] rows = new double[across * h], made = new double[across * down];
        for (int row = 0; row < h; row++)
            for (int k = 0; k < Window; k++)
                TensorPrimitives.MultiplyAdd(picture.AsSpan(row * w + k, across), s_weights[k], rows.AsSpan(row * across, across),
                    rows.AsSpan(row * across, across));
        for (int row = 0; row < down; row++)
            for (int k = 0; k < Window; k++)
                TensorPrimitives.MultiplyAdd(rows.AsSpan((row + k) * across, across), s_weights[k], made.AsSpan(row * across, across),
                    made.AsSpan(row * across, across));
        return made;
    }

    static double[] Weights()
    {
        double[] weights = [.. Enumerable.Range(0, Window).Select(i => Math.Exp(-Math.Pow(i - Window / 2, 2) / (2 * Sigma * Sigma)))];
        return [.. weights.Select(v => v / weights.Sum())];
    }
}
