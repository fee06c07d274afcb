using Alignment.MLNet.Dataset;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;

namespace Alignment.MLNet.Pipelines;

// The variants' statistics and their two plots, in one folder.
static class StatisticsStep
{
    const string Name = "statistics.json";

    sealed record Recipe(int Format, string StatisticsSha256, IReadOnlyList<string> Variants);

    sealed record Facts(IReadOnlyList<string> Files);

    public static (IReadOnlyList<string> Files, bool Made) Run(VariantSet set, RunFolder folder)
    {
        string from = Path.Combine(set.Root, Name), record = Path.Combine(folder.Statistics, "record.json");
        var recipe = new Recipe(4, FileHash.OfFile(from), [.. set.VideoIds.Select(set.KeyOf)]);
        if (OutputRecord.Current<Facts>(record, recipe) is { } known)
            return ([.. known.Files.Select(f => SafePath.Under(folder.Statistics, f))], false);

        AtomicFile.WriteBytes(Path.Combine(folder.Statistics, Name), File.ReadAllBytes(from));
        string[] files = [Name, .. AlignmentPlots.Write(folder.Statistics, VariantFiles.ReadStatistics(from), set.VideoIds.Count,
            set.AttentionOrigin.Words).Select(f => Path.GetFileName(f))];
        OutputRecord.Write(record, recipe, new Facts(files), files);
        return ([.. files.Select(f => Path.Combine(folder.Statistics, f))], true);
    }
}

// The analysis of engagement data; computed when something changed, else read back.
static class AnalysisStep
{
    sealed record Recipe(int Format, string EngagementSha256, AnalysisOptions Options, IReadOnlyList<string> Inputs);

    sealed record Facts(long Rows, long Rejected);

    public static (EngagementAnalysis Result, bool Made) Run(string file, RunFolder folder, AnalysisOptions options,
        CancellationToken cancellationToken, AnalysisInputs? inputs = null)
    {
        string record = Path.Combine(folder.Analysis, "record.json");
        var recipe = new Recipe(3, FileHash.OfFile(file), options,
            [.. new[] { inputs?.PlanFile, inputs?.DoseFile }.Select(f => f is null ? "" : FileHash.OfFile(f))]);
        if (OutputRecord.Current<Facts>(record, recipe) is not null)
            return (AnalysisJson.Read(Path.Combine(folder.Analysis, AnalysisFiles.Json)), false);
        EngagementAnalysis made = AnalysisJob.Run(file, folder.Analysis, options, inputs, cancellationToken);
        OutputRecord.Write(record, recipe, new Facts(made.Rows, made.Rejected), AnalysisFiles.Json, AnalysisFiles.Comparisons,
            AnalysisFiles.Findings, AnalysisFiles.Rejected);
        return (made, true);
    }
}
