using Alignment.MLNet.Engagement.Contracts;
using Text = Spectre.Console.Text;
using Words = Alignment.MLNet.Engagement.Contracts.Text;

namespace Alignment.Runner.Commands.Analyze;

// An analysis for people: warnings first, then per metric a table, then the answers in words.
static class AnalysisTable
{
    const int MostWarnings = 20, MostLines = 5;

    public static void Print(EngagementAnalysis analysis, string folder, IAnsiConsole to)
    {
        List<(WarningLevel Level, string Message)> warnings = [.. Warnings(analysis)];
        foreach (var (level, message) in warnings.Take(MostWarnings))
            to.Write(new Text($"{(level == WarningLevel.Alarm ? "ALARM" : "Warning")}: {SafePath.Shorten(message, 700)}\n",
                level == WarningLevel.Alarm ? new Style(Color.Red, decoration: Decoration.Bold) : new Style(Color.Yellow)));
        if (warnings.Count > MostWarnings) to.WriteLine($"… and {N(warnings.Count - MostWarnings)} warnings more in {AnalysisFiles.Json}.");
        if (analysis.Plan is { } plan) to.WriteLine($"Plan: {SafePath.Shorten(plan.Title.Length > 0 ? plan.Title : plan.File, 200)}; "
            + $"{plan.Hypotheses.Count} hypotheses, correction {plan.Correction}, stopping {plan.StoppingRule}, SHA-256 "
            + $"{plan.Sha256[..12]}…");
        foreach (MetricAnalysis metric in analysis.Metrics) Print(metric, analysis, to);
        to.WriteLine();
        foreach (HypothesisQuoted h in analysis.Plan?.Hypotheses ?? [])
            to.WriteLine($"{SafePath.Shorten(h.Id, 40)} (“{SafePath.Shorten(h.Statement, 200)}”): {h.Answer}");
        if (analysis.Rejected > 0)
        {
            to.WriteLine($"{N(analysis.Rejected)} of {N(analysis.Rows)} rows were not "
                + $"used{(analysis.Rejected > analysis.RejectedShown.Count ? $"; the first {N(analysis.RejectedShown.Count)}" : "")}:");
            foreach (var same in analysis.RejectedShown.GroupBy(r => r.Reason, StringComparer.Ordinal))
                to.WriteLine($"  line{(same.Count() > 1 ? "s" : "")} "
                    + $"{string.Join(", ", same.Take(MostLines).Select(r => N(r.Line)))}{(same.Count() > MostLines ? ", …" : "")}: "
                    + $"{SafePath.Shorten(same.Key, 300)}");
        }
        if (analysis.IgnoredColumns.Count > 0)
            to.WriteLine($"Without a number, so not compared: {SafePath.Shorten(string.Join(", ", analysis.IgnoredColumns), 300)}.");
        to.WriteLine($"Everything else (all tests, contrasts, sensitivity analyses, methods): {folder}");
    }

    // Variants without rows in one line; alarms first.
    static IEnumerable<(WarningLevel, string)> Warnings(EngagementAnalysis analysis)
    {
        const string missing = "variant_missing";
        string[] absent = [.. analysis.Warnings.Where(w => w.Level == WarningLevel.Warning && w.Code == missing).Select(w => w.Variant!)];
        foreach (AnalysisWarning w in analysis.AllWarnings.Where(w => w.Level > WarningLevel.Note))
        {
            if (w.Level == WarningLevel.Alarm || w.Code != missing) yield return (w.Level, w.Message);
            else if (w.Variant == absent[0]) yield return (w.Level,
                $"The data have no row of {string.Join(", ", absent.Select(Words.Name))}.");
        }
    }

    static void Print(MetricAnalysis metric, EngagementAnalysis analysis, IAnsiConsole to)
    {
        string unit = metric.Display.Unit.Length == 0 ? "" : $" ({metric.Display.Unit})";
        // Corrected by nothing, p is said once.
        string? correction = metric.Comparisons.Select(c => c.Result.Correction).FirstOrDefault(c => c != "none");
        var table = Tables.Of("variant", "n", "mean", $"against {analysis.Baseline}",
            $"{(100 * analysis.Confidence).ToString("0.##", CultureInfo.InvariantCulture)} % interval", "lift", "p")
            .Title(Markup.Escape(SafePath.Shorten(metric.Metric) + unit));
        if (correction is not null) table.AddColumn($"{correction} p");
        table.AddColumn("");
        // All means with the same decimals.
        double precision = metric.Display.Factor * metric.Samples.Select(s => s.Interval is { } i ? (i.High - i.Low) / 2 : 0)
            .DefaultIfEmpty().Max();
        foreach (VariantSample sample in metric.Samples)
        {
            VariantComparison? c = metric.Comparisons.FirstOrDefault(x => x.Variant == sample.Variant);
            table.Row(Cells(sample, c, metric.Display, precision, correction is not null));
        }
        to.Write(table);
        foreach (string why in metric.Comparisons.Where(c => c.Result.Estimate is null && c.Note is not null).Select(c => c.Note!)
            .Distinct()) to.WriteLine(SafePath.Shorten(why, 400));
        if (metric.Note is { } note) to.WriteLine(SafePath.Shorten(note, 400));
        foreach (Finding f in metric.Findings.Where(f => f.Verdict is Verdict.Raised or Verdict.Lowered or Verdict.Equivalent
            || !f.Id.EndsWith(f.Label, StringComparison.Ordinal) && f == metric.Placebo))
            to.WriteLine($"{(f.Confirmatory ? "[planned] " : "")}{SafePath.Shorten(f.Sentence, 400)}");
        foreach (SensitivityAnalysis s in metric.Sensitivity.Where(s => s.Agrees == false)) to.WriteLine(SafePath.Shorten(s.Sentence, 400));
    }

    static string[] Cells(VariantSample sample, VariantComparison? c, MetricDisplay display, double half, bool corrected)
    {
        string[] first = [sample.Variant, N(sample.Sample.N), Words.Number(display.Factor * sample.Sample.Mean, half)];
        string[] second = corrected ? [""] : [];
        if (c is null) return [.. first, "", "", "", "", .. second, ""];
        if (c.Result.Estimate is not { } estimate || c.Result.Interval is not { } interval)
            return [.. first, "", "no test", "", "", .. second, ""];
        if (corrected) second = [c.Result.CorrectedP is { } q ? Words.PValue(q) : ""];
        double width = display.Factor * (interval.High - interval.Low) / 2;
        return [.. first, Words.Number(display.Factor * estimate, width, sign: true),
            Words.Range(interval, display.Factor, width).Replace(" to ", " … ", StringComparison.Ordinal),
            c.Lift is { } lift ? Invariant($"{lift.Lift:+0.0 %;−0.0 %}") : "",
                c.Result.P is { } p ? Words.PValue(p) : "", .. second,
            c.Result.Verdict switch { Verdict.Raised => "raised", Verdict.Lowered => "lowered", Verdict.Equivalent => "equivalent",
                _ => "not shown" } + (c.Result.Confirmatory ? ", planned" : "")];
    }
}
