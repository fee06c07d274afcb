using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Engagement.Reading;

// Engagement rows in memory: for programs that have them already, and for simulations. A file is better streamed.
sealed class EngagementRows
{
    readonly List<string> _videos = [], _variants = [];
    readonly List<double> _values = [];

    public EngagementRows(params IReadOnlyList<string> columns)
    {
        Columns = columns;
    }

    public IReadOnlyList<string> Columns { get; }
    public int Count => _videos.Count;
    public bool Simulated { get; init; }
    public string Name { get; init; } = "rows in memory";

    /// <param name="values">One per column; NaN is missing.</param>
    public void Add(string video, string variant, params ReadOnlySpan<double> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(video);
        ArgumentException.ThrowIfNullOrEmpty(variant);
        if (values.Length != Columns.Count)
            throw new ArgumentException(FormattableString.Invariant($"{values.Length} values for {Columns.Count} columns."),
                nameof(values));
        _videos.Add(video);
        _variants.Add(variant);
        foreach (double value in values) _values.Add(value);
    }

    public string Video(int row) => _videos[row];

    public string Variant(int row) => _variants[row];

    public double this[int row, int column] => _values[row * Columns.Count + column];

    internal (EngagementSums Sums, ReadingFacts Facts) Collect(AnalysisOptions options)
    {
        FieldPlan plan = FieldPlan.Of(Columns, options, $"The rows '{Name}'");
        var collector = new RowCollector(plan, options);
        List<string> names = [.. Columns];
        int[] columns = [.. plan.Fields.Select(f => names.IndexOf(f))];
        var values = new double[columns.Length];
        // The one id that rows in memory have.
        string? assigned = AssignedUnits.Column(options, [options.UnitColumn]);
        if (assigned != options.UnitColumn) assigned = null;
        for (int row = 0; row < Count; row++)
        {
            for (int f = 0; f < columns.Length; f++) values[f] = this[row, columns[f]];
            collector.Add(_videos[row], _variants[row], values, assigned is null ? null : _videos[row]);
        }
        string[] empty = [.. Enumerable.Range(0, Columns.Count)
            .Where(c => Count > 0 && Enumerable.Range(0, Count).All(r => double.IsNaN(this[r, c]))).Select(c => Columns[c])];
        return (collector.Sums, collector.Facts(Name) with { Simulated = Simulated, EmptyColumns = empty, AssignedColumn = assigned });
    }
}
