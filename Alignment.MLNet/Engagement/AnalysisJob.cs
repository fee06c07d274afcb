using Alignment.MLNet.Engagement.Comparing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement;

// From engagement data to answers, and the files that hold them.
static class AnalysisJob
{
    /// <summary>Analyses <paramref name="engagementFile"/> and writes the <see cref="AnalysisFiles"/> into
    /// <paramref name="outFolder"/>.</summary>
    public static EngagementAnalysis Run(string engagementFile, string outFolder, AnalysisOptions? options = null,
        AnalysisInputs? inputs = null, CancellationToken cancellationToken = default)
    {
        // A file is read and replaced by one of these names only by mistake.
        if (new[] { AnalysisFiles.Json, AnalysisFiles.Comparisons, AnalysisFiles.Findings,
            AnalysisFiles.Rejected }.FirstOrDefault(f => Path.GetFullPath(Path.Combine(outFolder,
                f)) == Path.GetFullPath(engagementFile)) is { } own)
            throw UsageException.For("The output folder", $"the engagement data '{own}' in it, which would be replaced", "another folder",
                "Choose another.");
        EngagementAnalysis? made = null;
        AtomicFile.Write(Path.Combine(outFolder, AnalysisFiles.Rejected), file =>
        {
            using var writer = new SpreadsheetWriter(file);
            writer.Row(["line", "reason"]);
            made = Analyze(engagementFile, options, row =>
            {
                writer.Number(row.Line);
                writer.Text(row.Reason);
                writer.EndRow();
            }, inputs, cancellationToken);
        });
        AnalysisTables.WriteComparisons(Path.Combine(outFolder, AnalysisFiles.Comparisons), made!);
        AnalysisTables.WriteFindings(Path.Combine(outFolder, AnalysisFiles.Findings), made!);
        AnalysisJson.Write(Path.Combine(outFolder, AnalysisFiles.Json), made!);
        return made!;
    }

    /// <summary>Reads and compares without writing anything; <paramref name="rejected"/> gets every row left out.</summary>
    public static EngagementAnalysis Analyze(string engagementFile, AnalysisOptions? options = null, Action<RejectedRow>? rejected = null,
        AnalysisInputs? inputs = null, CancellationToken cancellationToken = default)
    {
        var (used, plan, dose) = Prepare(options, inputs);
        var (sums, facts) = EngagementFile.Collect(engagementFile, used, rejected, cancellationToken);
        return Analyze(sums, facts, new(used, plan, dose, cancellationToken));
    }

    public static EngagementAnalysis Analyze(EngagementRows rows, AnalysisOptions? options = null, AnalysisInputs? inputs = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (used, plan, dose) = Prepare(options, inputs);
        var (sums, facts) = rows.Collect(used);
        return Analyze(sums, facts, new(used, plan, dose, cancellationToken));
    }

    public static EngagementAnalysis Analyze(IDataView rows, AnalysisOptions? options = null, AnalysisInputs? inputs = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (used, plan, dose) = Prepare(options, inputs);
        var (sums, facts) = EngagementView.Collect(rows, used, cancellationToken);
        return Analyze(sums, facts, new(used, plan, dose, cancellationToken));
    }

    static EngagementAnalysis Analyze(EngagementSums sums, ReadingFacts facts, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        // Each metric by itself, in the columns' order whatever the number of threads.
        int means = sums.Plan.Metrics.Count;
        List<MetricAnalysis> metrics = [.. OrderedParallel.Map(Enumerable.Range(0, means + sums.Plan.Ratios.Count),
            i => i < means ? MetricStep.Of(sums, i, context) : RatioStep.Of(sums, i - means, context),
            options.Threads > 0 ? options.Threads : OrderedParallel.Workers, context.Stop)];
        SampleRatio? ratio = AssignedUnits.Ratio(sums, facts, options);
        return new()
        {
            Source = facts.Source,
            SourceSha256 = facts.Sha256,
            Simulated = facts.Simulated,
            Baseline = options.Baseline,
            Confidence = options.Confidence,
            Rows = facts.Rows,
            Rejected = facts.Rejected,
            RejectedShown = facts.RejectedShown,
            IgnoredColumns = facts.IgnoredColumns,
            Arms = [.. options.Variants.Select((v, i) => new VariantRows(v, sums.Rows(i), sums.TooManyVideos ? null : sums.Videos(i)))],
            Videos = sums.TooManyVideos ? null : sums.Videos(),
            SampleRatio = ratio,
            Plan = context.Plan?.Quote(metrics, options),
            Options = options,
            Warnings = Diagnostics.Of(sums, facts, ratio, metrics, context),
            Metrics = metrics,
            Methods = MethodsText.Of(metrics, sums, ratio, context),
        };
    }

    static (AnalysisOptions Options, ActivePlan? Plan, DoseTable? Dose) Prepare(AnalysisOptions? options, AnalysisInputs? inputs)
    {
        options ??= new();
        ActivePlan? plan = inputs?.PlanFile is { } file ? new(PlanFile.Read(file, inputs.PlanSha256)) : null;
        if (plan is not null) options = plan.Apply(options);
        options.Check();
        return (options, plan, inputs?.DoseFile is { } dose ? DoseTable.Read(dose, options, inputs.DosePredictor) : null);
    }
}

/// <summary>Besides the data.</summary>
public sealed record AnalysisInputs
{
    /// <summary>A plan of <c>alignment assign</c>, obeyed and quoted.</summary>
    public string? PlanFile { get; init; }

    /// <summary>The hash the plan must have; null takes the one recorded beside it.</summary>
    public string? PlanSha256 { get; init; }

    /// <summary>Measured doses: what <c>alignment dose</c> writes, or a CSV with variant,dose or video_id,variant,dose.</summary>
    public string? DoseFile { get; init; }

    /// <summary>Whose doses count; null for the first in the table.</summary>
    public string? DosePredictor { get; init; }
}
