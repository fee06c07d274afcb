using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Reading;

// Sums rows that come one by one, with names as strings. Rows of unknown variants are counted and reported.
sealed class RowCollector(FieldPlan plan, AnalysisOptions options)
{
    const int MostUnknown = 20;
    readonly Dictionary<string, long> _unknown = new(StringComparer.Ordinal);
    readonly List<RejectedRow> _shown = [];
    readonly double[] _values = new double[plan.Fields.Count];
    readonly ulong _seed = ByteHash.Mix(options.Seed + 1);
    byte[] _id = new byte[256];
    long _rows, _rejected;
    public EngagementSums Sums { get; } = new(plan, options);

    public void Add(string video, string variant, ReadOnlySpan<double> values, string? assigned = null)
    {
        _rows++;
        int at = Position(variant.Trim());
        if (at < 0 || video.Length == 0)
        {
            _rejected++;
            if (at < 0 && (_unknown.Count < 10 * MostUnknown || _unknown.ContainsKey(variant)))
                _unknown[variant] = _unknown.GetValueOrDefault(variant) + 1;
            if (_shown.Count < options.RejectedShown)
                _shown.Add(new(_rows, at >= 0 ? "video_id: empty" : $"variant: '{SafePath.Shorten(variant)}' is none of "
                    + $"{string.Join(", ", options.Variants)}; the nearest is '{NearestName.Of(variant, options.Variants)}'"));
            return;
        }
        for (int f = 0; f < values.Length; f++) _values[f] = double.IsFinite(values[f]) ? values[f] : double.NaN;
        int bytes = Encoding.UTF8.GetByteCount(video);
        if (bytes > _id.Length) _id = new byte[bytes];
        Encoding.UTF8.GetBytes(video, _id);
        Sums.Add(_id.AsSpan(0, bytes), at, _values, ByteHash.Mix((ulong)_rows ^ _seed));
        if (assigned is not null) Sums.Assigned.Add(Encoding.UTF8.GetBytes(assigned.Trim()), at);
    }

    public ReadingFacts Facts(string source) => new()
    {
        Source = source,
        Rows = _rows,
        Rejected = _rejected,
        RejectedShown = _shown,
        UnknownVariants = [.. _unknown.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal).Take(MostUnknown)],
        MoreUnknownVariants = _unknown.Count > MostUnknown,
    };

    int Position(string variant)
    {
        for (int v = 0; v < options.Variants.Count; v++)
            if (Text.Same(options.Variants[v], variant)) return v;
        return -1;
    }
}
