namespace Alignment.Transforms.Attention;

/// <summary>
/// Finds where a matched placebo acts: the product's own mask, shifted to background that viewers look at about as much.
/// <para>
/// Criterion: among places inside the frame that do not touch the product, have attention that the change can move (not all of it at 1
/// already) and leave at least a third of the background's attention outside (someone must pay), the one whose Σ A is closest to the
/// product's, so that multiplying it moves about as much attention as multiplying the product does. The candidates are <see cref="Draws"/>
/// shifts drawn by seed and scene; where few of them fit (big or awkward products), every shift is tried, so a place that exists is found.
/// Where none exists, the place with the largest usable part is taken (attention again deciding between equals) and its coverage says how
/// much that is.
/// </para>
/// </summary>
public static class PlaceboRegion
{
    /// <summary>Shifts drawn per scene.</summary>
    public const int Draws = 512;

    /// <summary>Largest part of the background's attention a region may hold: a boost of 1.5 can just be paid from the rest.</summary>
    const double LargestPart = 2 / 3.0;

    /// <summary>Less than this part of a place's attention moved is rounding of the running sums: the place is saturated.</summary>
    const double LeastChange = 1e-9;

    /// <summary>With fewer fitting draws than this every shift is tried.</summary>
    const int EnoughDraws = 16;

    /// <summary>Places per axis of the first, coarse look for a partial place; refined around the best one.</summary>
    const int CoarsePlaces = 96;

    /// <summary>Look-ups of that first look: half a second. A mask like noise has a hundred thousand runs and gets a coarser one.</summary>
    const double CoarseLookUps = 1e8;

    const int FewestPlaces = 16;

    /// <summary>Finds the region of one scene.</summary>
    /// <param name="attention">A [H,W], in 0..1.</param>
    /// <param name="mask">M [H,W]; every value above 0 counts as product.</param>
    /// <param name="width">W.</param>
    /// <param name="height">H.</param>
    /// <param name="seed">Any value; with <paramref name="sceneId"/> it decides the draws.</param>
    /// <param name="sceneId">Keys the draws, so that a scene's placebo does not depend on which others there are.</param>
    /// <param name="alpha">What the region will be multiplied with: a place that is saturated already cannot be boosted.</param>
    /// <exception cref="ArgumentException">A map is not W × H, or a value is not in 0..1.</exception>
    public static PlaceboPlacement Find(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, int width, int height, ulong seed, string sceneId,
        double alpha = Variant.BoostAlpha)
    {
        AttentionMaps.CheckAlpha(alpha);
        AttentionMaps.CheckSize(attention, width, height);
        AttentionMaps.Check(attention, mask);
        using var runs = new MaskRuns(attention, mask, width, height, alpha == 1 ? Variant.BoostAlpha : alpha);
        if (runs.Area == 0 || runs.Area == attention.Length) return PlaceboPlacement.None(runs.Attention);

        var best = new Best(runs);
        if (Drawn(runs, width, height, seed, sceneId, ref best) < EnoughDraws) Everywhere(runs, width, height, ref best);
        if (!best.Found) Partly(runs, width, height, ref best);
        return best.Found ? best.Placement : PlaceboPlacement.None(runs.Attention);
    }

    /// <summary>Tries the drawn shifts; returns how many fit.</summary>
    static int Drawn(MaskRuns runs, int width, int height, ulong seed, string sceneId, ref Best best)
    {
        double[] draws = new double[2 * Draws];
        SeededNormal.FillUniform(draws, seed, sceneId + "/placebo");
        int columns = width - (runs.Right - runs.Left), rows = height - (runs.Bottom - runs.Top), fit = 0;
        for (int i = 0; i < draws.Length; i += 2)
        {
            int dx = (int)(draws[i] * columns) - runs.Left, dy = (int)(draws[i + 1] * rows) - runs.Top;
            if (runs.IsFree(dx, dy) && best.Offer(dx, dy)) fit++;
        }
        return fit;
    }

    static void Everywhere(MaskRuns runs, int width, int height, ref Best best)
    {
        for (int dy = -runs.Top; dy < height - runs.Bottom; dy++)
            for (int dx = -runs.Left; dx < width - runs.Right; dx++)
                if (runs.IsFree(dx, dy)) best.Offer(dx, dy);
    }

    /// <summary>A coarse grid of all shifts that leave anything in the frame, then ever smaller steps around the best.</summary>
    static void Partly(MaskRuns runs, int width, int height, ref Best best)
    {
        int places = (int)Math.Clamp(Math.Sqrt(CoarseLookUps / runs.Count), FewestPlaces, CoarsePlaces);
        int stepX = Math.Max(1, 2 * width / places), stepY = Math.Max(1, 2 * height / places);
        // Every other row is one off, or a mask with a pattern would be met in one phase only.
        for (int dy = 1 - height, row = 0; dy < height; dy += stepY, row++)
            for (int dx = 1 - width + (row & 1); dx < width; dx += stepX) best.Offer(dx, dy);
        while (best.Found && (stepX > 1 || stepY > 1))
        {
            (stepX, stepY) = (Math.Max(1, stepX / 2), Math.Max(1, stepY / 2));
            var (x, y) = (best.Placement.Dx, best.Placement.Dy);
            for (int j = -1; j <= 1; j++)
                for (int i = -1; i <= 1; i++) best.Offer(x + i * stepX, y + j * stepY);
        }
    }

    /// <summary>The best place so far: largest usable area first, then the attention closest to the product's; the earlier of
    /// equals.</summary>
    struct Best(MaskRuns runs)
    {
        int _area;
        double _difference = double.PositiveInfinity;

        public readonly bool Found => _area > 0;

        public PlaceboPlacement Placement { get; private set; }

        /// <summary>Considers a place; false when it can never do.</summary>
        public bool Offer(int dx, int dy)
        {
            var (area, attention, change) = runs.Measure(dx, dy);
            // nothing to boost, or nobody to pay
            if (!(attention > 0 && attention <= runs.BackgroundAttention * LargestPart)) return false;
            if (!(change > attention * LeastChange)) return false;                                       // nothing would move
            double difference = Math.Abs(attention - runs.Attention);
            if (area < _area || (area == _area && difference >= _difference)) return true;
            (_area, _difference) = (area, difference);
            Placement = new(dx, dy, (double)area / runs.Area, runs.Attention, attention);
            return true;
        }
    }
}
