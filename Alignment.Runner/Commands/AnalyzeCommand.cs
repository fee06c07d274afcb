using System.CommandLine;
using Alignment.MLNet.Analysis;
using Alignment.Runner.Cli;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment analyze</c>: engagement data, each variant against the baseline.</summary>
sealed class AnalyzeCommand : RunnerCommand
{
    readonly Option<string> _engagement = new("--engagement") { Description = "CSV with video_id, variant and any numeric metrics (CTR, CVR, watch_time, …); empty cells are missing values.", HelpName = "FILE", Required = true };
    readonly Option<string> _out = Flags.Out($"Where {EngagementAnalyzer.JsonFile}, {EngagementAnalyzer.CsvFile} and {EngagementAnalyzer.RejectedFile} go.");

    public AnalyzeCommand(Terminal terminal) : base(terminal, "analyze",
        "Compares every variant with the baseline, metric by metric: Student's and Welch's t-test with 95 % intervals.",
        "alignment analyze --engagement engagement.csv --out analysis")
    {
        Add(_engagement);
        Add(_out);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        string folder = parse.GetValue(_out)!;
        var analysis = EngagementAnalyzer.Run(parse.GetValue(_engagement)!, folder, stop: stop);
        if (WantsJson(parse)) terminal.OutputWriter.Write(AnalysisJson.Text(analysis));
        else AnalysisTable.Print(analysis, Path.GetFullPath(folder), terminal.Out);
        return ExitCodes.Ok;
    }
}
