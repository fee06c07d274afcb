using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Which columns of numbers are metrics, covariates and counts. A row's numbers come in the order of
/// <see cref="Fields"/>.</summary>
sealed class FieldPlan
{
    const string Before = "pre_";
    static readonly CountRatio[] s_known = [new("clicks", "impressions"), new("conversions", "clicks")];
    public required IReadOnlyList<string> Fields { get; init; }
    public required IReadOnlyList<int> Metrics { get; init; }

    // Per metric the position of its covariate, or −1.
    public required IReadOnlyList<int> Covariates { get; init; }

    public required IReadOnlyList<(int Numerator, int Denominator)> Ratios { get; init; }
    public IEnumerable<int> BalanceChecked => Covariates.Where(c => c >= 0).Distinct();

    public string RatioName(int r) => new CountRatio(Fields[Ratios[r].Numerator], Fields[Ratios[r].Denominator]).Name;

    public static FieldPlan Of(IReadOnlyList<string> columns, AnalysisOptions options, string subject)
    {
        int Find(string name) => Enumerable.Range(0, columns.Count)
            .FirstOrDefault(i => Text.Same(columns[i], name), -1);
        int Must(string name, string what)
        {
            int at = Find(name);
            return at >= 0 ? at : throw UsageException.For(subject, $"no column of numbers '{SafePath.Shorten(name)}', the {what}",
                $"one of {string.Join(", ", columns.Take(20).Select(c => SafePath.Shorten(c, 40)))}",
                $"The nearest is '{SafePath.Shorten(NearestName.Of(name, columns), 40)}'.");
        }
        List<(int, int)> ratios = options.Ratios is { } asked
            ? [.. asked.Select(r => (Must(r.Numerator, "ratio's numerator"), Must(r.Denominator, "ratio's denominator")))]
            : [.. s_known.Select(r => (Find(r.Numerator), Find(r.Denominator))).Where(r => r.Item1 >= 0 && r.Item2 >= 0)];
        var named = options.Covariates.Select(c => (Metric: Must(c.Metric, "metric with a covariate"),
            Column: Must(c.Column, $"covariate of {SafePath.Shorten(c.Metric, 40)}"))).ToList();
        if (named.FirstOrDefault(c => c.Metric == c.Column) is { } own && named.Any(c => c.Metric == c.Column))
            throw UsageException.For("The covariate", $"'{SafePath.Shorten(columns[own.Metric])}' for itself",
                "another column, measured before the experiment", "Give METRIC=COLUMN.");
        var before = Enumerable.Range(0, columns.Count).Where(i => columns[i].StartsWith(Before, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(i => i, i => Find(columns[i][Before.Length..]));
        HashSet<int> not = [.. ratios.SelectMany(r => new[] { r.Item1, r.Item2 }), .. named.Select(c => c.Column),
            .. before.Where(b => b.Value >= 0).Select(b => b.Key)];
        List<int> metrics = options.Metrics is { } only
            ? [.. only.Select(m => ratios.Any(r => new CountRatio(columns[r.Item1], columns[r.Item2]).Name.Equals(m,
            StringComparison.OrdinalIgnoreCase)) ? -1 : Must(m, "metric")).Where(m => m >= 0).Distinct().Order()]
            : [.. Enumerable.Range(0, columns.Count).Where(i => !not.Contains(i))];
        if (options.Metrics is { } chosen) ratios.RemoveAll(r => !chosen.Contains(new CountRatio(columns[r.Item1], columns[r.Item2]).Name,
            StringComparer.OrdinalIgnoreCase));
        int[] covariates = [.. metrics.Select(m =>
        {
            if (named.Any(c => c.Metric == m)) return named.First(c => c.Metric == m).Column;
            return before.Where(b => b.Value == m).Select(b => b.Key).FirstOrDefault(-1);
        })];
        int[] used = [.. metrics.Concat(covariates.Where(c => c >= 0)).Concat(ratios.SelectMany(r => new[] { r.Item1, r.Item2 })).Distinct()
            .Order()];
        int At(int column) => Array.IndexOf(used, column);
        return new()
        {
            Fields = [.. used.Select(i => columns[i])],
            Metrics = [.. metrics.Select(At)],
            Covariates = [.. covariates.Select(c => c < 0 ? -1 : At(c))],
            Ratios = [.. ratios.Select(r => (At(r.Item1), At(r.Item2)))],
        };
    }
}
