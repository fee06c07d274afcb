using System.Buffers;
using Alignment.Transforms.Images;

namespace Alignment.Transforms.Attention.Saliency;

/// <summary>
/// Spectral residual: what a picture's log spectrum has beyond its own local average is unexpected, and draws the eye.
/// Hou and Zhang, "Saliency detection: a spectral residual approach" (CVPR 2007), with the choices of OpenCV's
/// <c>StaticSaliencySpectralResidual</c>.
/// </summary>
sealed class SpectralResidual : ISaliencyPredictor
{
    const int Side = Fourier64.Side, Length = Fourier64.Length;

    /// <summary>
    /// |F| below this is the transform's rounding (1e-9 of the largest there can be, 64 · 64 · 255) and has no phase: only drawn pictures
    /// get there.
    /// </summary>
    const double LeastAmplitude = 1e-6;

    // exp(−x² / (2 · 8²)) for x = −2 … 2, normalised: OpenCV's 5x5 Gaussian of sigma 8.
    static readonly double[] s_gaussian = Gaussian();

    public string Name => "spectral_residual";

    public void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map)
    {
        SaliencyPredictors.CheckSize(rgb, width, height, map);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(width * height);
        double[] doubles = ArrayPool<double>.Shared.Rent(4 * Length);
        float[] floats = ArrayPool<float>.Shared.Rent(Length);
        try
        {
            Span<byte> grey = bytes.AsSpan(0, width * height), small = stackalloc byte[Length];
            GreyPicture.Of(rgb, grey);
            GreyPicture.Resize(grey, width, height, small, Side, Side);
            Span<float> found = floats.AsSpan(0, Length);
            if (!small.ContainsAnyExcept(small[0]) || !Residual(small, doubles, found))
            {
                map.Clear();
                return;
            }
            PictureResize.Planes(found, 1, Side, Side, map, height, width, ResizeFilter.Bilinear);
            // The two weights of a pixel may add up to a hair more than 1.
            foreach (ref float a in map) a = Math.Min(a, 1f);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<double>.Shared.Return(doubles);
            ArrayPool<float>.Shared.Return(floats);
        }
    }

    // The map of 64x64 grey levels; false where it would be zero.
    static bool Residual(ReadOnlySpan<byte> small, double[] room, Span<float> found)
    {
        Span<double> re = room.AsSpan(0, Length), im = room.AsSpan(Length, Length), mean = room.AsSpan(2 * Length, Length),
            spare = room.AsSpan(3 * Length, Length);
        // 1. F, transposed, which the symmetric steps 2 and 3 do not notice and step 4 undoes.
        for (int i = 0; i < Length; i++) (re[i], im[i]) = (small[i], 0);
        Fourier64.Transform(re, im, inverse: false);

        // 2. L = ln(1 + |F|) and its mean over 3x3. The paper has ln|F|; OpenCV's 1 + keeps a frequency that is all but absent, whose
        // logarithm would be that of the last grey level's rounding, from lifting its eight neighbours: of 8-bit levels |F| is known to
        // about 18.
        for (int i = 0; i < Length; i++) mean[i] = Math.Log(1 + Amplitude(re[i], im[i]));
        Blur(mean, spare, [1 / 3.0, 1 / 3.0, 1 / 3.0]);

        // 3. exp(L − mean L) e^{i arg F} = F (1 + |F|) / |F| · exp(−mean L): no angle needed.
        for (int i = 0; i < Length; i++)
        {
            double amplitude = Amplitude(re[i], im[i]), f = amplitude > 0 ? Math.Exp(-mean[i]) * (1 + amplitude) / amplitude : 0;
            (re[i], im[i]) = (re[i] * f, im[i] * f);
        }

        // 4. Back to a picture: magnitude, blurred, squared, 1 at its largest.
        Fourier64.Transform(re, im, inverse: true);
        for (int i = 0; i < Length; i++) re[i] = Math.Sqrt(re[i] * re[i] + im[i] * im[i]);
        Blur(re, spare, s_gaussian);
        double largest = 0;
        for (int i = 0; i < Length; i++) largest = Math.Max(largest, re[i] *= re[i]);
        if (!(largest > 0)) return false;
        for (int i = 0; i < Length; i++) found[i] = (float)(re[i] / largest);
        return true;
    }

    static double Amplitude(double re, double im) => Math.Sqrt(re * re + im * im) is var a && a >= LeastAmplitude ? a : 0;

    // Both axes, in place; the border is reflected without repeating the edge.
    static void Blur(Span<double> values, Span<double> spare, ReadOnlySpan<double> kernel)
    {
        int reach = kernel.Length / 2;
        Span<double> padded = stackalloc double[Side + kernel.Length - 1];
        for (int y = 0; y < Side; y++)
        {
            Span<double> row = values.Slice(y * Side, Side), to = spare.Slice(y * Side, Side);
            row.CopyTo(padded[reach..]);
            for (int k = 1; k <= reach; k++) (padded[reach - k], padded[reach + Side - 1 + k]) = (row[k], row[Side - 1 - k]);
            for (int x = 0; x < Side; x++)
            {
                double sum = 0;
                for (int k = 0; k < kernel.Length; k++) sum += kernel[k] * padded[x + k];
                to[x] = sum;
            }
        }
        values.Clear();
        for (int y = 0; y < Side; y++)
        {
            Span<double> to = values.Slice(y * Side, Side);
            for (int k = 0; k < kernel.Length; k++)
            {
                Span<double> from = spare.Slice(Reflected.At(y + k - reach, Side) * Side, Side);
                for (int x = 0; x < Side; x++) to[x] += kernel[k] * from[x];
            }
        }
    }

    static double[] Gaussian()
    {
        double[] kernel = [.. Enumerable.Range(-2, 5).Select(x => Math.Exp(-x * x / (2.0 * 8 * 8)))];
        double sum = kernel.Sum();
        return [.. kernel.Select(k => k / sum)];
    }
}
