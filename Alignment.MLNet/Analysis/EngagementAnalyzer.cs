using CsvHelper;

namespace Alignment.MLNet.Analysis;

/// <summary>From engagement data to t-tests, and the files that hold them.</summary>
public static class EngagementAnalyzer
{
    /// <summary>The files <see cref="Run"/> writes.</summary>
    public const string JsonFile = "analysis.json", CsvFile = "analysis.csv", RejectedFile = "rejected_rows.csv";

    /// <summary>Reads <paramref name="engagementFile"/> and writes <see cref="JsonFile"/>, <see cref="CsvFile"/> and <see cref="RejectedFile"/> into <paramref name="outFolder"/>.</summary>
    /// <exception cref="BadDataException">No file, no header, a column missing or no column of numbers. Single bad rows are reported, not thrown.</exception>
    public static EngagementAnalysis Run(string engagementFile, string outFolder, AnalysisOptions? options = null, CancellationToken stop = default)
    {
        EngagementAnalysis? made = null;
        AtomicFile.Write(Path.Combine(outFolder, RejectedFile), file =>
        {
            using var writer = CsvWriter.Create(file, AnalysisReport.CsvOptions, leaveOpen: true);
            writer.WriteRecord(["line", "reason"]);
            made = Analyze(engagementFile, options, row =>
            {
                writer.WriteField(row.Line, default);
                writer.WriteField(row.Reason);
                writer.EndRecord();
            }, stop);
        });
        AnalysisReport.WriteJson(Path.Combine(outFolder, JsonFile), made!);
        AnalysisReport.WriteCsv(Path.Combine(outFolder, CsvFile), made!);
        return made!;
    }

    /// <summary>Reads and compares without writing anything; <paramref name="rejected"/> gets every row left out.</summary>
    public static EngagementAnalysis Analyze(string engagementFile, AnalysisOptions? options = null, Action<RejectedRow>? rejected = null, CancellationToken stop = default)
    {
        options ??= new();
        var csv = EngagementCsv.Open(engagementFile, options, stop);
        var samples = new SampleAccumulator[options.Variants.Count, csv.MetricColumns.Count];
        var position = Enumerable.Range(0, options.Variants.Count).ToDictionary(i => options.Variants[i], StringComparer.Ordinal);
        List<RejectedRow> shown = [];
        long rejectedRows = 0;
        long rows = csv.Read(
            (variant, values) =>
            {
                int v = position[variant];
                for (int m = 0; m < values.Length; m++)
                    if (!double.IsNaN(values[m])) samples[v, m].Add(values[m]);
            },
            row =>
            {
                rejectedRows++;
                if (shown.Count < options.RejectedShown) shown.Add(row);
                rejected?.Invoke(row);
            }, stop);
        var metrics = Enumerable.Range(0, csv.MetricColumns.Count).Select(m => Compare(
            csv.Name(csv.MetricColumns[m]), [.. options.Variants.Select((v, i) => new VariantSample(v, samples[i, m].Sample))], options));
        return new(Path.GetFileName(engagementFile), options.Baseline, options.Confidence, rows, rejectedRows, shown, csv.IgnoredColumns, [.. metrics]);
    }

    static MetricAnalysis Compare(string metric, List<VariantSample> all, AnalysisOptions options)
    {
        List<VariantSample> present = [.. all.Where(s => s.Sample.N > 0)];
        if (present.FirstOrDefault(s => s.Variant == options.Baseline) is not { } baseline)
            return new(metric, present, [], $"No row of '{options.Baseline}' has a value, so there is nothing to compare with.");
        return new(metric, present, [.. present.Where(s => s != baseline).Select(s => Compare(s, baseline.Sample, options.Confidence))], null);
    }

    static VariantComparison Compare(VariantSample variant, Sample baseline, double confidence)
    {
        if (TwoSampleTTest.WhyNot(variant.Sample, baseline) is { } why)
            return new(variant.Variant, variant.Sample, baseline, null, null, $"No test ({variant.Variant} against baseline): {why}.");
        return new(variant.Variant, variant.Sample, baseline, Test(equalVariances: true), Test(equalVariances: false), null);

        TTest Test(bool equalVariances)
        {
            var (s, b) = (variant.Sample, baseline);
            var test = new TwoSampleTTest(s.Mean, s.Variance, s.N, b.Mean, b.Variance, b.N, equalVariances);
            var (low, high) = test.GetConfidenceInterval(confidence);
            return new(test.Statistic, test.DegreesOfFreedom, test.PValue, low, high);
        }
    }
}
