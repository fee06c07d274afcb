namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// AUC: how well the prediction tells fixated pixels from others, as the area under a ROC curve; 0.5 is chance, 1 perfect. The kinds differ
/// in what the others are and where the curve has points: see each. A fixation that occurs twice counts twice. Without fixations, or
/// without any pixel to tell them from, there is no area: NaN. A constant prediction has 0.5.
/// </summary>
public static class AreaUnderCurve
{
    /// <summary>
    /// AUC-Judd: thresholds at the values at fixations, largest first; true positives are the fixations at or above, false positives the
    /// pixels without any fixation at or above; the curve begins at (0,0), ends at (1,1), and is joined by straight lines (Judd, Ehinger,
    /// Durand and Torralba, "Learning to predict where humans look", ICCV 2009; the code of the MIT benchmark). That code breaks ties by
    /// random jitter first, which no second program can repeat: here there is none.
    /// </summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Judd(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations)
    {
        if (!Split(predicted, fixations, fixatedToo: false, out float[] at, out float[] others)) return double.NaN;
        double area = 0, lastTrue = 0, lastFalse = 0;
        int below = others.Length;
        for (int i = at.Length - 1; i >= 0; i--)
        {
            if (i > 0 && at[i - 1] == at[i]) continue;   // one threshold for equal values, with all of them above it
            while (below > 0 && others[below - 1] >= at[i]) below--;
            double hit = (at.Length - i) / (double)at.Length, alarm = (others.Length - below) / (double)others.Length;
            area += (alarm - lastFalse) * (hit + lastTrue) / 2;
            (lastTrue, lastFalse) = (hit, alarm);
        }
        return area + (1 - lastFalse) * (1 + lastTrue) / 2;
    }

    /// <summary>P(p at a fixation &gt; p at any pixel) + ½ P(equal): the area with every pixel, fixated ones too, as the others (the chance
    /// of Mann and Whitney's test).</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Uniform(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations) =>
        Split(predicted, fixations, fixatedToo: true, out float[] at, out float[] others) ? Above(at, others) : double.NaN;

    /// <summary>The same with the pixels without any fixation as the others: what AUC-Judd comes to with a threshold at every
    /// value.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Unfixated(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations) =>
        Split(predicted, fixations, fixatedToo: false, out float[] at, out float[] others) ? Above(at, others) : double.NaN;

    /// <summary>Shuffled AUC: the others are pixels fixated in other pictures, repeats counted, so that a bias of all viewers to the middle
    /// earns nothing (Zhang, Tong, Marks, Shan and Cottrell, "SUN: A Bayesian framework for saliency using natural statistics", <i>Journal
    /// of Vision</i> 8(7):32, 2008).</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x.</param>
    /// <param name="elsewhere">Pixels of this map where other pictures were fixated.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Shuffled(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations, ReadOnlySpan<int> elsewhere)
    {
        MapStatistics.Check(predicted, "predicted map", nameof(predicted));
        MapStatistics.CheckFixations(predicted.Length, fixations);
        MapStatistics.CheckFixations(predicted.Length, elsewhere);
        if (fixations.IsEmpty || elsewhere.IsEmpty) return double.NaN;
        return Above(Sorted(predicted, fixations), Sorted(predicted, elsewhere));
    }

    static bool Split(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations, bool fixatedToo, out float[] at, out float[] others)
    {
        MapStatistics.Check(predicted, "predicted map", nameof(predicted));
        MapStatistics.CheckFixations(predicted.Length, fixations);
        at = Sorted(predicted, fixations);
        if (fixatedToo) others = predicted.ToArray();
        else
        {
            bool[] fixated = new bool[predicted.Length];
            foreach (int i in fixations) fixated[i] = true;
            others = new float[fixated.AsSpan().Count(false)];
            for (int i = 0, n = 0; i < fixated.Length; i++)
                if (!fixated[i]) others[n++] = predicted[i];
        }
        Array.Sort(others);
        return at.Length > 0 && others.Length > 0;
    }

    static float[] Sorted(ReadOnlySpan<float> predicted, ReadOnlySpan<int> pixels)
    {
        float[] values = new float[pixels.Length];
        for (int i = 0; i < values.Length; i++) values[i] = predicted[pixels[i]];
        Array.Sort(values);
        return values;
    }

    /// <summary>P(first &gt; second) + ½ P(equal), of sorted values.</summary>
    static double Above(float[] first, float[] second)
    {
        long halves = 0;   // twice the pairs won, plus the ties
        int less = 0, lessOrEqual = 0;
        foreach (float v in first)
        {
            while (less < second.Length && second[less] < v) less++;
            while (lessOrEqual < second.Length && second[lessOrEqual] <= v) lessOrEqual++;
            halves += less + lessOrEqual;
        }
        return halves / (2.0 * first.Length * second.Length);
    }
}
