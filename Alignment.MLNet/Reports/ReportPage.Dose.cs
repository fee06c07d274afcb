using Alignment.MLNet.Charts;
using Alignment.MLNet.Dose;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Metrics;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>How far attention really moved, as far as predictors can tell, and whether the placebo is one. Every number is predicted, and
/// called so.</summary>
sealed partial class ReportPage
{
    static readonly (DoseVerdict Verdict, string Mark, string Word, string Style)[] s_verdicts =
    [
        (DoseVerdict.Shown, "✓", "shown", "good"), (DoseVerdict.NotShown, "○", "not shown", "warning"),
            (DoseVerdict.Contradicted, "▲", "contradicted", "error"), (DoseVerdict.CannotTell, "–", "cannot tell", "soft"),
    ];

    IEnumerable<string> DoseInShort()
    {
        if (run.Dose is not { } dose) yield break;
        if (dose.Of(Variant.FullBoost.Name)?.Manipulation is { } moved) yield return moved.Sentence;
        if (dose.Of(Variant.Placebo.Name)?.Placebo is { } placebo) yield return placebo.Sentence;
    }

    void Dose(HtmlWriter html)
    {
        html.Line().Element("h2", "How far attention moved (predicted)", ("id", "dose"));
        if (IsMissing(html, run.Dose is not null, "the dose", "The dose")) return;
        DoseReport dose = run.Dose!;
        using (html.Open("p", "warning")) html.Text("● ").Name(dose.Note);
        var counts = dose.Counts;
        string without = counts.WithoutProduct == 0 ? ""
            : $"; {N(counts.WithoutProduct)} without it {(counts.WithoutProduct == 1 ? "counts" : "count")} nowhere";
        string failed = counts.Failed == 0 ? "" : $"; {N(counts.Failed)} could not be measured";
        html.Element("p", $"{Count(counts.WithProduct, "scene", "scenes")} with the product of "
            + $"{Count(counts.Videos, "video", "videos")}{without}{failed}. The dose of a variant is the share of attention on "
            + "the product in its edits less that in the baseline's edits, scene by scene.", "soft");
        Figures(html, dose);
        foreach (DosePredictor predictor in dose.Predictors)
        {
            using (html.Line().Open("h3")) html.Text("By ").Name(predictor.Name);
            if (predictor.MadeHeatmaps) html.Element("p", "● The run's heatmaps were predicted by this very predictor: what was asked "
                + "for and what is read off the result have one source.", "warning small");
            VariantDose[] variants = [.. dose.Variants.Where(v => v.Predictor == predictor.Name)];
            Checks(html, variants);
            if (dose.Artifacts.FirstOrDefault(x => x.Predictor == predictor.Name) is { } artifact)
            {
                html.Element("h4", "What editing itself does");
                using (html.Open("p")) html.Name(artifact.Sentence);
            }
            using var details = html.Line().Open("details");
            html.Element("summary", "Agreement of the edits' predicted attention with the maps asked for, and shares");
            DoseTable(html, variants);
        }
    }

    static void Figures(HtmlWriter html, DoseReport dose)
    {
        foreach (var (_, figure) in DosePlots.All(dose))
        {
            html.Line().Element("h3", figure.Title);
            if (figure.Categories is not { } variants)
            {
                PageFigure.Chart(html, figure, ReportWords.Named);
                continue;
            }
            // What maps ask for is the same for every predictor.
            PageFigure.Column[] asked = figure.Title.EndsWith("variant", StringComparison.Ordinal)
                ? [new("asked for", at => Asked(dose, variants[at]))] : [];
            PageFigure.Rows(html, figure, ReportWords.Named, asked);
        }
    }

    static string Asked(DoseReport dose, string variant) => dose.Of(variant) switch
    {
        { Manipulation: { } m } => Points(100 * m.Asked),
        { Placebo: not null } => "0",
        _ => "–",
    };

    static void Checks(HtmlWriter html, IReadOnlyList<VariantDose> variants)
    {
        (string What, DoseVerdict Verdict, string Sentence)[] checks =
        [
            .. variants.Where(v => v.Manipulation is not null)
                .Select(v => ($"moved the right way: {Label(v.Variant)}", v.Manipulation!.Verdict, v.Manipulation.Sentence)),
            .. variants.Where(v => v.Window is not null).Select(v => ($"only its window moved: {Label(v.Variant)}",
                v.Window!.Verdict, v.Window.Sentence)),
            .. variants.Where(v => v.Placebo is not null).Select(v => ("the placebo is one", v.Placebo!.Verdict, v.Placebo.Sentence)),
        ];
        if (checks.Length == 0) return;
        html.Element("h4", "Checks");
        using var table = html.Open("table", "stack");
        using var body = html.Open("tbody");
        foreach (var (what, verdict, sentence) in checks)
        {
            var (_, mark, word, style) = s_verdicts.First(s => s.Verdict == verdict);
            using var row = html.Line().Open("tr", "row");
            using (html.Open("td", "name")) html.Element("strong", what);
            using (html.Open("td", "whole")) html.Element("span", $"{mark} {word}", ("class", "badge " + style));
            using (html.Open("td", "small")) html.Name(sentence);
        }
    }

    static void DoseTable(HtmlWriter html, IReadOnlyList<VariantDose> variants) =>
        Table(html, ["variant", "scenes", "acted on", "share before", "share after", "dose over all scenes, points", "its interval",
            .. SaliencyMetrics.All.Select(m => m.Title), $"{SaliencyMetrics.All[0].Title} of the baseline's edit"],
            variants.Select(v => (string[])
        [
            Label(v.Variant), N(v.Scenes), N(v.ActedOn), Percent(v.ShareBefore),
                Percent(v.ShareAfter),
            v.Dose is { } d ? Points(100 * d.Value, 100 * d.Low, 100 * d.High) : "–", Basis(v.Dose),
            .. DoseTables.ByMetric(v.Agreement).Select(ReportWords.F), F(DoseTables.ByMetric(v.AgreementOfBaseline).First()),
        ]));

    static string Basis(DoseEstimate? dose) => dose switch
    {
        null => "–",
        { Method: IntervalMethod.ByVideo } => $"clustered by video ({N(dose.Videos)})",
        { Method: IntervalMethod.ScenesOfOneVideo } => "scenes of one video",
        { Method: IntervalMethod.NoVariation } => "nothing varies",
        _ => "none",
    };
}
