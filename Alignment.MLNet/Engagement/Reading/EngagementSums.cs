using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>All that the analysis needs of the rows, collected in one pass: sums per variant, sums per video and variant, counts, and a
/// bounded number of values. Sums of parts of the data can be merged; merged in the parts' order they are the same bits whoever made the
/// parts.</summary>
sealed class EngagementSums
{
    readonly FieldPlan _plan;
    readonly int _variants;
    readonly int[] _metrics, _covariates;
    readonly (int Numerator, int Denominator)[] _ratios;
    readonly SampleAccumulator[] _sums;           // [variant, field]
    readonly PairAccumulator[] _pairs;            // [variant, metric], with a covariate
    readonly long[] _rows, _successes, _trials;   // [variant], [variant, ratio]
    readonly bool[] _fractional;                  // [metric]
    readonly NameTable _videos = new();
    readonly int _maxCells;
    SampleAccumulator[][] _cells;                 // [metric][video, variant]
    double[][] _counts;                           // [ratio][video, variant, 2]: denominator, numerator
    ulong[] _shown = [];                          // [video]: the variants it has rows of

    readonly AnalysisOptions _options;

    public EngagementSums(FieldPlan plan, AnalysisOptions options)
    {
        (_plan, _options, _variants, _maxCells) = (plan, options, options.Variants.Count, options.MaxCells);
        (_metrics, _covariates, _ratios) = ([.. plan.Metrics], [.. plan.Covariates], [.. plan.Ratios]);
        _sums = new SampleAccumulator[_variants * plan.Fields.Count];
        _pairs = new PairAccumulator[_variants * _metrics.Length];
        _rows = new long[_variants];
        _successes = new long[_variants * _ratios.Length];
        _trials = new long[_variants * _ratios.Length];
        _fractional = new bool[_metrics.Length];
        _cells = [.. _metrics.Select(_ => Array.Empty<SampleAccumulator>())];
        _counts = [.. _ratios.Select(_ => Array.Empty<double>())];
        Kept = [.. _metrics.Select(_ => new KeptValues(options.MaxValues))];
        Assigned = new(options.MaxUnits);
    }

    /// <summary>Empty sums for the rows that come next, which need not keep what these will not take. May be called while these are
    /// changed: what they have given up they never take up again, so that an older answer only costs work.</summary>
    public EngagementSums Next(EngagementSums? used)
    {
        EngagementSums next = used ?? new(_plan, _options);
        next.Clear();
        next.TooManyVideos = TooManyVideos;
        next.Assigned.LimitTo(Assigned.Limit);
        for (int m = 0; m < Kept.Length; m++) next.Kept[m].LimitTo(Kept[m].Limit);
        return next;
    }

    void Clear()
    {
        Array.Clear(_rows);
        Array.Clear(_sums);
        Array.Clear(_pairs);
        Array.Clear(_successes);
        Array.Clear(_trials);
        Array.Clear(_fractional);
        foreach (SampleAccumulator[] cells in _cells) Array.Clear(cells, 0, _videos.Count * _variants);
        foreach (double[] counts in _counts) Array.Clear(counts, 0, 2 * _videos.Count * _variants);
        Array.Clear(_shown, 0, _videos.Count);
        _videos.Clear();
        Hashes.Clear();
        Assigned.Clear();
        foreach (KeptValues kept in Kept) kept.Clear();
    }

    public FieldPlan Plan => _plan;
    public KeptValues[] Kept { get; }
    public List<ulong> Hashes { get; } = [];
    public UnitSample Assigned { get; }
    public bool TooManyVideos { get; private set; }

    public long Rows(int variant) => _rows[variant];

    public Sample Sample(int variant, int field) => _sums[variant * _plan.Fields.Count + field].Sample;

    public PairAccumulator Pair(int variant, int metric) => _pairs[variant * _metrics.Length + metric];

    public bool Fractional(int metric) => _fractional[metric];

    public CountPair Counts(int variant, int ratio) =>
        new(_successes[variant * _ratios.Length + ratio], _trials[variant * _ratios.Length + ratio]);

    // Different videos, of all variants (−1) or one.
    public long Videos(int variant = -1)
    {
        long videos = 0;
        for (int i = 0; i < _videos.Count; i++)
            if (variant < 0 || (_shown[i] & 1UL << variant) != 0) videos++;
        return videos;
    }

    public UnitCounts VideoCounts()
    {
        var counts = new UnitCounter(_variants);
        for (int i = 0; i < _videos.Count; i++) counts.Add(_shown[i]);
        return counts.Made(exact: true);
    }

