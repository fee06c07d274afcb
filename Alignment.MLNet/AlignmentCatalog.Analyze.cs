using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet;

/// <summary>Whether it mattered: the analysis of engagement.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Analyses engagement rows: a text column <c>video_id</c>, a text column <c>variant</c>, and metrics as single numbers (NaN is
    /// missing; true is 1). Rows are read once, in bounded memory. Nothing is written.
    /// </summary>
    /// <exception cref="Alignment.BadDataException">A column is missing.</exception>
    public EngagementAnalysis AnalyzeEngagement(IDataView rows, AnalysisOptions? options = null, AnalysisInputs? inputs = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        _ = Context;
        return AnalysisJob.Analyze(rows, options, inputs, cancellationToken);
    }

    /// <summary>Analyses a CSV as <c>alignment analyze</c> does, and writes its files into <paramref name="outFolder"/>.</summary>
    /// <exception cref="Alignment.BadDataException">No file, no header, a column missing or no column of numbers.</exception>
    public EngagementAnalysis AnalyzeEngagement(string engagementFile, string outFolder, AnalysisOptions? options = null,
        AnalysisInputs? inputs = null, CancellationToken cancellationToken = default)
    {
        _ = Context;
        return AnalysisJob.Run(engagementFile, outFolder, options, inputs, cancellationToken);
    }
}
