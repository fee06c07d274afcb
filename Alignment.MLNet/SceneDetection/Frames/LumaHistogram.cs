using System.Runtime.Intrinsics;

namespace Alignment.MLNet.SceneDetection.Frames;

// The 128-bin histogram of OpenCV's 8-bit Y, and how two of them correlate.
sealed class LumaHistogram
{
    // Of 0..255, two values a bin.
    public const int Bins = 128;

    // 0.114, 0.587 and 0.299 in 14 bits.
    const double SmallestSpread = 2.220446049250313e-16;   // C's DBL_EPSILON
    const int OfBlue = 1868, OfGreen = 9617, OfRed = 4899, Shift = 14;

    readonly int[] _counts = new int[4 * Bins];
    readonly float[] _unit = new float[Bins];

    public void Count(byte[] blue, byte[] green, byte[] red, int count)
    {
        Array.Clear(_counts);
        Span<int> bins = stackalloc int[8];
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            var y = (Eight(ref blue[i]) * OfBlue + Eight(ref green[i]) * OfGreen + Eight(ref red[i]) * OfRed
                + Vector256.Create(1 << (Shift - 1))) >> (Shift + 1);
            y.CopyTo(bins);
            // Four tables, so that equal neighbours do not wait for each other.
            _counts[bins[0]]++;
            _counts[Bins + bins[1]]++;
            _counts[2 * Bins + bins[2]]++;
            _counts[3 * Bins + bins[3]]++;
            _counts[bins[4]]++;
            _counts[Bins + bins[5]]++;
            _counts[2 * Bins + bins[6]]++;
            _counts[3 * Bins + bins[7]]++;
        }
        for (; i < count; i++) _counts[(blue[i] * OfBlue + green[i] * OfGreen + red[i] * OfRed + (1 << (Shift - 1))) >> (Shift + 1)]++;

        double squares = 0;
        for (int b = 0; b < Bins; b++)
        {
            _counts[b] += _counts[Bins + b] + _counts[2 * Bins + b] + _counts[3 * Bins + b];
            squares += (double)_counts[b] * _counts[b];
        }
        double scale = 1 / Math.Sqrt(squares);
        for (int b = 0; b < Bins; b++) _unit[b] = (float)(_counts[b] * scale);
    }

    // Pearson's correlation of the bins, −1..1; 1 where one of them has no spread.
    public double Correlation(LumaHistogram other)
    {
        double s1 = 0, s2 = 0, s11 = 0, s22 = 0, s12 = 0;
        for (int b = 0; b < Bins; b++)
        {
            double p = _unit[b], q = other._unit[b];
            s1 += p;
            s2 += q;
            s11 += p * p;
            s22 += q * q;
            s12 += p * q;
        }
        double spread = (s11 - s1 * s1 / Bins) * (s22 - s2 * s2 / Bins);
        return Math.Abs(spread) > SmallestSpread ? (s12 - s1 * s2 / Bins) / Math.Sqrt(spread) : 1;
    }

    static Vector256<int> Eight(ref byte from)
    {
        var words = Vector128.WidenLower(Vector128.LoadUnsafe(ref from));
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }
}
