namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>The names of the files that an analysis writes.</summary>
static class AnalysisFiles
{
    /// <summary>The whole analysis; one line per metric and variant; one line per finding; the rows that were not used.</summary>
    public const string Json = "analysis.json", Comparisons = "analysis.csv", Findings = "findings.csv", Rejected = "rejected_rows.csv";
}
