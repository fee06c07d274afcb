using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Runner.Cli;
using Alignment.Transforms.Attention;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment variants</c>: the variants' modified heatmaps.</summary>
sealed class VariantsCommand : RunnerCommand
{
    readonly Option<string> _data = Flags.Data();
    readonly Option<string> _out = Flags.Out($"Gets {VariantFiles.Folder}/{{video_id}}/{{variant}}/….");
    readonly VariantFlags _flags;

    public VariantsCommand(Terminal terminal) : base(terminal, "variants",
        $"Makes the {NumberWords.Of(Variant.All.Count)} attention variants of every scene: heatmaps for people (JPEG) and for the edit (float32), tables, statistics.",
        "alignment variants --data data --out out",
        "alignment variants --data data --out out --size 640x384 --preserve-mass",
        "alignment variants --data data --out out --video bottle_ad --boost-alpha 2")
    {
        Add(_data);
        Add(_out);
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var report = Watch(progress => VariantJob.Run(parse.GetValue(_data)!, parse.GetValue(_out)!, _flags.Read(parse), progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(report);
        else VariantTable.Print(report, terminal.Out);
        return report.Failed.Count > 0 ? ExitCodes.BadData : ExitCodes.Ok;
    }
}

/// <summary>A variant report for people.</summary>
static class VariantTable
{
    public static void Print(VariantResult report, IAnsiConsole to)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("variant", "scenes", "changed", "alignment, mean ± sd", "attention share");
        foreach (var (name, counts) in report.Variants)
        {
            var scores = report.Statistics.GetValueOrDefault(name);
            table.AddRow([.. new[] { name, N(counts.Scenes), N(counts.Modified), scores is null ? "" : $"{F(scores.Alignment.Mean)} ± {F(scores.Alignment.Std)}", scores is null ? "" : F(scores.AttentionShare.Mean) }.Select(t => new Text(t))]);
        }
        to.Write(table);
        to.WriteLine($"{N(report.Videos)} videos, {N(report.Made)} made now; {N(report.Scenes)} scenes, {N(report.DistinctControls)} different controls to edit. In {report.Root}");
        to.WriteLine(report.AttentionOrigin.Text);
        if (report.ScenesWithoutProduct > 0) to.WriteLine($"{N(report.ScenesWithoutProduct)} scenes without the product: no variant changes them.");
        if (report.PartialPlacebos > 0) to.WriteLine($"{N(report.PartialPlacebos)} scenes whose placebo could not be matched in full; the placebo table has its coverage.");
        foreach (string video in report.ShortVideos) to.WriteLine($"{SafePath.Shorten(video)} has fewer than three scenes: one of its windows is empty.");
        foreach (var failed in report.Failed) to.WriteLine($"{SafePath.Shorten(failed.VideoId)} was left out: {SafePath.Shorten(failed.Message, 400)}");
    }

    static string F(double x) => x.ToString("0.0000", CultureInfo.InvariantCulture);
}
