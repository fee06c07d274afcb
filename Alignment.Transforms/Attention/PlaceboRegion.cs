namespace Alignment.Transforms.Attention;

/// <summary>
/// Finds where a matched placebo acts: among shifts of the mask inside the frame that touch no product, have attention that the change can
/// move and leave at least a third of the background's outside, the one whose Σ A is closest to the product's. Candidates are <see
/// cref="Draws"/> shifts drawn by seed and scene; where few fit, every shift is tried. Where none exists, the place with the largest usable
/// part is taken, and its coverage says how much that is.
/// </summary>
static class PlaceboRegion
{
    // Shifts drawn per scene.
    public const int Draws = 512;

    // Of the background's attention: a boost of 1.5 can just be paid from the rest.
    const double LargestPart = 2 / 3.0;

    // Moving a smaller part of a place's attention is rounding of the running sums: the place is saturated.
    const double LeastChange = 1e-9;

    // With fewer fitting draws every shift is tried.
    const int EnoughDraws = 16;

    // Places per axis of the first look for a partial place.
    const int CoarsePlaces = 96;

    // Look-ups of that first look: half a second. A mask like noise gets a coarser one.
    const double CoarseLookUps = 1e8;

    const int FewestPlaces = 16;

    /// <summary>
    /// Maps are [H,W] in 0..1, product above 0; <paramref name="seed"/> and <paramref name="sceneId"/> decide the draws, <paramref
    /// name="alpha"/> which places are saturated.
    /// </summary>
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

    // Returns how many drawn shifts fit.
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

    // A coarse grid of all shifts that leave anything in the frame, then ever smaller steps around the best.
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

    // Largest usable area first, then the attention closest to the product's; the earlier of equals.
    struct Best(MaskRuns runs)
    {
        int _area;
        double _difference = double.PositiveInfinity;

        public readonly bool Found => _area > 0;

        public PlaceboPlacement Placement { get; private set; }

        // False when a place can never do.
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
