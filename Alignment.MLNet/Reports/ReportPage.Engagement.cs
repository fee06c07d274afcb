using Alignment.MLNet.Charts;
using Alignment.MLNet.Engagement.Contracts;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>What viewers did: for each metric the answers in words, a forest plot, and every test in tables. What a plan named beforehand
/// stands apart from what was explored, in a table of its own and with another mark.</summary>
sealed partial class ReportPage
{
    // In the summary at the top.
    const int MostShort = 8;
    bool IsSimulated => run.Analysis is { Simulated: true };
    string Simulated => IsSimulated ? " (SIMULATED)" : "";

    /// <summary>The answers that matter most, before anything else: what was planned, what differs, the placebo, how far attention
    /// moved.</summary>
    void InShort(HtmlWriter html)
    {
        Finding[] findings = [.. (run.Analysis?.Metrics ?? []).SelectMany(m => m.Findings.Where(f => f.Confirmatory)
            .Concat(m.Comparisons.Select(c => c.Result).Where(f => !f.Confirmatory && f.Verdict is Verdict.Raised or Verdict.Lowered))
            .Concat(m.Placebo is { Confirmatory: false } p ? [p] : []))];
        string[] doses = [.. DoseInShort()];
        if (run.Analysis is null && doses.Length == 0) return;
        html.Element("h2", "In short");
        using (html.Open("ul", "findings"))
        {
            foreach (Finding finding in findings.Take(MostShort)) Sentence(html, finding);
            if (findings.Length > MostShort) html.Line().Element("li",
                $"… and {N(findings.Length - MostShort)} more answers below.", "soft");
            if (run.Analysis is not null && !findings.Any(f => f.Verdict is Verdict.Raised or Verdict.Lowered)) html.Line()
                .Element("li",
                "No variant was shown to differ from the baseline. That does not show that none does: look at the intervals.");
            foreach (string dose in doses)
                using (html.Line().Open("li")) html.Name(dose);
        }
    }

    void Sentence(HtmlWriter html, Finding finding)
    {
        using var item = html.Line().Open("li");
        Kind(html, finding);
        html.Text(" ").Name(finding.Sentence);
    }

    // Pre-registered or explored; and simulated, so that no sentence copied from here goes without it.
    void Kind(HtmlWriter html, Finding finding)
    {
        html.Element("span", finding.Confirmatory ? finding.Hypothesis is { } h ? $"pre-registered, {SafePath.Shorten(h, 20)}"
            : "pre-registered" : "explored", ("class", finding.Confirmatory ? "kind planned" : "kind"));
        if (IsSimulated) html.Text(" ").Element("span", "simulated", "kind warning");
    }

    void Engagement(HtmlWriter html)
    {
        html.Line().Element("h2", "What viewers did" + Simulated, ("id", "engagement"));
        if (IsMissing(html, run.Analysis is not null, "the analysis", "The analysis of engagement")) return;
        EngagementAnalysis a = run.Analysis!;
        if (IsSimulated) Loud(html);
        using (html.Open("p", "soft"))
        {
            html.Text($"{N(a.Rows - a.Rejected)} of {Count(a.Rows, "row", "rows")} of ").Name(a.Source)
                .Text($"{(a.Videos is { } v ? $" about {Count(v, "video", "videos")}" : "")}; intervals hold with "
                    + $"{Percent(a.Confidence, "0.##")} each.");
            if (a.SampleRatio is { } ratio) html.Text(" ").Name(ratio.Sentence);
        }
        Plan(html, a);
        Truth(html, a);
        foreach (MetricAnalysis metric in a.Metrics)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Metric(html, a, metric);
        }
        if (a.Arms.Count > 0) Arms(html, a);
    }

    static void Plan(HtmlWriter html, EngagementAnalysis a)
    {
        if (a.Plan is not { } plan)
        {
            html.Element("p", "Nothing was pre-registered: all answers are explored, corrected within their families.", "soft");
            return;
        }
        html.Element("h3", "The plan");
        using (html.Open("p"))
        {
            html.Element("span", plan.Changed ? "▲ changed after it was recorded: nothing counts as pre-registered" : "pre-registered",
                ("class", plan.Changed ? "badge error" : "kind planned")).Text(" ").Name(plan.Title);
            html.Text(". Correction: ").Name(plan.Correction).Text(". Stopping rule: ").Name(plan.StoppingRule);
        }
        using (html.Open("p", "small soft")) html.Name(plan.File).Text(", SHA-256 ").Element("code", plan.Sha256);
        using var list = html.Open("ul", "findings");
        foreach (HypothesisQuoted h in plan.Hypotheses)
            using (html.Line().Open("li"))
            {
                using (html.Open("strong")) html.Name(h.Id);
                html.Text(": ").Name(h.Statement);
                using (html.Open("div")) html.Text("→ ").Name(h.Answer);
            }
    }

