namespace Alignment.MLNet.Analysis;

/// <summary>What engagement data says: per metric each variant against the baseline.</summary>
/// <param name="Source">File name of the data.</param>
/// <param name="Baseline">The variant compared with.</param>
/// <param name="Confidence">Of the intervals, 0 … 1.</param>
/// <param name="Rows">Data rows in the file.</param>
/// <param name="Rejected">Rows that were not used; each is in the rejected-rows file.</param>
/// <param name="RejectedShown">The first of them.</param>
/// <param name="IgnoredColumns">Columns that hold no numbers.</param>
/// <param name="Metrics">One entry per metric, in the file's column order.</param>
public sealed record EngagementAnalysis(string Source, string Baseline, double Confidence, long Rows, long Rejected,
    IReadOnlyList<RejectedRow> RejectedShown, IReadOnlyList<string> IgnoredColumns, IReadOnlyList<MetricAnalysis> Metrics);

/// <summary>A row that was not used.</summary>
/// <param name="Line">Line of the file on which the row begins, from 1.</param>
/// <param name="Reason">What was wrong, with the value found.</param>
public sealed record RejectedRow(long Line, string Reason);

/// <summary>One metric.</summary>
/// <param name="Metric">The column's name.</param>
/// <param name="Samples">Size, mean and spread of every variant that has values.</param>
/// <param name="Comparisons">Every other variant against the baseline; empty when the baseline has no values.</param>
/// <param name="Note">Why there are no comparisons, or null.</param>
public sealed record MetricAnalysis(string Metric, IReadOnlyList<VariantSample> Samples, IReadOnlyList<VariantComparison> Comparisons, string? Note);

/// <summary>One variant's values of one metric.</summary>
public sealed record VariantSample(string Variant, Sample Sample);

/// <summary>One variant against the baseline.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Sample">Its values.</param>
/// <param name="Baseline">The baseline's values.</param>
/// <param name="Student">Student's t-test, or null where none is possible.</param>
/// <param name="Welch">Welch's t-test, or null where none is possible.</param>
/// <param name="Note">Why no test is possible, or null.</param>
public sealed record VariantComparison(string Variant, Sample Sample, Sample Baseline, TTest? Student, TTest? Welch, string? Note)
{
    /// <summary>The variant's mean − the baseline's.</summary>
    public double Difference => Sample.Mean - Baseline.Mean;
}

/// <summary>A t-test's outcome.</summary>
/// <param name="T">The statistic; positive when the variant's mean is above the baseline's.</param>
/// <param name="Df">Degrees of freedom.</param>
/// <param name="P">Two-sided.</param>
/// <param name="Low">Lower end of the interval of the difference.</param>
/// <param name="High">Upper end.</param>
public sealed record TTest(double T, double Df, double P, double Low, double High);
