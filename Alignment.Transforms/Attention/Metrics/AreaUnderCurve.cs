namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// AUC-Judd: how well the prediction tells fixated pixels from others, as the area under a ROC curve; 0.5 is chance, 1 perfect. Thresholds
/// are the values at fixations, largest first; true positives are the fixations at or above, false positives the pixels without any
/// fixation at or above; the curve begins at (0,0), ends at (1,1), and is joined by straight lines (Judd, Ehinger, Durand and Torralba,
/// "Learning to predict where humans look", ICCV 2009; the code of the MIT benchmark). That code breaks ties by random jitter first, which
/// no second program can repeat: here there is none.
/// </summary>
static class AreaUnderCurve
{
    /// <summary>The area; 0.5 for a constant prediction, NaN without fixations or without any pixel to tell them from.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x; one that occurs twice counts twice.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Judd(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations)
    {
        MapStatistics.Check(predicted, fixations);
        bool[] fixated = new bool[predicted.Length];
        float[] at = new float[fixations.Length];
        for (int i = 0; i < at.Length; i++) (at[i], fixated[fixations[i]]) = (predicted[fixations[i]], true);
        float[] others = new float[fixated.AsSpan().Count(false)];
        if (at.Length == 0 || others.Length == 0) return double.NaN;
        for (int i = 0, n = 0; i < fixated.Length; i++)
            if (!fixated[i]) others[n++] = predicted[i];
        MapStatistics.Sort(at);
        MapStatistics.Sort(others);

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
}
