using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Sample-ratio mismatch, tested on what was assigned. Rows of one participant came together, so that a χ² over rows would be too
/// large by their number and alarm where nothing is wrong; and a variant that makes people stay has more rows without any fault. Different
/// units, each counted once, are what chance dealt out.</summary>
static class AssignedUnits
{
    const double MostInSeveral = 0.05;

    /// <summary>Videos are taken for what was assigned only if χ² can tell: by the usual rule five are to be expected in each variant
    /// (Cochran, <i>Biometrics</i> 10, 1954).</summary>
    const double LeastExpected = 5;

    const double MostRowsEach = 1.05;

    static readonly string[] s_participants = ["participant_id", "participant", "user_id", "user", "viewer_id", "visitor_id"];

    public static string? Column(AnalysisOptions options, IReadOnlyList<string> columns)
    {
        if (options.Assigned is { } named) return Text.Same(named, AnalysisOptions.AssignedRows) ? null : named;
        if (Text.Same(options.PlannedUnit, "video")) return options.UnitColumn;
        return s_participants.Select(p => columns.FirstOrDefault(c => Text.Same(c, p))).FirstOrDefault(c => c is not null);
    }

    public static SampleRatio? Ratio(EngagementSums sums, ReadingFacts facts, AnalysisOptions options)
    {
        int[] present = [.. Enumerable.Range(0, options.Variants.Count).Where(v => sums.Rows(v) > 0)];
        if (present.Length < 2) return null;
        double[] shares = [.. present.Select(v => options.Shares?.GetValueOrDefault(options.Variants[v]) is > 0 and var s ? s : 1)];
        var (unit, counts) = Chosen(sums, facts, options, shares);
        long[] observed = [.. present.Select(v => counts?.Alone[v] ?? sums.Rows(v))];
        SampleRatioTest test = SampleRatioTest.Of(observed, shares);
        bool mismatch = test.P < options.SampleRatioAlarm;
        string list = string.Join(", ", present.Select((v, i) => $"{Text.Name(options.Variants[v])} {Text.Count(observed[i])}")),
            units = unit + "s";
        string of = counts is { Exact: false } ? " (a random sample of all, chosen by their ids)" : "";
        string sentence = mismatch
            ? $"SAMPLE RATIO MISMATCH: the variants' {units}{of}, {list}, are not in the shares they were to have (χ² p "
                + $"{Text.P(test.P)}). {Text.Capitalize(units)} were lost or gained by variant; no comparison can be trusted until this "
                + $"is explained."
            : $"The variants' {units}{of} are in the shares they were to have (χ² p {Text.P(test.P)}).";
        return new(test.ChiSquare, test.Df, test.P, mismatch,
            present.Select((v, i) => (v, i)).ToDictionary(x => options.Variants[x.v], x => shares[x.i] / shares.Sum()), sentence)
        {
            Unit = unit,
            Counts = present.Select((v, i) => (v, i)).ToDictionary(x => options.Variants[x.v], x => observed[x.i]),
            InSeveral = counts?.Several ?? 0,
            Sampled = counts is { Exact: false },
        };
    }

