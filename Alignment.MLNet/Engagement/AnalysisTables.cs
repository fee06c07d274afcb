using Alignment.MLNet.Engagement.Comparing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement;

// An analysis as CSV. Where something was not computed the cell is empty and a note says why; there is no NaN.
static class AnalysisTables
{
    // A column of the comparisons: its name, and its cell of a variant's comparison.
    static readonly (string Name, Func<VariantComparison, double?> Cell)[] s_numbers =
    [
        ("difference", c => c.Difference), ("test_p", c => c.Result.P), ("test_p_corrected", c => c.Result.CorrectedP),
            ("low", c => c.Result.Interval?.Low), ("high", c => c.Result.Interval?.High),
        ("simultaneous_low", c => c.Result.Simultaneous?.Low), ("simultaneous_high", c => c.Result.Simultaneous?.High),
        .. TwoSampleTests.All.SelectMany(t => t.Columns),
        ("lift", c => c.Lift?.Lift), ("lift_low", c => c.Lift?.Delta.Low), ("lift_high", c => c.Lift?.Delta.High),
            ("lift_fieller_low", c => c.Lift?.Fieller?.Low), ("lift_fieller_high", c => c.Lift?.Fieller?.High),
        ("cohen_d", c => c.Effect?.CohenD), ("hedges_g", c => c.Effect?.HedgesG),
        ("bootstrap_low", c => c.Bootstrap?.Bca.Low), ("bootstrap_high", c => c.Bootstrap?.Bca.High),
        ("dunnett_p", c => c.Dunnett?.P), ("dunnett_low", c => c.Dunnett?.Interval.Low), ("dunnett_high", c => c.Dunnett?.Interval.High),
        ("tost_margin", c => c.Equivalence?.Margin), ("tost_p", c => c.Equivalence?.P),
        ("always_valid_p", c => c.Sequential?.P), ("always_valid_low", c => c.Sequential?.Interval.Low),
            ("always_valid_high", c => c.Sequential?.Interval.High),
        ("ratio_z", c => c.Ratio?.Z), ("ratio_p", c => c.Ratio?.P), ("pooled_z", c => c.Proportions?.Test.ZPooled),
            ("pooled_z_p", c => c.Proportions?.Test.PPooled), ("fisher_p", c => c.Proportions?.FisherP),
        ("newcombe_low", c => c.Proportions?.Test.Newcombe.Low), ("newcombe_high", c => c.Proportions?.Test.Newcombe.High),
        ("detectable_difference", c => c.DetectableDifference),
    ];

    public static void WriteComparisons(string path, EngagementAnalysis analysis)
    {
        AtomicFile.Write(path, file =>
        {
            using var csv = new SpreadsheetWriter(file);
            csv.Row(["metric", "variant", "n", "mean", "sd", "baseline_n", "baseline_mean", "baseline_sd", .. s_numbers.Select(n => n.Name),
                "correction", "confirmatory", "note"]);
            foreach (MetricAnalysis metric in analysis.Metrics)
                foreach (VariantSample sample in metric.Samples)
                {
                    VariantComparison? compared = metric.Comparisons.FirstOrDefault(c => c.Variant == sample.Variant);
                    csv.Text(metric.Metric);
                    csv.Text(sample.Variant);
                    Write(csv, sample.Sample);
                    Write(csv, compared?.Baseline ?? default);
                    foreach (var (_, cell) in s_numbers) csv.Number(compared is null ? null : cell(compared));
                    csv.Text(compared?.Result.Correction ?? "");
                    csv.Text(compared is null ? "" : compared.Result.Confirmatory ? "yes" : "no");
                    csv.Text(compared is null ? metric.Note ?? ""
                        : string.Join(" ", new[] { compared.Note }.Concat(compared.Notes).Where(n => !string.IsNullOrEmpty(n))));
                    csv.EndRow();
                }
        });
    }

    public static void WriteFindings(string path, EngagementAnalysis analysis)
    {
        AtomicFile.Write(path, file =>
        {
            using var csv = new SpreadsheetWriter(file);
            csv.Row(["metric", "id", "label", "family", "family_size", "test", "estimate", "standard_error", "statistic", "df", "p",
                "correction", "p_corrected", "low", "high", "simultaneous_low", "simultaneous_high", "verdict", "confirmatory",
                "hypothesis", "sentence", "note"]);
            void Text(params ReadOnlySpan<string> cells)
            {
                foreach (string cell in cells) csv.Text(cell);
            }
            void Numbers(params ReadOnlySpan<double?> cells)
            {
                foreach (double? cell in cells) csv.Number(cell);
            }
            foreach (MetricAnalysis metric in analysis.Metrics)
                foreach (Finding f in metric.Findings)
                {
                    Text(metric.Metric, f.Id, f.Label, f.Family);
                    csv.Number((long?)f.FamilySize);
                    csv.Text(f.Test);
                    Numbers(f.Estimate, f.StandardError, f.Statistic, f.Df, f.P);
                    csv.Text(f.Correction);
                    Numbers(f.CorrectedP, f.Interval?.Low, f.Interval?.High, f.Simultaneous?.Low, f.Simultaneous?.High);
                    Text(VerdictName(f.Verdict), f.Confirmatory ? "yes" : "no", f.Hypothesis ?? "", f.Sentence, f.Note ?? "");
                    csv.EndRow();
                }
        });
    }

    internal static string VerdictName(Verdict verdict) => verdict switch
    {
        Verdict.NotShown => "not_shown",
        Verdict.Raised => "raised",
        Verdict.Lowered => "lowered",
        Verdict.Equivalent => "equivalent",
        _ => "none",
    };

    static void Write(SpreadsheetWriter csv, Sample sample)
    {
        csv.Number(sample.N == 0 ? null : (long?)sample.N);
        csv.Number(sample.N == 0 ? null : sample.Mean);
        csv.Number(sample.N == 0 ? null : sample.Sd);
    }
}
