using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Analysis;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

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
        if (WantsJson(parse)) terminal.WriteJson(analysis);
        else AnalysisTable.Print(analysis, Path.GetFullPath(folder), terminal.Out);
        return ExitCodes.Ok;
    }
}

/// <summary>An analysis for people: Welch's test, which does not assume equal spreads.</summary>
static class AnalysisTable
{
    public static void Print(EngagementAnalysis analysis, string folder, IAnsiConsole to)
    {
        foreach (var metric in analysis.Metrics)
        {
            var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(SafePath.Shorten(metric.Metric))).AddColumns("variant", "n", "mean", $"against {Markup.Escape(analysis.Baseline)}", $"{analysis.Confidence:P0} interval", "Welch t", "df", "p");
            foreach (var sample in metric.Samples)
            {
                var c = metric.Comparisons.FirstOrDefault(x => x.Variant == sample.Variant);
                string[] row = [sample.Variant, N(sample.Sample.N), F(sample.Sample.Mean), c is null ? "" : Signed(c.Difference), .. c?.Welch is { } w ? [$"{Signed(w.Low)} … {Signed(w.High)}", F(w.T), F(w.Df), P(w.P)] : new[] { SafePath.Shorten(c?.Note), "", "", "" }];
                table.AddRow([.. row.Select(cell => new Text(cell))]);
            }
            to.Write(table);
            if (metric.Note is { } note) to.WriteLine(SafePath.Shorten(note, 400));
        }
        if (analysis.Rejected > 0)
        {
            to.WriteLine($"{N(analysis.Rejected)} of {N(analysis.Rows)} rows were not used:");
            foreach (var row in analysis.RejectedShown) to.WriteLine($"  line {N(row.Line)}: {SafePath.Shorten(row.Reason, 300)}");
        }
        if (analysis.IgnoredColumns.Count > 0) to.WriteLine($"Without a number, so not compared: {SafePath.Shorten(string.Join(", ", analysis.IgnoredColumns), 300)}. Decimals have a point.");
        to.WriteLine($"The p-values are not corrected for the number of comparisons. Tables: {folder}");
    }

    static string F(double x) => x.ToString("G5", CultureInfo.InvariantCulture);

    static string Signed(double x) => x >= 0 ? "+" + F(x) : F(x);

    static string P(double p) => p < 0.0001 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture);
}