    public static IEnumerable<AnalysisWarning> Warnings(EngagementSums sums, ReadingFacts facts, SampleRatio? ratio,
        AnalysisOptions options, string test)
    {
        if (ratio is null) yield break;
        if (facts.AssignedColumn is { } column && sums.Assigned.Counts(options.Variants.Count) is { Several: > 0 } counts)
        {
            string units = Text.Unit(column) + "s", some = $"{Text.Count(counts.Several)} of {Text.Count(counts.Units)} "
                + $"{units}{(counts.Exact ? "" : " (of a random sample)")} have rows in more than one variant";
            bool stated = options.Assigned is not null || options.PlannedUnit is not null;
            string although = !stated ? "" : options.Assigned is null ? ", although the plan says so" : ", although the options say so";
            if (counts.SeveralShare <= MostInSeveral)
                yield return new(WarningLevel.Warning, "units_in_several_variants", $"{some}. Each was to see one: look for ids that are "
                    + $"shared or an assignment that was not kept. Their rows were used; they are left out of the sample-ratio test.");
            else
                yield return new(stated || counts.SeveralShare <= 0.5 ? WarningLevel.Warning : WarningLevel.Note,
                    "units_in_several_variants",
                    $"{some}, so {units} are not what was assigned{although}; the sample-ratio test counts {ratio.Unit}s.");
        }
        else if (options.Assigned is null && Text.Same(options.PlannedUnit, "participant") && facts.AssignedColumn is null)
            yield return new(WarningLevel.Note, "units_unknown", $"The plan assigns participants, but the data have no column "
                + $"participant_id; the sample-ratio test counts {ratio.Unit}s, which is right if each participant has one. The options "
                + $"can name another column.");
        if (Repeated(sums, facts, ratio, options, test) is { } repeated) yield return repeated;
        if (sums.Assigned.Nameless > 0)
            yield return new(WarningLevel.Note, "units_nameless", $"{Text.Count(sums.Assigned.Nameless)} "
                + $"row{(sums.Assigned.Nameless == 1 ? " has" : "s have")} no {facts.AssignedColumn}; used, but not counted in the "
                + $"sample-ratio test.");
        // Videos were a guess from the data: where rows tell otherwise, the reader must decide.
        if (facts.AssignedColumn is null && ratio is { Unit: not "row", Mismatch: false })
        {
            string[] variants = [.. ratio.Expected.Keys];
            SampleRatioTest rows = SampleRatioTest.Of([.. variants.Select(v => sums.Rows(options.Position(v)))],
                [.. variants.Select(v => ratio.Expected[v])]);
            if (rows.P < options.SampleRatioAlarm)
                yield return new(WarningLevel.Warning, "rows_not_in_shares", $"Each {ratio.Unit} has one variant, so {ratio.Unit}s were "
                    + $"taken for what was assigned, and they are in their shares; rows are not "
                    + $"({string.Join(", ", variants.Select(v => $"{Text.Name(v)} {Text.Count(sums.Rows(options.Position(v)))}"))}; χ² p "
                    + $"{Text.P(rows.P)}). That is no fault if some {ratio.Unit}s are shown more. If viewers or impressions were "
                    + $"assigned, it is a sample ratio mismatch, and nothing can be trusted: name row as what was assigned to test that, "
                    + $"{options.UnitColumn} if the former is so.");
        }
    }

    // Several rows of one participant are no independent values, whatever the videos.
    static AnalysisWarning? Repeated(EngagementSums sums, ReadingFacts facts, SampleRatio ratio, AnalysisOptions options,
        string test)
    {
        if (facts.AssignedColumn is not { } column || Text.Same(column, options.UnitColumn) || ratio.Unit != Text.Unit(column)) return null;
        double rows = options.Variants.Select((_, v) => (double)sums.Rows(v)).Sum() - sums.Assigned.Nameless,
            each = rows / sums.Assigned.Estimate;
        return each <= MostRowsEach ? null : new(WarningLevel.Warning, "units_repeated",
            FormattableString.Invariant($"{(ratio.Sampled ? "About" : "There are")} {each:0.0} rows of each {ratio.Unit}, and ")
            + $"{test} takes rows as independent. Take {column} as the unit to have errors, models and ratios by {ratio.Unit}.");
    }

    // The unit's word and its counts; null counts for rows.
    static (string Unit, UnitCounts? Counts) Chosen(EngagementSums sums, ReadingFacts facts, AnalysisOptions options, double[] shares)
    {
        const string row = "row";
        if (options.Assigned is { } named && Text.Same(named, AnalysisOptions.AssignedRows)) return (row, null);
        if (facts.AssignedColumn is { } column && sums.Assigned.Counts(options.Variants.Count) is var units
            && units.SeveralShare <= MostInSeveral && units.Alone.Any(n => n > 0)) return (Text.Unit(column), units);
        if (facts.AssignedColumn is null && options.PlannedUnit is null && !sums.TooManyVideos
            && sums.VideoCounts() is { Several: 0 } videos && videos.Units * shares.Min() / shares.Sum() >= LeastExpected)
            return (Text.Unit(options.UnitColumn), videos);
        return (row, null);
    }
}
