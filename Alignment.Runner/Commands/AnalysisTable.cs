using System.Globalization;
using Alignment.MLNet.Analysis;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary>An analysis for people: warnings first, then per metric a table, then the answers in words.</summary>
static class AnalysisTable
{
    const int MostWarnings = 20;

    public static void Print(EngagementAnalysis analysis, string folder, IAnsiConsole to)
    {
        foreach (AnalysisWarning w in analysis.AllWarnings.Where(w => w.Level > WarningLevel.Note).Take(MostWarnings))
            to.Write(new Text($"{(w.Level == WarningLevel.Alarm ? "ALARM" : "Warning")}: {SafePath.Shorten(w.Message, 600)}\n", w.Level == WarningLevel.Alarm ? new Style(Color.Red, decoration: Decoration.Bold) : new Style(Color.Yellow)));
        if (analysis.Plan is { } plan) to.WriteLine($"Plan: {SafePath.Shorten(plan.Title.Length > 0 ? plan.Title : plan.File, 200)}; {plan.Hypotheses.Count} hypotheses, correction {plan.Correction}, stopping {plan.StoppingRule}, SHA-256 {plan.Sha256[..12]}…");
        foreach (MetricAnalysis metric in analysis.Metrics) Print(metric, analysis, to);
        to.WriteLine();
        foreach (HypothesisQuoted h in analysis.Plan?.Hypotheses ?? []) to.WriteLine($"{SafePath.Shorten(h.Id, 40)} (“{SafePath.Shorten(h.Statement, 200)}”): {h.Answer}");
        if (analysis.Rejected > 0)
        {
            to.WriteLine($"{N(analysis.Rejected)} of {N(analysis.Rows)} rows were not used:");
            foreach (var row in analysis.RejectedShown) to.WriteLine($"  line {N(row.Line)}: {SafePath.Shorten(row.Reason, 300)}");
        }
        if (analysis.IgnoredColumns.Count > 0) to.WriteLine($"Without a number, so not compared: {SafePath.Shorten(string.Join(", ", analysis.IgnoredColumns), 300)}.");
        to.WriteLine($"Everything else (all tests, contrasts, sensitivity analyses, methods): {folder}");
    }

    static void Print(MetricAnalysis metric, EngagementAnalysis analysis, IAnsiConsole to)
    {
        string unit = metric.Display.Unit.Length == 0 ? "" : $" ({metric.Display.Unit})";
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(SafePath.Shorten(metric.Metric) + unit))
            .AddColumns("variant", "n", "mean", $"against {Markup.Escape(analysis.Baseline)}", $"{(100 * analysis.Confidence).ToString("0.##", CultureInfo.InvariantCulture)} % interval", "lift", "p", $"{(metric.Comparisons.Count > 0 ? metric.Comparisons[0].Result.Correction : "corrected")} p", "");
        // All means with the same decimals.
        double precision = metric.Display.Factor * metric.Samples.Select(s => s.Interval is { } i ? (i.High - i.Low) / 2 : 0).DefaultIfEmpty().Max();
        foreach (VariantSample sample in metric.Samples)
        {
            VariantComparison? c = metric.Comparisons.FirstOrDefault(x => x.Variant == sample.Variant);
            table.AddRow([.. Cells(sample, c, metric.Display, precision).Select(cell => new Text(cell))]);
        }
        to.Write(table);
        if (metric.Note is { } note) to.WriteLine(SafePath.Shorten(note, 400));
        foreach (Finding f in metric.Findings.Where(f => f.Verdict is Verdict.Raised or Verdict.Lowered or Verdict.Equivalent || !f.Id.EndsWith(f.Label, StringComparison.Ordinal) && f == metric.Placebo))
            to.WriteLine($"{(f.Confirmatory ? "[planned] " : "")}{SafePath.Shorten(f.Sentence, 400)}");
        foreach (SensitivityAnalysis s in metric.Sensitivity.Where(s => s.Agrees == false)) to.WriteLine(SafePath.Shorten(s.Sentence, 400));
    }

    static string[] Cells(VariantSample sample, VariantComparison? c, MetricDisplay display, double half)
    {
        string[] first = [sample.Variant, N(sample.Sample.N), Words.Number(display.Factor * sample.Sample.Mean, half)];
        if (c is null) return [.. first, "", "", "", "", "", ""];
        if (c.Result.Estimate is not { } estimate || c.Result.Interval is not { } interval) return [.. first, "", SafePath.Shorten(c.Note, 60), "", "", "", ""];
        double width = display.Factor * (interval.High - interval.Low) / 2;
        return [.. first, Words.Number(display.Factor * estimate, width, sign: true), Words.Range(interval, display.Factor, width).Replace(" to ", " … ", StringComparison.Ordinal),
            c.Lift is { } lift ? lift.Lift.ToString("+0.0 %;−0.0 %", CultureInfo.InvariantCulture) : "", c.Result.P is { } p ? Words.PValue(p) : "", c.Result.CorrectedP is { } q ? Words.PValue(q) : "",
            c.Result.Verdict switch { Verdict.Raised => "raised", Verdict.Lowered => "lowered", Verdict.Equivalent => "equivalent", _ => "not shown" } + (c.Result.Confirmatory ? ", planned" : "")];
    }
}
