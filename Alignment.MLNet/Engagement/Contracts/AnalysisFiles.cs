namespace Alignment.MLNet.Engagement.Contracts;

// The names of the files that an analysis writes.
static class AnalysisFiles
{
    public const string Json = "analysis.json", Comparisons = "analysis.csv", Findings = "findings.csv", Rejected = "rejected_rows.csv";
}
