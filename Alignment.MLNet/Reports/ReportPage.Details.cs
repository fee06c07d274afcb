using Alignment.MLNet.Charts;
using Alignment.MLNet.Engagement.Comparing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

// Every number of a metric in tables, folded away on a screen and open on paper.
sealed partial class ReportPage
{
    static void Details(HtmlWriter html, EngagementAnalysis a, MetricAnalysis metric)
    {
        double f = metric.Display.Factor;
        string unit = metric.Display.Unit.Length > 0 ? $" ({(f == 100 ? "%" : metric.Display.Unit)})" : "";
        using (html.Line().Open("details"))
        {
            html.Element("summary", "Samples, and whether the variants differ at all");
            Table(html, ["variant", "values", $"mean{unit}", "interval of the mean", $"standard deviation{unit}"],
                metric.Samples.Select(s => new[]
            {
                Label(s.Variant), N(s.Sample.N), F(f * s.Sample.Mean), Range(s.Interval, f),
                    F(f * s.Sample.Sd),
            }));
            if (metric.Omnibus.Count > 0)
                Table(html, ["test", "asks", "statistic", "degrees of freedom", "p", ""],
                    metric.Omnibus.Select(o => new[] { o.Name, o.Asks, F(o.Statistic),
                    o.Df1 is { } d ? F(d) + (o.Df2 is { } e ? $"; {F(e)}" : "") : "–", P(o.P),
                        o.Note ?? "" }));
        }
        if (metric.Comparisons.Count > 0)
            using (html.Line().Open("details"))
            {
                TwoSampleTest[] tests = [.. TwoSampleTests.Choices.Where(t => t.ReportedP is not null)];
                html.Element("summary", "All tests of each variant against the baseline");
                html.Element("p", "Raw two-sided p-values of every test, so that nobody has to wonder what another one would have said; "
                    + "the answer above is by the test in the first column.", "soft small");
                Table(html, ["variant", "answered by", .. tests.Select(t => t.Heading + " p"), "Dunnett p", "lift", "Cohen's d",
                    "Hedges' g", "bootstrap interval", "detectable"], metric.Comparisons.Select(c => (string[])
                [
                    Label(c.Variant), c.Result.Test, .. tests.Select(t => P(t.ReportedP!(c))),
                    P(c.Dunnett?.P),
                    c.Lift is { } lift ? $"{Percent(lift.Lift)} [{Percent(lift.Delta.Low)}, "
                        + $"{Percent(lift.Delta.High)}]" : "–", F(c.Effect?.CohenD),
                        F(c.Effect?.HedgesG), Range(c.Bootstrap?.Bca, f), F(c.DetectableDifference * f),
                ]));
                foreach (var (c, text) in metric.Comparisons.SelectMany(c => c.Notes.Select(text => (c, text))).Take(20))
                    using (html.Open("p", "soft small")) html.Text(Label(c.Variant) + ": ").Name(text);
            }
        if (metric.Comparisons.Any(c => c.Sequential is not null))
            using (html.Line().Open("details"))
            {
                html.Element("summary", "Always-valid: may be looked at any time");
                Table(html, ["variant", "difference", "confidence sequence", "always-valid p"],
                    metric.Comparisons.Where(c => c.Sequential is not null)
                    .Select(c => new[] { Label(c.Variant), Signed(f * c.Sequential!.Difference),
                    Range(c.Sequential.Interval, f), P(c.Sequential.P) }));
            }
        if (metric.Sensitivity.Count == 0) return;
        using var details = html.Line().Open("details");
        html.Element("summary", "Sensitivity: the same differences under other assumptions");
        foreach (SensitivityAnalysis s in metric.Sensitivity)
        {
            using (html.Open("p"))
            {
                using (html.Open("strong")) html.Name(s.Name);
                if (s.Covariate is { } covariate) html.Text(" with ").Name(covariate);
                html.Text(": ").Name(s.Note ?? s.Sentence).Text(" Assumes ").Name(s.Assumes).Text(".");
            }
            if (s.Estimates.Count > 0)
                Table(html, ["variant", "difference and interval", "corrected p", "raw p"],
                    s.Estimates.Select(e => new[] { Label(e.Variant),
                    Estimate(f * e.Estimate, f * e.Low, f * e.High), P(e.CorrectedP), P(e.P) }));
        }
    }

    static void Arms(HtmlWriter html, EngagementAnalysis a)
    {
        using var details = html.Line().Open("details");
        // Sample-ratio mismatch is tested on what was assigned: where that is neither rows nor videos, it has a column of its own.
        SampleRatio? ratio = a.SampleRatio;
        string units = ratio is null or { Unit: "row" } ? "rows" : ratio.Unit + "s";
        bool own = units is not ("rows" or "videos") || ratio!.InSeveral > 0 || ratio.Sampled;
        html.Element("summary", units == "rows" ? "Rows of each variant" : $"Rows and {units} of each variant");
        Table(html, ["variant", "rows", "videos", .. own ? [$"{units} counted"] : Array.Empty<string>(), $"share of {units} expected",
            "share found"], a.Arms.Select(arm =>
        {
            string count = "–", expected = "–", found = "–";
            if (ratio is not null && ratio.Expected.TryGetValue(arm.Variant, out double share)
                && ratio.Counts.TryGetValue(arm.Variant, out long n))
                (count, expected, found) = (N(n), Percent(share),
                    Percent((double)n / ratio.Counts.Values.Sum()));
            return (string[])[Label(arm.Variant), N(arm.Rows), arm.Videos is { } v ? N(v) : "–",
                .. own ? [count] : Array.Empty<string>(), expected, found];
        }));
        if (ratio is null) return;
        html.Element("p", ratio.Sentence, "small");
        if (ratio.InSeveral > 0) html.Element("p",
            $"{Count(ratio.InSeveral, ratio.Unit, units)} seen in several variants are not counted.", "small");
    }

    static string Range(Interval? interval, double f)
    {
        if (interval is not { } i) return "–";
        double half = f * (i.High - i.Low) / 2;
        return $"[{Text.Number(f * i.Low, half)}, {Text.Number(f * i.High, half)}]";
    }

    // A table of texts: the first column names the row, the others are numbers or words; on a phone rows become blocks.
    static void Table(HtmlWriter html, string[] columns, IEnumerable<string[]> rows)
    {
        using var scroll = html.Line().Open("div", "scroll");
        using var table = html.Open("table", "stack small");
        using (html.Open("thead"))
        using (html.Open("tr"))
            foreach (string column in columns) html.Element("th", column);
        using var body = html.Open("tbody");
        foreach (string[] cells in rows)
        {
            using var row = html.Line().Open("tr");
            for (int i = 0; i < cells.Length; i++)
                using (html.Open("td", ("data-label", i == 0 ? null : columns[i])))
                    if (i == 0)
                        using (html.Open("strong")) html.Name(cells[0]);
                    else html.Name(cells[i]);
        }
    }
}
