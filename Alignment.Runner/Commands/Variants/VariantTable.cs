using Alignment.MLNet.Variants;

namespace Alignment.Runner.Commands.Variants;

static class VariantTable
{
    public static void Print(VariantResult report, IAnsiConsole to)
    {
        var table = Tables.Of("variant", "scenes", "changed", "alignment, mean ± sd", "attention share");
        foreach (var (name, counts) in report.Variants)
        {
            var scores = report.Statistics.GetValueOrDefault(name);
            table.Row(name, N(counts.Scenes), N(counts.Modified),
                scores is null ? "" : $"{F(scores.Alignment.Mean)} ± {F(scores.Alignment.Std)}",
                scores is null ? "" : F(scores.AttentionShare.Mean));
        }
        to.Write(table);
        to.WriteLine($"{N(report.Videos)} videos, {N(report.Made)} written now; {N(report.Scenes)} scenes, {N(report.DistinctControls)} "
            + $"different controls to edit. In {report.Root}");
        to.WriteLine(report.AttentionOrigin.Text);
        if (report.ScenesWithoutProduct > 0)
            to.WriteLine($"{N(report.ScenesWithoutProduct)} scenes without the product: no variant changes them.");
        if (report.PartialPlacebos > 0)
            to.WriteLine(
                $"{N(report.PartialPlacebos)} scenes whose placebo could not be matched in full; the placebo table has its coverage.");
        foreach (string video in report.ShortVideos)
            to.WriteLine($"{SafePath.Shorten(video)} has fewer than three scenes: one of its windows is empty.");
        foreach (var failed in report.Failed)
            to.WriteLine($"{SafePath.Shorten(failed.VideoId)} was left out: {SafePath.Shorten(failed.Message, 400)}");
    }

    static string F(double x) => Invariant($"{x:0.0000}");
}
