using Alignment.Transforms.Images;

namespace Alignment.MLNet.Audit;

/// <summary>The perceptual hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), §3.2.1: luminance
/// at 32 x 32, its discrete cosine transform, and for each of the 8 x 8 lowest frequencies after the first row and column whether it is
/// above their median. Alike pictures have alike hashes whatever their size, compression and brightness; colour is not seen. (His mean
/// filter before shrinking is what area averaging does already.)</summary>
static class PictureHash
{
    const int Side = 32, Frequencies = 8;
    public const int Bits = Frequencies * Frequencies;
    static readonly double[] s_cosines = Cosines();

    /// <summary>The hash, and the standard deviation of the luminance at 32 x 32 in levels of 255: where that is near 0 the hash is
    /// noise.</summary>
    public static ulong Of(RgbPicture picture, out double spread)
    {
        Span<float> grey = stackalloc float[Side * Side];
        PictureResize.Interleaved<byte>(picture.Pixels, 3, picture.Height, picture.Width, divisor: 1f, grey: true, grey, Side, Side,
            ResizeFilter.AreaOrBilinear);
        double sum = 0, squares = 0;
        foreach (float g in grey)
        {
            sum += g;
            squares += (double)g * g;
        }
        spread = Math.Sqrt(Math.Max(0, squares / grey.Length - sum / grey.Length * (sum / grey.Length)));

        // Rows first, then columns: [y, u], then [v, u].
        Span<double> rows = stackalloc double[Side * Frequencies], low = stackalloc double[Bits], sorted = stackalloc double[Bits];
        for (int y = 0; y < Side; y++)
            for (int u = 0; u < Frequencies; u++)
            {
                double s = 0;
                for (int x = 0; x < Side; x++) s += grey[y * Side + x] * s_cosines[u * Side + x];
                rows[y * Frequencies + u] = s;
            }
        for (int v = 0; v < Frequencies; v++)
            for (int u = 0; u < Frequencies; u++)
            {
                double s = 0;
                for (int y = 0; y < Side; y++) s += rows[y * Frequencies + u] * s_cosines[v * Side + y];
                low[v * Frequencies + u] = s;
            }
        low.CopyTo(sorted);
        sorted.Sort();
        double median = (sorted[Bits / 2 - 1] + sorted[Bits / 2]) / 2;

        // Neighbouring frequencies go to different bands of the index, so that no band is all smooth or all fine.
        ulong hash = 0;
        for (int i = 0; i < Bits; i++)
            if (low[i] > median) hash |= 1UL << (i % HashIndex.Bands * HashIndex.BandBits + i / HashIndex.Bands);
        return hash;
    }

    // cos(π (2x + 1) f / 2n) for frequencies 1 to 8; a common factor does not change what is above the median.
    static double[] Cosines()
    {
        double[] cosines = new double[Frequencies * Side];
        for (int f = 0; f < Frequencies; f++)
            for (int x = 0; x < Side; x++) cosines[f * Side + x] = Math.Cos(Math.PI * (2 * x + 1) * (f + 1) / (2 * Side));
        return cosines;
    }
}
