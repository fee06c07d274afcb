using System.Text;

namespace Alignment.MLNet.Analysis;

/// <summary>Engagement rows in memory: for programs that have them already, and for simulations. A file is better streamed.</summary>
public sealed class EngagementRows
{
    readonly List<string> _videos = [], _variants = [];
    readonly List<double> _values = [];

    /// <param name="columns">Names of the columns of numbers.</param>
    public EngagementRows(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = columns;
    }

    /// <summary>Names of the columns of numbers.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Rows.</summary>
    public int Count => _videos.Count;

    /// <summary>The rows are drawn, not measured; every output says so.</summary>
    public bool Simulated { get; init; }

    /// <summary>What the rows are called in outputs.</summary>
    public string Name { get; init; } = "rows in memory";

    /// <summary>Adds a row.</summary>
    /// <param name="video">Its id.</param>
    /// <param name="variant">Its variant.</param>
    /// <param name="values">One per column; NaN is missing.</param>
    public void Add(string video, string variant, params ReadOnlySpan<double> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(video);
        ArgumentException.ThrowIfNullOrEmpty(variant);
        if (values.Length != Columns.Count) throw new ArgumentException(FormattableString.Invariant($"{values.Length} values for {Columns.Count} columns."), nameof(values));
        _videos.Add(video);
        _variants.Add(variant);
        foreach (double value in values) _values.Add(value);
    }

    /// <summary>A row's video.</summary>
    public string Video(int row) => _videos[row];

    /// <summary>A row's variant.</summary>
    public string Variant(int row) => _variants[row];

    /// <summary>A row's number.</summary>
    public double this[int row, int column] => _values[row * Columns.Count + column];

    /// <summary>Sums the rows; those of unknown variants are counted out.</summary>
    internal (EngagementSums Sums, ReadingFacts Facts) Collect(AnalysisOptions options)
    {
        FieldPlan plan = FieldPlan.Of(Columns, options, $"The rows '{Name}'");
        var sums = new EngagementSums(plan, options);
        int[] columns = [.. plan.Fields.Select(f => Columns.ToList().IndexOf(f))];
        var values = new double[columns.Length];
        var unknown = new Dictionary<string, long>(StringComparer.Ordinal);
        List<RejectedRow> shown = [];
        long rejected = 0;
        Span<byte> id = stackalloc byte[256];
        for (int row = 0; row < Count; row++)
        {
            int variant = options.Position(_variants[row]);
            if (variant < 0)
            {
                unknown[_variants[row]] = unknown.GetValueOrDefault(_variants[row]) + 1;
                rejected++;
                if (shown.Count < options.RejectedShown) shown.Add(new(row + 1, $"variant: '{SafePath.Shorten(_variants[row])}' is none of {string.Join(", ", options.Variants)}; the nearest is '{NearestName.Of(_variants[row], options.Variants)}'"));
                continue;
            }
            for (int f = 0; f < columns.Length; f++)
            {
                double value = this[row, columns[f]];
                values[f] = double.IsFinite(value) ? value : double.NaN;
            }
            ReadOnlySpan<byte> video = Encoding.UTF8.GetByteCount(_videos[row]) <= id.Length ? id[..Encoding.UTF8.GetBytes(_videos[row], id)] : Encoding.UTF8.GetBytes(_videos[row]);
            sums.Add(video, variant, values, ByteHash.Mix((ulong)row ^ options.Seed));
        }
        return (sums, new()
        {
            Source = Name,
            Simulated = Simulated,
            Rows = Count,
            Rejected = rejected,
            RejectedShown = shown,
            UnknownVariants = [.. unknown.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal).Take(20)],
            MoreUnknownVariants = unknown.Count > 20,
            EmptyColumns = [.. Enumerable.Range(0, Columns.Count).Where(c => Count > 0 && Enumerable.Range(0, Count).All(r => double.IsNaN(this[r, c]))).Select(c => Columns[c])],
        });
    }
}
