namespace Alignment.Transforms.Images;

/// <summary>
/// The weights of each pixel of a resampled line: a kernel, widened when shrinking so that nothing aliases, pixel centres aligned, edges
/// repeated by renormalising. At equal sizes it is the identity.
/// </summary>
sealed class ResampleTaps
{
    readonly int[] _first;
    readonly float[][] _shares;

    ResampleTaps(int[] first, float[][] shares)
    {
        (_first, _shares) = (first, shares);
        Begin = first.Min();
        End = first.Zip(shares, (f, s) => f + s.Length).Max();
    }

    // First source pixel used.
    public int Begin { get; }

    // One beyond the last source pixel used.
    public int End { get; }

    /// <summary>
    /// Pixels <paramref name="start"/> … start + count − 1 of a line of <paramref name="to"/> pixels from one of <paramref name="from"/>.
    /// </summary>
    public static ResampleTaps Cubic(int from, int to, int start, int count) => Of(ResampleKernel.Bicubic, from, to, start, count);

    /// <summary>As <see cref="Cubic"/>, with another kernel.</summary>
    public static ResampleTaps Of(ResampleKernel kernel, int from, int to, int start, int count)
    {
        double scale = (double)from / to, widen = kernel == ResampleKernel.Nearest ? 1 : Math.Max(1, scale),
            reach = Support(kernel) * widen;
        var first = new int[count];
        var shares = new float[count][];
        for (int i = 0; i < count; i++)
        {
            double centre = (start + i + 0.5) * scale - 0.5;
            if (kernel == ResampleKernel.Nearest)
            {
                first[i] = Math.Clamp((int)Math.Floor(centre + 0.5), 0, from - 1);
                shares[i] = [1];
                continue;
            }
            int low = Math.Max(0, (int)Math.Ceiling(centre - reach)), high = Math.Min(from - 1, (int)Math.Floor(centre + reach));
            double[] taps = [.. Enumerable.Range(low, high - low + 1).Select(p => Weight(kernel, (p - centre) / widen))];
            double sum = taps.Sum();
            first[i] = low;
            shares[i] = [.. taps.Select(t => (float)(t / sum))];
        }
        return new ResampleTaps(first, shares);
    }

    public void Along(ReadOnlySpan<float> line, Span<float> into)
    {
        for (int i = 0; i < into.Length; i++)
        {
            float sum = 0;
            float[] shares = _shares[i];
            for (int k = 0; k < shares.Length; k++) sum += shares[k] * line[_first[i] + k];
            into[i] = sum;
        }
    }

    /// <summary>Row <paramref name="index"/> from rows that begin with source row <see cref="Begin"/>.</summary>
    public void Down(ReadOnlySpan<float> rows, int width, int index, Span<float> into)
    {
        into.Clear();
        float[] shares = _shares[index];
        for (int k = 0; k < shares.Length; k++)
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(rows.Slice((_first[index] + k - Begin) * width, width), shares[k], into,
                into);
    }

    // In source pixels where nothing is widened.
    static double Support(ResampleKernel kernel) =>
        kernel switch { ResampleKernel.Bicubic => 2, ResampleKernel.Lanczos => 3, ResampleKernel.Box => 0.5, _ => 1 };

    static double Weight(ResampleKernel kernel, double x)
    {
        x = Math.Abs(x);
        return kernel switch
        {
            ResampleKernel.Bicubic => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0,
            ResampleKernel.Bilinear => Math.Max(0, 1 - x),
            ResampleKernel.Box => x <= 0.5 ? 1 : 0,
            ResampleKernel.Hamming => x < 1 ? Sinc(x) * (0.54 + 0.46 * Math.Cos(Math.PI * x)) : 0,
            _ => x < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        };
    }

    static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
