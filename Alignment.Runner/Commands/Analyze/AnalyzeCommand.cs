using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.Runner.Commands.Analyze;

sealed class AnalyzeCommand : RunnerCommand
{
    readonly Option<string> _engagement = Flag.Needed("--engagement", "FILE",
        "CSV with video_id, variant and any numeric metrics (CTR, CVR, watch_time, …), counts (impressions, clicks) and covariates "
            + "(pre_CTR); empty cells are missing values.");
    readonly Option<string> _out =
        Flag.Out($"Where {AnalysisFiles.Json}, {AnalysisFiles.Comparisons}, {AnalysisFiles.Findings} and {AnalysisFiles.Rejected} go.");
    readonly AnalysisFlags _flags;

    public AnalyzeCommand(Terminal terminal) : base(terminal, "analyze",
        "Compares every variant with the baseline, metric by metric: Welch's test (and Student's, paired, rank, bootstrap) with intervals, "
            + "corrected within each metric; contrasts between variants, equivalence of the placebo, dose–response; cluster-robust errors "
            + "and a mixed model as sensitivity analyses. Says what would make the answers untrustworthy before it answers. "
            + "docs/analysis.md explains how to read it.",
        "alignment analyze --engagement engagement.csv --out analysis",
        "alignment analyze --engagement engagement.csv --plan study/plan.json --out analysis     # obeys a plan, and marks what it named",
        "alignment analyze --engagement engagement.csv --dose out --out analysis                 # the effect against how far attention "
        + "moved",
        "alignment analyze --engagement engagement.csv --margin CTR=0.002 --covariate CTR=last_month_ctr --out analysis",
        "alignment analyze --engagement so-far.csv --test Sequential --out look-3                # may be looked at any time")
    {
        Parameters((_engagement, "engagementFile"), (_out, "outFolder"));
        _flags = new(this);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        string folder = parse.GetValue(_out)!;
        EngagementAnalysis analysis = AnalysisJob.Run(parse.GetValue(_engagement)!, folder, _flags.Read(parse), _flags.Inputs(parse),
            cancellationToken);
        if (WantsJson(parse)) terminal.OutputWriter.Write(AnalysisJson.Text(analysis));
        else AnalysisTable.Print(analysis, Path.GetFullPath(folder), terminal.Out);
        if (analysis.ComparesNothing is { } why) terminal.ErrorWriter.WriteLine($"alignment: {SafePath.Shorten(why, 700)}");
        return ExitCodes.Of(analysis);
    }
}
