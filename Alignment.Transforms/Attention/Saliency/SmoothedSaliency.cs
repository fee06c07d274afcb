using System.Buffers;

namespace Alignment.Transforms.Attention.Saliency;

sealed record SaliencySmoothing
{
    /// <summary>The Gaussian's sigma as part of the picture's height. 1/30, as of the reference data set's heatmaps, is about the width of
    /// sharp sight when a screen is looked at.</summary>
    public float SigmaHeights { get; init; } = 1 / 30f;

    /// <exception cref="UsageException">It is not above 0 and at most 1.</exception>
    public void Check()
    {
        if (!(SigmaHeights is > 0 and <= 1))
            throw UsageException.For("The smoothing's sigma", FormattableString.Invariant($"{SigmaHeights}"),
                "above 0 and at most 1 of the picture's height", "1/30 is the default; use the predictor without '.smoothed' for none.");
    }
}

// Another predictor's map, blurred by a Gaussian and stretched to 0..1; 0 everywhere where it is constant.
sealed class SmoothedSaliency : ISaliencyPredictor
{
    readonly ISaliencyPredictor _raw;
    readonly SaliencySmoothing _smoothing;

    public SmoothedSaliency(ISaliencyPredictor raw, SaliencySmoothing smoothing, string name)
    {
        smoothing.Check();
        (_raw, _smoothing, Name) = (raw, smoothing, name);
    }

    public string Name { get; }

    public void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map)
    {
        _raw.Predict(rgb, width, height, map);
        Apply(map, width, height, _smoothing.SigmaHeights * height);
    }

    // (b − min) / (max − min) of the blurred map, in place.
    public static void Apply(Span<float> map, int width, int height, double sigma)
    {
        if (!map.ContainsAnyExcept(map[0]))
        {
            map.Clear();   // a blur would make differences of its rounding
            return;
        }
        Blur(map, width, height, Kernel(sigma));
        float min = TensorPrimitives.Min<float>(map), max = TensorPrimitives.Max<float>(map);
        if (!(max > min))
        {
            map.Clear();
            return;
        }
        foreach (ref float a in map) a = (a - min) / (max - min);
    }

    // OpenCV's Gaussian for float pictures: 8 sigma + 1 taps, rounded to an odd number, normalised.
    public static float[] Kernel(double sigma)
    {
        int taps = (int)Math.Round(8 * sigma + 1) | 1;
        double[] kernel = [.. Enumerable.Range(-(taps / 2), taps).Select(x => Math.Exp(-x * x / (2 * sigma * sigma)))];
        double sum = kernel.Sum();
        return [.. kernel.Select(k => (float)(k / sum))];
    }

    // Rows, then columns; the border is reflected without repeating the edge.
    public static void Blur(Span<float> map, int width, int height, float[] kernel)
    {
        int reach = kernel.Length / 2;
        float[] rented = ArrayPool<float>.Shared.Rent(width * height + width + kernel.Length - 1);
        try
        {
            Span<float> across = rented.AsSpan(0, width * height), padded = rented.AsSpan(width * height, width + kernel.Length - 1);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<float> row = map.Slice(y * width, width);
                for (int x = -reach; x < width + reach; x++) padded[x + reach] = row[Reflected.At(x, width)];
                Span<float> to = across.Slice(y * width, width);
                TensorPrimitives.Multiply(padded[..width], kernel[0], to);
                for (int k = 1; k < kernel.Length; k++) TensorPrimitives.MultiplyAdd(padded.Slice(k, width), kernel[k], to, to);
            }
            for (int y = 0; y < height; y++)
            {
                Span<float> to = map.Slice(y * width, width);
                TensorPrimitives.Multiply(across.Slice(Reflected.At(y - reach, height) * width, width), kernel[0], to);
                for (int k = 1; k < kernel.Length; k++)
                    TensorPrimitives.MultiplyAdd(across.Slice(Reflected.At(y + k - reach, height) * width, width), kernel[k], to, to);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
