using Alignment.MLNet.Charts;
using Alignment.MLNet.Engagement.Contracts;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

// Of a simulated study: what was put into it beside what the analysis found.
sealed partial class ReportPage
{
    void Truth(HtmlWriter html, EngagementAnalysis a)
    {
        if (SimulationTruth.Of(run.Folder.Root, a) is not { } truth) return;
        var rows = ReportTables.PlantedRows(a, truth).ToList();
        if (rows.Count == 0) return;
        html.Line().Element("h3", "Planted and found (SIMULATED)", ("id", "planted"));
        html.Element("p", $"The simulation put these differences from the baseline into the data (seed {truth.Seed}); the analysis did "
            + $"not know them. An interval holds the planted value in about {Percent(a.Confidence, "0.##")} of such studies, "
            + $"so that one in some may miss it.", "soft");
        using var table = html.Open("table", "stack small");
        html.Header(("", null), ("planted", "number"), ("found", "number"), ("", null));
        using var body = html.Open("tbody");
        foreach (var metric in rows.GroupBy(e => e.Metric, StringComparer.Ordinal))
        {
            using (html.Line().Open("tr"))
            using (html.Open("td", ("colspan", "4")))
            using (html.Open("strong")) html.Name(metric.Key);
            foreach (PlantedEffect e in metric)
            {
                using var row = html.Line().Open("tr", "row");
                html.Element("td", Label(e.Variant), "name");
                html.Element("td", Signed(e.Factor * e.Planted), "number", "planted");
                html.Element("td", Estimate(e.Factor * e.Found, e.Factor * e.Low, e.Factor * e.High), "number", "found");
                using var verdict = html.Open("td", "whole");
                html.Element("span", e.Words, ("class", e.Right ? "good" : "warning"));
                if (!e.Covered) html.Element("span", "; ● the interval misses it", "warning");
            }
        }
    }
}

// One effect that was planted, and what was found of it.
sealed record PlantedEffect(string Metric, string Variant, double Planted, double Found, double Low, double High, Verdict Verdict,
    double Factor)
{
    public bool Covered => Low <= Planted && Planted <= High;

    // Neither a false alarm nor a wrong sign; an effect that is not shown is missed, which is no error of the analysis.
    public bool Right => Verdict switch { Verdict.Raised => Planted > 0, Verdict.Lowered => Planted < 0, _ => Planted == 0 };

    public string Words => (Verdict, Planted) switch
    {
        (Verdict.Raised, > 0) or (Verdict.Lowered, < 0) => "✓ found",
        (Verdict.Raised or Verdict.Lowered, 0) => "● false alarm",
        (Verdict.Raised or Verdict.Lowered, _) => "● wrong way",
        (_, 0) => "✓ none, and none shown",
        _ => "● planted, not shown",
    };
}