    /// <param name="video">Its id, UTF-8.</param>
    /// <param name="values">One per field; NaN is missing.</param>
    public void Add(ReadOnlySpan<byte> video, int variant, ReadOnlySpan<double> values, ulong key)
    {
        _rows[variant]++;
        int unit = TooManyVideos ? -1 : Unit(video);
        if (unit >= 0) _shown[unit] |= 1UL << variant;
        for (int f = 0; f < values.Length; f++)
            if (!double.IsNaN(values[f])) _sums[variant * values.Length + f].Add(values[f]);
        for (int m = 0; m < _metrics.Length; m++)
        {
            double value = values[_metrics[m]];
            if (double.IsNaN(value)) continue;
            if (unit >= 0) _cells[m][unit * _variants + variant].Add(value);
            _fractional[m] |= value != Math.Floor(value);
            Kept[m].Add(value, variant, key);
            if (_covariates[m] >= 0 && !double.IsNaN(values[_covariates[m]])) _pairs[variant * _metrics.Length + m]
                .Add(values[_covariates[m]], value);
        }
        for (int r = 0; r < _ratios.Length; r++)
        {
            double y = values[_ratios[r].Numerator], x = values[_ratios[r].Denominator];
            if (double.IsNaN(x) || double.IsNaN(y)) continue;
            _successes[variant * _ratios.Length + r] += (long)y;
            _trials[variant * _ratios.Length + r] += (long)x;
            if (unit < 0) continue;
            _counts[r][2 * (unit * _variants + variant)] += x;
            _counts[r][2 * (unit * _variants + variant) + 1] += y;
        }
    }

    public void Merge(EngagementSums next)
    {
        for (int i = 0; i < _rows.Length; i++) _rows[i] += next._rows[i];
        Assigned.Merge(next.Assigned);
        for (int i = 0; i < _sums.Length; i++) _sums[i].Merge(next._sums[i]);
        for (int i = 0; i < _pairs.Length; i++) _pairs[i].Merge(next._pairs[i]);
        for (int i = 0; i < _successes.Length; i++)
        {
            _successes[i] += next._successes[i];
            _trials[i] += next._trials[i];
        }
        for (int m = 0; m < _metrics.Length; m++)
        {
            _fractional[m] |= next._fractional[m];
            Kept[m].Merge(next.Kept[m]);
        }
        if (next.TooManyVideos) GiveUpVideos();
        for (int u = 0; !TooManyVideos && u < next._videos.Count; u++)
        {
            int unit = Unit(next._videos[u]);
            if (unit < 0) break;
            _shown[unit] |= next._shown[u];
            for (int m = 0; m < _metrics.Length; m++)
                for (int v = 0; v < _variants; v++) _cells[m][unit * _variants + v].Merge(next._cells[m][u * _variants + v]);
            for (int r = 0; r < _ratios.Length; r++)
                for (int i = 0; i < 2 * _variants; i++) _counts[r][2 * unit * _variants + i] += next._counts[r][2 * u * _variants + i];
        }
    }

    public CellTable Cells(int metric, IReadOnlyList<int> variants)
    {
        var table = new CellTable(variants.Count);
        var row = new SampleAccumulator[variants.Count];
        for (int u = 0; u < _videos.Count; u++)
        {
            bool any = false;
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = _cells[metric][u * _variants + variants[i]];
                any |= row[i].Sample.N > 0;
            }
            if (any) table.AddVideo(row);
        }
        return table;
    }

    public List<double> PairedDifferences(int metric, int variant, int baseline)
    {
        List<double> differences = [];
        for (int u = 0; u < _videos.Count; u++)
        {
            Sample first = _cells[metric][u * _variants + variant].Sample, second = _cells[metric][u * _variants + baseline].Sample;
            if (first.N > 0 && second.N > 0) differences.Add(first.Mean - second.Mean);
        }
        return differences;
    }

    public PairSample CountsByVideo(int ratio, int variant)
    {
        var pairs = new PairAccumulator();
        for (int u = 0; u < _videos.Count; u++)
        {
            int at = 2 * (u * _variants + variant);
            if (_counts[ratio][at] > 0) pairs.Add(_counts[ratio][at], _counts[ratio][at + 1]);
        }
        return pairs.Sample;
    }

    public IEnumerable<(string Video, SampleAccumulator[] Cells)> CellsByVideo(int metric)
    {
        for (int u = 0; u < _videos.Count; u++)
            yield return (System.Text.Encoding.UTF8.GetString(_videos[u]), _cells[metric][(u * _variants)..((u + 1) * _variants)]);
    }

    // The video's position, its cells made; −1 where there are too many.
    int Unit(ReadOnlySpan<byte> video)
    {
        int unit = _videos.Add(video);
        if (unit < _shown.Length) return unit;
        long cells = (unit + 1L) * _variants * Math.Max(1, _metrics.Length + _ratios.Length);
        if (cells > _maxCells)
        {
            GiveUpVideos();
            return -1;
        }
        int size = Math.Max(16, 2 * _shown.Length);
        Array.Resize(ref _shown, size);
        for (int m = 0; m < _cells.Length; m++) Array.Resize(ref _cells[m], size * _variants);
        for (int r = 0; r < _counts.Length; r++) Array.Resize(ref _counts[r], 2 * size * _variants);
        return unit;
    }

    void GiveUpVideos()
    {
        TooManyVideos = true;
        _videos.Clear();
        _shown = [];
        _cells = [.. _metrics.Select(_ => Array.Empty<SampleAccumulator>())];
        _counts = [.. _ratios.Select(_ => Array.Empty<double>())];
    }
}