    void Metric(HtmlWriter html, EngagementAnalysis a, MetricAnalysis metric)
    {
        using (html.Line().Open("h3"))
        {
            html.Name(metric.Metric);
            html.Element("span", Simulated, "warning");
        }
        foreach (AnalysisWarning w in metric.Warnings)
            using (html.Line().Open("p", ("class", w.Level == WarningLevel.Note ? "small note"
                : "small " + s_levels[(int)LevelOf(w.Level)].Style)))
                html.Text(s_levels[(int)LevelOf(w.Level)].Mark + " ").Name(w.Message);
        if (metric.Note is { } note)
            using (html.Open("p", "warning")) html.Name(note);
        Finding[] all = [.. metric.Findings], planned = [.. all.Where(f => f.Confirmatory)],
            main = [.. metric.Comparisons.Select(c => c.Result).Where(f => !f.Confirmatory),
            .. metric.Placebo is { Confirmatory: false } p ? [p] : Array.Empty<Finding>()];
        Finding[] others = [.. all.Except(planned).Except(main)];
        AxisScale scale = Scale(metric);
        if (planned.Length > 0)
        {
            html.Element("h4", "Pre-registered");
            Forest(html, a, metric, planned, scale, inWords: a.Plan is null);   // the plan above has the sentences
        }
        if (main.Length > 0)
        {
            html.Element("h4", planned.Length > 0 ? "Explored: each variant against the baseline"
                : "Each variant against the baseline (explored)");
            Forest(html, a, metric, main, scale);
        }
        if (others.Length > 0)
        {
            html.Element("h4", "Explored: variants against each other");
            Forest(html, a, metric, others, scale);
        }
        DoseResponse(html, metric);
        Details(html, a, metric);
    }

    static AxisScale Scale(MetricAnalysis metric)
    {
        double f = metric.Display.Factor;
        return AxisScale.Around(metric.Findings.Where(x => x != metric.Dose?.Result)
            .SelectMany(x => new[] { x.Estimate * f, x.Interval?.Low * f, x.Interval?.High * f }).OfType<double>());
    }

