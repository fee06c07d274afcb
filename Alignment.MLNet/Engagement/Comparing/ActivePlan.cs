using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;

namespace Alignment.MLNet.Engagement.Comparing;

// A plan while it is obeyed.
sealed class ActivePlan(PlanFile file)
{
    AnalysisPlan Plan => file.Plan;
    public bool Holds => !file.Changed;

    public AnalysisOptions Apply(AnalysisOptions options) => options with
    {
        Baseline = Plan.Baseline,
        Variants = Plan.Variants,
        Shares = Plan.Shares,
        Test = Plan.Stopping.Rule == StoppingRule.Sequential ? PrimaryTest.Sequential : Plan.Test,
        Correction = Plan.Correction,
        Confidence = Plan.Confidence,
        // What the plan does not mention may be explored.
        Covariates = [.. Plan.Covariates, .. options.Covariates.Where(c => !Plan.Covariates.Any(p => Text.Same(p.Metric, c.Metric)))],
        Margins = [.. Plan.Margins, .. options.Margins.Where(m => !Plan.Margins.Any(p => Text.Same(p.Metric, m.Metric)))],
        Sequential = options.Sequential || Plan.Stopping.Rule == StoppingRule.Sequential,
        // What the caller says of the data counts more: a column may be called otherwise.
        Assigned = options.Assigned,
        PlannedUnit = Plan.Unit,
        SequentialTuning = Plan.Stopping.Rule == StoppingRule.Sequential ? Plan.Stopping.Tuning : options.SequentialTuning,
    };

    public bool Names(string metric) => Plan.Metrics.Concat(Plan.Hypotheses.Select(h => h.Metric)).Any(m => Text.Same(m, metric));

    public IEnumerable<ContrastSet.Asked> OwnContrasts(string metric, IReadOnlyList<ContrastSet.Asked> usual)
    {
        foreach (PlannedHypothesis h in Of(metric).Where(h => h.Kind == HypothesisKind.Difference))
        {
            var weights = Weights(h);
            bool single = weights.Count == 2 && weights.GetValueOrDefault(Plan.Baseline) == -1;
            if (!single && !usual.Any(u => Equal(u.Weights, weights)))
                yield return new($"planned_{h.Id}", "planned", Side(h.Variants), Side(Against(h)), weights);
        }
    }

    public void Mark(string metric, IReadOnlyList<Draft> drafts)
    {
        foreach (PlannedHypothesis h in Of(metric))
        {
            Draft? found = h.Kind switch
            {
                HypothesisKind.Equivalence => drafts.FirstOrDefault(d => d.Kind == DraftKind.Equivalence),
                HypothesisKind.Trend => drafts.FirstOrDefault(d => d.Kind == DraftKind.Trend),
                HypothesisKind.Dose => drafts.FirstOrDefault(d => d.Kind == DraftKind.Dose),
                _ => drafts.FirstOrDefault(d => d.Kind is DraftKind.Variant or DraftKind.Contrast && Equal(d.Weights, Weights(h))),
            };
            if (found is null || found.Hypothesis is not null) continue;
            (found.Hypothesis, found.Confirmatory) = (h.Id, Holds);
        }
    }

    public PlanQuoted Quote(IReadOnlyList<MetricAnalysis> metrics, AnalysisOptions options)
    {
        var findings = metrics.SelectMany(m => m.Findings).Where(f => f.Hypothesis is not null)
            .ToDictionary(f => f.Hypothesis!, StringComparer.Ordinal);
        return new(file.File, file.Sha256, file.Recorded, file.Changed, Plan.Title,
            [.. Plan.Hypotheses.Select(h => findings.TryGetValue(h.Id, out Finding? f)
                ? new HypothesisQuoted(h.Id, h.Statement, h.Metric, f.Id, f.Sentence)
                : new HypothesisQuoted(h.Id, h.Statement, h.Metric, null, Unanswered(h, metrics)))],
            Text.Correction(options.Correction), Stopping(), file.Text);
    }

