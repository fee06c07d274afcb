namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>Pictures that show through one another are fainter than each by itself: Var((1 − w)a + wb) = (1 − w)Var a + wVar b − w(1 −
/// w)Var(b − a). The last term is what a blend loses, whatever moves within the two shots; a move or a wipe loses none of it, however well
/// a blend happens to fit its pixels.</summary>
static class BlendContrast
{
    // How much of the loss the frames between two pictures really have: about 1 in a dissolve and a fade, 0 in a move or a wipe.
    public static double LossShare(PictureRing ring, long before, long after, ReadOnlySpan<double> weights)
    {
        SmallPicture a = ring[before], b = ring[after];
        double va = Variance(a, a, a, b), vb = Variance(b, b, a, b), apart = va + vb - 2 * Variance(a, b, a, b), lost = 0, expected = 0;
        for (int i = 0; i < after - before - 1; i++)
        {
            double w = Math.Clamp(weights[i], 0, 1);
            var f = ring[before + 1 + i];
            lost += (1 - w) * va + w * vb - Variance(f, f, a, b);
            expected += w * (1 - w) * apart;
        }
        return expected > 0 ? lost / expected : 0;
    }

    // Covariance of two pictures' values, three planes added up, inside the bars of the pictures a and b.
    static double Variance(SmallPicture p, SmallPicture q, SmallPicture a, SmallPicture b)
    {
        var (top, bottom, left, right) = PictureDifference.Inside(a, b);
        double n = PictureDifference.Area(a, b), total = 0;
        for (int plane = 0; plane < 3; plane++)
        {
            long sp = 0, sq = 0, spq = 0;
            for (int row = top; row <= bottom; row++)
            {
                for (int i = plane * p.Count + row * p.Width + left, end = i + right - left; i <= end; i++)
                {
                    int x = p.Planes[i], y = q.Planes[i];
                    sp += x;
                    sq += y;
                    spq += x * y;
                }
            }
            total += (spq - sp * (double)sq / n) / n;
        }
        return total;
    }
}
