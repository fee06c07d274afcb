namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>Tells one scene in two lights from two scenes. Whatever a lamp, an exposure or a tone curve does, the one luminance is a rising
/// function of the other, also where parts drown in black or white. How much of it is one is the correlation ratio (Pearson): variance
/// between the means of classes of equal luminance ÷ variance.</summary>
static class OtherLight
{
    // A straight line that explains this much of the brightness needs no further look: gain, offset, a fade half-way.
    const double Straight = 0.85;
    // A bent one is asked to explain more, since it can bend: two shots with bright above and dark below reach 0.85.
    const double Bent = 0.92;
    // … and to rise: a negative is another picture.
    const double Rising = 0.5;
    const int Classes = 64;

    // Whether two pictures, neither of one colour, are one scene whose light changed.
    public static bool IsOneScene(SmallPicture a, SmallPicture b) => PictureDifference.Structure(a, b) > Straight || IsBent(a, b);

    // Whether the brightness of the one is a rising function of the other's, however bent.
    public static bool IsBent(SmallPicture a, SmallPicture b) =>
        PictureDifference.Structure(a, b) > Rising && Math.Max(Ratio(a, b), Ratio(b, a)) > Bent;

    // The part of b's luminance that a's tells, 0..1; 0 where b has no contrast.
    internal static double Ratio(SmallPicture a, SmallPicture b)
    {
        Span<long> counts = stackalloc long[Classes], sums = stackalloc long[Classes];
        counts.Clear();
        sums.Clear();
        var (top, bottom, left, right) = PictureDifference.Inside(a, b);
        long sum = 0, squares = 0;
        for (int row = top; row <= bottom; row++)
        {
            for (int i = row * a.Width + left, end = i + right - left; i <= end; i++)
            {
                int c = a.Planes[i] * Classes / 256, y = b.Planes[i];
                counts[c]++;
                sums[c] += y;
                sum += y;
                squares += y * y;
            }
        }
        double n = PictureDifference.Area(a, b), mean = sum * (double)sum / n, between = -mean;
        for (int c = 0; c < Classes; c++)
            if (counts[c] > 0) between += sums[c] * (double)sums[c] / counts[c];
        return squares - mean < n ? 0 : between / (squares - mean);
    }
}