    public IEnumerable<AnalysisWarning> Warnings(IReadOnlyList<MetricAnalysis> metrics, EngagementSums sums, AnalysisOptions options)
    {
        if (file.Changed)
            yield return new(WarningLevel.Alarm, "plan_changed", $"The plan '{file.File}' was changed after its hash was recorded: it is "
                + $"{file.Sha256[..12]}… now and was {SafePath.Shorten(file.Recorded, 12)}. Nothing in this analysis counts as "
                + $"pre-registered.");
        else if (file.Recorded is null)
            yield return new(WarningLevel.Note, "plan_not_recorded", $"No hash was recorded beside the plan '{file.File}', so nobody can "
                + $"tell whether it was changed after the data were seen.");
        foreach (PlannedHypothesis h in Plan.Hypotheses.Where(h => !metrics.Any(m => m.Findings.Any(f => f.Hypothesis == h.Id))))
            yield return new(WarningLevel.Warning, "hypothesis_unanswered",
                $"Hypothesis {SafePath.Shorten(h.Id, 40)} of the plan has no answer: {Unanswered(h, metrics)}");
        if (Plan.Stopping is { Rule: StoppingRule.Fixed, RowsPerVariant: { } planned })
            foreach (var (variant, rows) in options.Variants.Select((v, i) => (v, sums.Rows(i))))
            {
                if (rows < planned) yield return new(WarningLevel.Warning, "before_the_end", $"{Text.Name(variant)} has "
                    + $"{Text.Count(rows)} of {Text.Count(planned)} planned rows. Looking before the planned end and stopping on a small "
                    + $"p-value makes false alarms; a sequential plan allows looks.", null, variant);
                else if (rows > 1.1 * planned) yield return new(WarningLevel.Note, "beyond_the_end",
                    $"{Text.Name(variant)} has {Text.Count(rows)} rows, more than the {Text.Count(planned)} planned.", null, variant);
            }
    }

    IEnumerable<PlannedHypothesis> Of(string metric) => Plan.Hypotheses.Where(h => Text.Same(h.Metric, metric));

    IReadOnlyList<string> Against(PlannedHypothesis h) => h.Against.Count == 0 ? [Plan.Baseline] : h.Against;

    Dictionary<string, double> Weights(PlannedHypothesis h)
    {
        var weights = h.Variants.Distinct().ToDictionary(v => v, _ => 1.0 / h.Variants.Distinct().Count());
        foreach (string v in Against(h).Distinct()) weights[v] = weights.GetValueOrDefault(v) - 1.0 / Against(h).Distinct().Count();
        return weights;
    }

    string Unanswered(PlannedHypothesis h, IReadOnlyList<MetricAnalysis> metrics)
    {
        if (metrics.FirstOrDefault(m => Text.Same(m.Metric, h.Metric)) is not { } metric)
            return $"the data have no metric '{SafePath.Shorten(h.Metric)}'.";
        string[] absent = [.. h.Variants.Concat(Against(h)).Where(v => metric.Samples.All(s => s.Variant != v))];
        return absent.Length > 0 ? $"no values of {string.Join(", ", absent.Select(Text.Name))}."
            : h.Kind == HypothesisKind.Dose ? "no dose table was given."
            : h.Kind == HypothesisKind.Trend ? "a trend needs values of every window."
            : "another hypothesis of the plan asks the same.";
    }

    string Stopping() => Plan.Stopping switch
    {
        { Rule: StoppingRule.Sequential } s =>
            $"sequential: always-valid intervals, narrowest at {Text.Count(s.Tuning)} rows of two variants",
        { RowsPerVariant: { } n } => $"fixed: {Text.Count(n)} rows per variant",
        _ => "fixed, without a number",
    };

    static string Side(IReadOnlyList<string> variants) => variants.Count == 1 ? Text.Name(variants[0])
        : string.Join(" and ", variants.Select(Text.Name)) + " together";

    static bool Equal(IReadOnlyDictionary<string, double> a, Dictionary<string, double> b) =>
        a.Count == b.Count && a.All(x => b.TryGetValue(x.Key, out double y) && Math.Abs(x.Value - y) < 1e-12);
}
