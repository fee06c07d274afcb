using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// The demo's engagement study: simulated, with known effects, on the demo's own videos. Its file names, every row, the plan's title and
/// every output say so. The analysis is planned beforehand as a real one should be, and does not know the truth, which stands beside the
/// data.
/// </summary>
static class DemoStudy
{
    /// <summary>In the folder <c>simulated</c>.</summary>
    public const string EngagementFile = "engagement_simulated.csv", PlanFile = "plan_simulated.json";

    // The margins within which the placebo shall count as equivalent: smaller than any effect that the plan looks for.
    static readonly Margin[] s_margins = [new("CTR", 0.006), new("CVR", 0.003), new("watch_time", 1)];

    /// <summary>Writes data, plan and truth, and analyses; does nothing where all of that is done.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="videos">The videos' ids.</param>
    /// <param name="options">Seed and size.</param>
    /// <param name="doseFile">The dose by variant; null where there is none.</param>
    /// <param name="cancellationToken">Stops between blocks of rows.</param>
    public static (EngagementAnalysis Analysis, bool Made) Run(string run, IReadOnlyList<string> videos, DemoOptions options,
        string? doseFile, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(run, SimulationTruth.Folder), data = Path.Combine(folder, EngagementFile),
            plan = Path.Combine(folder, PlanFile);
        var study = new SimulationOptions { Videos = videos, RowsPerCell = options.StudyRows, Seed = options.Seed };
        EngagementSimulation.Write(data, study);
        Alignment.MLNet.Engagement.Planning.PlanFile.Write(plan, Planned(study), replace: true);
        new SimulationTruth
        {
            Note = "No viewer has seen these videos. The differences below were put into random numbers, to show what an analysis finds "
                + "of them.",
            EngagementSha256 = FileHash.OfFile(data),
            Seed = study.Seed,
            RowsPerVideoAndVariant = study.RowsPerCell,
            Metrics = study.Metrics,
        }.Write(run);
        return Alignment.MLNet.Pipelines.AnalysisStep.Run(data, new(run), new(), cancellationToken,
            new() { PlanFile = plan, DoseFile = doseFile });
    }

    static AnalysisPlan Planned(SimulationOptions study) => new AnalysisPlan
    {
        Title = "SIMULATED study of the demo: does attention on the product raise the click rate?",
        Metrics = ["CTR"],
        Margins = s_margins,
        Stopping = new(StoppingRule.Fixed, (long)study.Videos.Count * study.RowsPerCell),
    }.WithUsualHypotheses();
}
