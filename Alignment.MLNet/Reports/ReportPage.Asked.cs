using Alignment.MLNet.Html;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Reports;

/// <summary>What the variants' maps ask for: alignment over scenes, alignment by variant, and each variant beside the baseline.</summary>
sealed partial class ReportPage
{
    // With more scenes in a row, markers would cover the lines.
    const int MostMarkers = 40;

    void Asked(HtmlWriter html)
    {
        html.Line().Element("h2", "What was asked for", ("id", "asked"));
        if (IsMissing(html, run.Statistics is not null, "the variants", "The variants' statistics")) return;
        string[] variants = [.. AttentionVariants.Names.Where(run.Statistics!.ContainsKey)];
        string origin = run.AttentionOrigin.Words is { Length: > 0 } words ? $" ({words})" : "";
        html.Element("p", $"The alignment score of a scene is the mean of mask × attention over its pixels{origin}: of the maps that the edits were asked to follow, not of what the edited pictures attract.", ("class", "soft"));

        html.Element("h3", "Alignment over scenes");
        int last = variants.Max(v => run.Statistics[v].TemporalProfile.Count);
        var across = AxisScale.Counting(last);
        var up = AxisScale.Around(variants.SelectMany(v => run.Statistics[v].TemporalProfile));
        string average = run.Set is { VideoIds.Count: > 1 } ? ", mean over videos" : "";
        var chart = new SvgChart(across, up);
        chart.Draw(html, "Alignment score by the scene's place in its video, one line a variant", "scene, in order", $"alignment score{average}{origin}", h =>
        {
            foreach (string variant in variants.Reverse()) Profile(chart, h, variant, last);   // the baseline on top
        });
        SvgChart.Legend(html, variants.Select(v => (ReportWords.Series(v), ReportWords.Variant(v))));

        html.Element("p", "Each variant beside the baseline, on the same axes:", ("class", "soft small"));
        using (html.Open("div", ("class", "panels")))
            foreach (string variant in variants.Where(v => v != variants[0]))
                using (html.Open("div"))
                {
                    html.Element("h4", ReportWords.Variant(variant));
                    var small = new SvgChart(across, AxisScale.Around(variants.SelectMany(v => run.Statistics[v].TemporalProfile), marks: 3), 110);
                    small.Draw(html, $"Alignment score over scenes of {ReportWords.Variant(variant)} and of the baseline", "", "", h =>
                    {
                        Profile(small, h, variants[0], last);
                        Profile(small, h, variant, last);
                    });
                }

        html.Element("h3", "Alignment by variant");
        ByVariant(html, variants, origin);
    }

    void Profile(SvgChart chart, HtmlWriter html, string variant, int last) =>
        chart.Line(html, ReportWords.Series(variant), [.. run.Statistics![variant].TemporalProfile.Select((y, i) => (i + 1.0, y))], last <= MostMarkers);

    void ByVariant(HtmlWriter html, string[] variants, string origin)
    {
        var scale = AxisScale.Around(variants.Select(v => run.Statistics![v].Alignment).SelectMany(a => new[] { a.Mean - a.Std, a.Mean + a.Std }));
        using (html.Open("table", ("class", "stack")))
        {
            Header(html, ("variant", null), ("mean ± standard deviation over scenes" + origin, "plot"), ("alignment", "number"), ("attention share", "number"), ("scenes changed", "number"));
            using var body = html.Open("tbody");
            foreach (string variant in variants)
            {
                VariantStatistics s = run.Statistics![variant];
                using var row = html.Line().Open("tr", ("class", "row"));
                using (html.Open("td", ("class", "name"))) html.Element("strong", ReportWords.Variant(variant));
                using (html.Open("td", ("class", "plot")))
                    SvgIntervals.Row(html, scale, ReportWords.Series(variant), s.Alignment.Mean, s.Alignment.Mean - s.Alignment.Std, s.Alignment.Mean + s.Alignment.Std, true, $"{ReportWords.F(s.Alignment.Mean)} ± {ReportWords.F(s.Alignment.Std)}");
                html.Element("td", $"{ReportWords.F(s.Alignment.Mean)} ± {ReportWords.F(s.Alignment.Std)}", ("class", "number"), ("data-label", "alignment"));
                html.Element("td", ReportWords.Percent(s.AttentionShare.Mean), ("class", "number"), ("data-label", "attention share"));
                html.Element("td", $"{ReportWords.N(run.Variants["variants"][variant]["modified"].Count)} of {ReportWords.N(s.Scenes)}", ("class", "number"), ("data-label", "scenes changed"));
            }
            AxisRow(html, scale, 2);
        }
        html.Element("p", "Spread is that of scenes, which differ; a variant's effect is its difference scene by scene, not the distance of these means in units of their spread.", ("class", "soft small"));
    }

    /// <summary>The axis under a column of intervals that is the table's second; <paramref name="after"/> columns follow it at least.</summary>
    static void AxisRow(HtmlWriter html, AxisScale scale, int after)
    {
        using var row = html.Line().Open("tr", ("class", "axis-row"));
        html.Element("td", "");
        using (html.Open("td", ("class", "plot"))) SvgIntervals.Axis(html, scale);
        html.Element("td", "", ("colspan", FormattableString.Invariant($"{after + 1}")));
    }
}
