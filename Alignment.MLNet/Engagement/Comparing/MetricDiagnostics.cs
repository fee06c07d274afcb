using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// What a reader must know before one metric's numbers.
static class MetricDiagnostics
{
    const double Alarm = 0.001;
    const double NotableIcc = 0.05;

    /// <summary>Cluster-robust errors are too small with fewer (Cameron &amp; Miller, <i>Journal of Human Resources</i> 50,
    /// 2015).</summary>
    const int FewClusters = 20;

    public static IReadOnlyList<AnalysisWarning> Of(MetricAnalysis made, EngagementSums sums, int metric, AnalysisOptions options)
    {
        List<AnalysisWarning> warnings = [];
        string name = Text.Metric(made.Metric);
        TwoSampleTest test = TwoSampleTests.Of(options.Test);
        void Say(WarningLevel level, string code, string message, string? variant = null) =>
            warnings.Add(new(level, code, message, made.Metric, variant));

        Missing(made, sums, options, Say);
        foreach (VariantSample s in made.Samples)
        {
            if (s.Sample.N < options.FewRows)
                Say(WarningLevel.Warning, "few_rows", $"{name}: {Text.Name(s.Variant)} has only {Text.Count(s.Sample.N)} "
                    + $"value{(s.Sample.N == 1 ? "" : "s")}. Tests of so few show large effects only, and t-tests rely on normal values "
                    + $"there.", s.Variant);
            if (s.Sample.N > 1 && s.Sample.Variance == 0)
                Say(WarningLevel.Warning, "zero_variance", $"{name}: all "
                    + FormattableString.Invariant($"{s.Sample.N} values of {Text.Name(s.Variant)} are {s.Sample.Mean}. ")
                    + "Check whether the export filled a default.", s.Variant);
        }
        foreach (VariantComparison c in made.Comparisons)
            if (c.Lift is { } lift && Math.Abs(lift.Lift) > options.ImplausibleLift
                && c.Result.Verdict is Verdict.Raised or Verdict.Lowered)
                Say(WarningLevel.Warning, "implausible_lift", $"{name}: {Text.Name(c.Variant)} changes it by "
                    + FormattableString.Invariant($"{100 * lift.Lift:+0;−0} %, more than advertising does. Look for an error in ")
                    + "logging, units or joins before believing it.", c.Variant);
        if (made.Omnibus.FirstOrDefault(o => o.Name.StartsWith("Levene", StringComparison.Ordinal)) is { P: < 0.05 } levene
            && test.EqualVariances)
            Say(WarningLevel.Warning, "unequal_variances", $"{name}: the variants' variances differ (Levene p "
                + $"{Text.P(levene.P!.Value)}), which Student's test assumes they do not. Use Welch's.");

        string unit = SensitivityStep.Unit(options);
        if (made.Sensitivity.FirstOrDefault(s => s.Name == "mixed model") is { } mixed && mixed.Facts.TryGetValue("icc", out double icc)
            && icc > NotableIcc)
            Say(WarningLevel.Warning, "rows_dependent", $"{name}: rows of one {unit} resemble each other "
                + FormattableString.Invariant($"(ICC {icc:0.00}), and {test.Title} ")
                + $"{(test.WithinUnits ? "compares within them" : "takes them as independent")}. See the cluster-robust errors and the "
                + $"mixed model{(test.WithinUnits ? "" : $", or choose the paired test if every {unit} was shown in all variants")}.");
        foreach (SensitivityAnalysis s in made.Sensitivity)
        {
            if (s.Agrees == false) Say(WarningLevel.Warning, "sensitivity_disagrees",
                s.Sentence + " The conclusion depends on the assumptions.");
            if (s.Name.StartsWith("cluster", StringComparison.Ordinal) && s.Facts.TryGetValue(unit + "s", out double clusters)
                && clusters < FewClusters)
                Say(WarningLevel.Note, "few_clusters", $"{name}: {Text.Count(clusters)} {unit}s are few for cluster-robust errors; with "
                    + $"fewer than {Text.Count(FewClusters)} they tend to be too small.");
            if (s.Name == "ANCOVA" && s.Facts.TryGetValue("slopes_p", out double p) && p < 0.05)
                Say(WarningLevel.Note, "slopes_differ", $"{name}: the slopes on {Text.Metric(s.Covariate!)} differ between variants (p "
                    + $"{Text.P(p)}), which ANCOVA assumes they do not.");
        }
        if (made.Kind == MetricKind.Mean && !sums.Kept[metric].Exact)
            Say(WarningLevel.Note, "sampled", $"{name}: tests of ranks and medians use a seeded sample of "
                + $"{Text.Count(sums.Kept[metric].Count)} of {Text.Count(made.Samples.Sum(s => (double)s.Sample.N))} values. All means, "
                + $"t-tests and intervals use every row.");
        if (made.Placebo is null && made.Comparisons.Any(c => c.Variant == options.Placebo))
            Say(WarningLevel.Note, "no_margin", $"{name}: no margin was given, so nothing says whether the placebo is equivalent to the "
                + $"baseline; a large p-value does not. State a margin for {name} beforehand.");
        if (made.Comparisons.FirstOrDefault(c => c.Variant == options.Placebo) is
            {
                Result.Verdict: Verdict.Raised
            or Verdict.Lowered
            } placebo)
            Say(WarningLevel.Alarm, "placebo_differs", $"{name}: the placebo differs from the baseline. {placebo.Result.Sentence} Then "
                + $"editing itself, or something else than attention on the product, has an effect; compare the boosts with the placebo, "
                + $"not with the baseline.", options.Placebo);
        return [.. warnings.OrderByDescending(w => w.Level)];
    }

    static void Missing(MetricAnalysis made, EngagementSums sums, AnalysisOptions options,
        Action<WarningLevel, string, string, string?> say)
    {
        string name = Text.Metric(made.Metric);
        foreach (var (variant, rows) in options.Variants.Select((v, i) => (v, sums.Rows(i))))
            if (rows > 0 && made.Samples.All(s => s.Variant != variant))
                say(WarningLevel.Warning, "no_values", $"{name}: none of the {Text.Count(rows)} rows of {Text.Name(variant)} has a value.",
                    variant);
        if (made.Missing == 0 || made.Kind == MetricKind.Ratio) return;
        // χ² of missing and present against the variants.
        var cells = options.Variants.Select((v, i) => (Rows: (double)sums.Rows(i),
            Present: (double)(made.Samples.FirstOrDefault(s => s.Variant == v)?.Sample.N ?? 0))).Where(c => c.Rows > 0).ToList();
        double all = cells.Sum(c => c.Rows), share = cells.Sum(c => c.Present) / all, chi = 0;
        foreach (var (rows, present) in cells) chi += Square(present - rows * share) / (rows * share)
            + Square(rows - present - rows * (1 - share)) / (rows * (1 - share));
        double p = cells.Count > 1 ? Tails.ChiSquareUpper(chi, cells.Count - 1) : 1;
        if (p < Alarm)
            say(WarningLevel.Warning, "missing_differs", $"{name}: values are missing more often in some variants than in others (p "
                + $"{Text.P(p)}). Where being missing depends on the variant, comparing those present misleads.", null);
        else say(WarningLevel.Note, "missing", $"{name}: {Text.Count(made.Missing)} of {Text.Count(all)} rows have no value.", null);
    }

    static double Square(double x) => x * x;
}
