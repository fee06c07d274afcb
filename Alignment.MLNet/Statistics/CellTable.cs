namespace Alignment.MLNet.Statistics;

/// <summary>A metric's sums per video and variant: all that the models with videos need, collected in one pass. Memory grows with the
/// number of videos times variants, never with rows; tables of parts of the data can be merged.</summary>
sealed class CellTable
{
    readonly Dictionary<string, int> _videos = new(StringComparer.Ordinal);
    readonly List<SampleAccumulator[]> _cells = [];

    /// <param name="variants">Number of variants; 0 is the baseline.</param>
    public CellTable(int variants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(variants, 1);
        Variants = variants;
    }

    // Columns of the table; 0 is the baseline.
    public int Variants { get; }

    public int Videos => _cells.Count;

    public void Add(string video, int variant, double value) => Row(video)[variant].Add(value);

    public void Merge(CellTable other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Variants, Variants);
        foreach (var (video, at) in other._videos)
        {
            SampleAccumulator[] row = Row(video);
            for (int v = 0; v < Variants; v++) row[v].Merge(other._cells[at][v]);
        }
    }

    /// <summary>Takes in a video that has no row here yet, and needs no name, because nothing will be merged: its cells, one per
    /// variant.</summary>
    internal void AddVideo(ReadOnlySpan<SampleAccumulator> cells) => _cells.Add(cells.ToArray());

    internal SampleAccumulator this[int video, int variant] => _cells[video][variant];

    internal CellTable WithoutVariants()
    {
        var merged = new CellTable(1);
        foreach (SampleAccumulator[] cells in _cells)
        {
            var row = new SampleAccumulator[1];
            foreach (SampleAccumulator cell in cells) row[0].Merge(cell);
            merged._cells.Add(row);
        }
        return merged;
    }

    internal (Sample[] Variants, double Squares) Totals(string model)
    {
        var sums = new SampleAccumulator[Variants];
        foreach (SampleAccumulator[] row in _cells)
            for (int v = 0; v < Variants; v++) sums[v].Merge(row[v]);
        for (int v = 0; v < Variants; v++) Checks.Sample(model, v == 0 ? "the baseline" : $"variant {Checks.Text(v)}", sums[v].Sample,
            least: 1);
        double n = sums.Sum(s => (double)s.Sample.N);
        if (Videos < 2 || n <= Variants)
            throw BadDataException.For(model,
                $"{Checks.Text(Videos)} videos with {Checks.Text(n)} rows of {Checks.Text(Variants)} variants",
                "two videos or more, and more rows than variants", "Collect more data.");
        return ([.. sums.Select(s => s.Sample)], sums.Sum(s => s.Squares));
    }

    SampleAccumulator[] Row(string video)
    {
        if (_videos.TryGetValue(video, out int at)) return _cells[at];
        _videos.Add(video, _cells.Count);
        var row = new SampleAccumulator[Variants];
        _cells.Add(row);
        return row;
    }
}
