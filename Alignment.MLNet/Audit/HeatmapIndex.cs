namespace Alignment.MLNet.Audit;

// The centre and the spread of a heatmap, attention-weighted means in picture sides.
readonly record struct HeatmapMoments(float X, float Y, float XX, float YY)
{
    public float Distance(HeatmapMoments other) =>
        Math.Max(Math.Max(Math.Abs(X - other.X), Math.Abs(Y - other.Y)), Math.Max(Math.Abs(XX - other.XX), Math.Abs(YY - other.YY)));
}

/// <summary>Finds heatmaps with nearly the same centre and spread without comparing all pairs: a grid over the four moments whose cells are
/// as wide as the allowed difference, so that every match lies in one of the 81 cells around.</summary>
sealed class HeatmapIndex(double cell)
{
    readonly Dictionary<(int, int, int, int), List<(int Id, HeatmapMoments Moments)>> _cells = [];

    public void Add(int id, HeatmapMoments moments)
    {
        var (x, y, xx, yy) = Cell(moments);
        if (!_cells.TryGetValue((x, y, xx, yy), out var there)) _cells[(x, y, xx, yy)] = there = [];
        there.Add((id, moments));
    }

    /// <summary>The lowest id whose moments are each within a cell's width and that <paramref name="accept"/> takes; −1 where there is
    /// none.</summary>
    public int Lowest(HeatmapMoments moments, Func<int, bool> accept)
    {
        int best = int.MaxValue;
        var (x, y, xx, yy) = Cell(moments);
        for (int a = -1; a <= 1; a++)
            for (int b = -1; b <= 1; b++)
                for (int c = -1; c <= 1; c++)
                    for (int d = -1; d <= 1; d++)
                    {
                        if (!_cells.TryGetValue((x + a, y + b, xx + c, yy + d), out var there)) continue;
                        foreach (var (id, other) in there)
                        {
                            if (id >= best) break;
                            if (moments.Distance(other) > cell || !accept(id)) continue;
                            best = id;
                            break;
                        }
                    }
        return best == int.MaxValue ? -1 : best;
    }

    (int, int, int, int) Cell(HeatmapMoments m) => ((int)(m.X / cell), (int)(m.Y / cell), (int)(m.XX / cell), (int)(m.YY / cell));
}
