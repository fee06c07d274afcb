using Alignment.MLNet.Charts;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Variants;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>What the variants' maps ask for: alignment over scenes, alignment by variant – the figures of the run's own plots – and each
/// variant beside the baseline.</summary>
sealed partial class ReportPage
{
    const int PanelHeight = 110;

    void Asked(HtmlWriter html)
    {
        html.Line().Element("h2", "What was asked for", ("id", "asked"));
        if (IsMissing(html, run.Statistics is not null, "the variants", "The variants' statistics")) return;
        IReadOnlyDictionary<string, VariantStatistics> statistics = run.Statistics!;
        string origin = run.AttentionOrigin.Words, from = origin.Length > 0 ? $" ({origin})" : "";
        html.Element("p", $"The alignment score of a scene is the mean of mask × attention over its pixels{from}: of the maps that the "
            + $"edits were asked to follow, not of what the edited pictures attract.", "soft");

        Figure over = AlignmentPlots.OverScenes(statistics, run.Set?.VideoIds.Count ?? 1, origin);
        html.Element("h3", over.Title);
        PageFigure.Chart(html, over, Label);
        if (over.Series.Count > 1)
        {
            html.Element("p", $"{Text.Capitalize(Label(over.Series[0].Name))} and each other, on the same axes:",
                "soft small");
            AxisScale same = AxisScale.Around(over.Series.SelectMany(s => s.Points).Select(p => p.Y), marks: 3);
            using (html.Open("div", "panels"))
                foreach (FigureSeries other in over.Series.Skip(1))
                    using (html.Open("div"))
                    {
                        html.Element("h4", Label(other.Name));
                        PageFigure.Chart(html, over with { Series = [other, over.Series[0]], Frame = (same.Low, same.High) },
                            Label, PanelHeight, bare: true);
                    }
        }

        Figure by = AlignmentPlots.ByVariant(statistics, origin);
        html.Element("h3", by.Title);
        VariantStatistics Of(int at) => statistics[by.Categories![at]];
        PageFigure.Rows(html, by, Label,
            new PageFigure.Column("attention share", at => Percent(Of(at).AttentionShare.Mean)),
            new PageFigure.Column("scenes changed", at =>
            $"{N(run.Variants["variants"][by.Categories![at]]["modified"].Count)} of {N(Of(at).Scenes)}"));
        html.Element("p", "Spread is that of scenes, which differ; a variant's effect is its difference scene by scene, not the distance "
            + "of these means in units of their spread.", "soft small");
    }
}