    void Forest(HtmlWriter html, EngagementAnalysis a, MetricAnalysis metric, IReadOnlyList<Finding> findings, AxisScale scale,
        bool inWords = true)
    {
        if (inWords)
            using (html.Open("ul", "findings"))
                foreach (Finding finding in findings) Sentence(html, finding);
        double f = metric.Display.Factor;
        string unit = metric.Display.Unit.Length > 0 ? $" ({metric.Display.Unit})" : "";
        Finding[] rows = [.. findings.Where(x => x != metric.Dose?.Result)];
        if (rows.Length == 0) return;
        using (html.Open("table", "stack"))
        {
            html.Header(("comparison", null), ($"difference{unit}{Simulated}, {Percent(a.Confidence, "0.##")} interval",
                "plot"), ("difference", "number"), ($"corrected p", "number"), ("raw p", "number"));
            using var body = html.Open("tbody");
            foreach (Finding finding in rows)
            {
                using var row = html.Line().Open("tr", "row");
                using (html.Open("td", "name"))
                {
                    html.Name(finding.Label);
                    html.Text(" ");
                    Kind(html, finding);
                    if (IsEquivalence(finding)) html.Element("span",
                        $" {Percent(2 * a.Confidence - 1, "0.##")} interval; the zone is the margin", "soft small");
                }
                double? at = finding.Estimate * f, low = finding.Interval?.Low * f, high = finding.Interval?.High * f;
                string text = Estimate(at, low, high);
                using (html.Open("td", "plot"))
                {
                    double? margin = IsEquivalence(finding) ? MarginOf(a, metric) * f : null;
                    if (at is not null) PageFigure.Interval(html, scale, new(Series(finding), at, low, high, finding.Confirmatory, margin),
                        $"{finding.Label}: {text}");
                    else if (finding.Note is { } note)
                        using (html.Open("span", "soft small")) html.Name(note);
                }
                html.Element("td", text, "number", "difference" + unit);
                string by = finding.FamilySize > 1 && finding.Correction != "none" ? $" ({finding.Correction}, {finding.FamilySize})" : "";
                html.Element("td", P(finding.CorrectedP) + by, "number", "corrected p");
                html.Element("td", P(finding.P), "number", "raw p");
            }
            PageFigure.AxisRow(html, scale, 2);
        }
    }

    // Two one-sided tests, whose interval is at 1 − 2α; their ids join the two sides with a tilde.
    static bool IsEquivalence(Finding finding) => finding.Id.Contains('~', StringComparison.Ordinal);

    static double? MarginOf(EngagementAnalysis a, MetricAnalysis metric) =>
        a.Options.Margins.FirstOrDefault(m => m.Metric == metric.Metric) is { } margin
        ? margin.InBaselineSds ? margin.Value * metric.Samples.FirstOrDefault(s => s.Variant == a.Baseline)?.Sample.Sd : margin.Value
        : null;

    static int Series(Finding finding)
    {
        string about = finding.Id[(finding.Id.LastIndexOf('/') + 1)..].Split('~', '-')[0];
        return ReportWords.Series(about, otherwise: 0);
    }

    static NoteLevel LevelOf(WarningLevel level) => level switch
    {
        WarningLevel.Alarm => NoteLevel.Alarm,
        WarningLevel.Warning => NoteLevel.Warning,
        _ => NoteLevel.Note,
    };

    void DoseResponse(HtmlWriter html, MetricAnalysis metric)
    {
        if (metric.Dose is not { Points.Count: > 1 } dose) return;
        double f = metric.Display.Factor;
        html.Element("h4", $"Effect against the dose{Simulated}");
        var across = AxisScale.Around(dose.Points.Select(p => p.Dose));
        double[] ends = [dose.Points.Min(p => p.Dose), dose.Points.Max(p => p.Dose)];
        var up = AxisScale.Around(dose.Points.SelectMany(p => new[] { f * (p.Mean - p.StandardError), f * (p.Mean + p.StandardError) }),
            withZero: false);
        const int height = 220;
        string unit = $"{SafePath.Shorten(metric.Metric, 40)}{(f == 100 ? " (%)" : "")}, mean ± standard error{Simulated}";
        PageFigure.Draw(html, $"{metric.Metric} against the dose of each variant", $"dose: {DoseUnit(dose.Units)}", unit, height, to =>
        {
            var chart = new Chart(to, across, up, height);
            chart.Axes();
            if (Fit(dose.Points) is var (start, slope))
                chart.Line([.. ends.Select(x => (x, f * (start + slope * x))).Where(p => p.Item2 >= up.Low && p.Item2 <= up.High)],
                    new(InkKind.Reference));
            foreach (DosePoint p in dose.Points) chart.Whisker(p.Dose, f * (p.Mean - p.StandardError), f * (p.Mean + p.StandardError));
            foreach (var (p, i) in dose.Points.Select((p, i) => (p, i))) chart.Marker(ReportWords.Series(p.Variant, i), p.Dose, f * p.Mean);
        });
        PageFigure.Legend(html, dose.Points.Select((p, i) => (ReportWords.Series(p.Variant, i), Label(p.Variant))));
        if (dose.LackOfFit is { P: { } fit }) html.Element("p", $"Lack of fit: χ² = {F(dose.LackOfFit.Statistic)}, "
            + $"{F(dose.LackOfFit.Df1)} degrees of freedom, p "
            + $"{Text.P(fit)}{(fit < 0.05 ? ": the points do not lie on a line, so that the slope is no summary of them." : ".")}",
            "soft small");
    }

    // The points stand at their doses; the slope's sentence counts in steps of it ("per 0.1 of attention share").
    static string DoseUnit(string units) => SafePath.Shorten(units.StartsWith("per ", StringComparison.Ordinal)
        && units.IndexOf(" of ", StringComparison.Ordinal) is > 0 and var at ? units[(at + 4)..] : units, 80);

    /// <summary>The line through the points' means, each weighted by its error, as the analysis fits it; null where there is
    /// none.</summary>
    internal static (double Intercept, double Slope)? Fit(IReadOnlyList<DosePoint> points)
    {
        double w = 0, x = 0, y = 0, xx = 0, xy = 0;
        foreach (DosePoint p in points)
        {
            double weight = 1 / (p.StandardError * p.StandardError);
            (w, x, y) = (w + weight, x + weight * p.Dose, y + weight * p.Mean);
        }
        (x, y) = (x / w, y / w);
        foreach (DosePoint p in points)
        {
            double weight = 1 / (p.StandardError * p.StandardError);
            (xx, xy) = (xx + weight * (p.Dose - x) * (p.Dose - x), xy + weight * (p.Dose - x) * (p.Mean - y));
        }
        double slope = xy / xx;
        return double.IsFinite(slope) ? (y - slope * x, slope) : null;
    }
}
