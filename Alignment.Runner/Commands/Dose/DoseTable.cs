using Alignment.MLNet.Dose;

namespace Alignment.Runner.Commands.Dose;

static class DoseTable
{
    const int MostProblems = 20;

    public static void Print(DoseResult result, IAnsiConsole to)
    {
        DoseReport report = result.Report;
        foreach (DosePredictor predictor in report.Predictors) Print(report, predictor, to);

        // Every predictor's would be pages: the tables have the numbers, the file has the words.
        string[] first = [.. report.Sentences.Take(report.Sentences.Count / report.Predictors.Count)];
        foreach (string sentence in first) to.WriteLine("• " + sentence);
        if (first.Length < report.Sentences.Count)
            to.WriteLine($"The sentences of the other predictors are in {Path.Combine(result.Folder, DoseFolder.JsonFile)}");
        to.WriteLine();
        to.WriteLine(report.Note);
        foreach (string warning in report.Warnings) to.WriteLine("note: " + SafePath.Shorten(warning, 600));
        foreach (var failure in report.Failures.Take(MostProblems))
            to.WriteLine($"left out: {SafePath.Shorten(failure.SceneId.Length > 0 ? failure.SceneId : failure.VideoId)}: "
                + $"{SafePath.Shorten(failure.Reason, 400)}");
        if (report.Counts.Failed > MostProblems) to.WriteLine($"… and {N(report.Counts.Failed - MostProblems)} more.");
        to.WriteLine($"{N(report.Counts.WithProduct + report.Counts.WithoutProduct)} of {N(report.Counts.Scenes)} scenes of "
            + $"{N(report.Counts.Videos)} videos; {N(result.Measured)} measured now, {N(report.Counts.Pictures)} different pictures. In "
            + $"{result.Folder}");
    }

    // The table of the predictor to quote, for a run's summary.
    public static void PrintShort(DoseReport report, IAnsiConsole to)
    {
        Print(report, report.Predictors[0], to);
        to.WriteLine(report.Note);
    }

    static void Print(DoseReport report, DosePredictor predictor, IAnsiConsole to)
    {
        var table = Tables.Of("variant", "scenes", "still", "edit", "against baseline's edit",
            Invariant($"{100 * report.Confidence:0.#} % interval"), "target", "achieved")
            .Title(Markup.Escape($"share on the product, predicted by {SafePath.Shorten(predictor.Name)}, in points"));
        foreach (VariantDose v in report.Variants.Where(v => v.Predictor == predictor.Name))
        {
            DoseEstimate? dose = v.DoseActedOn ?? v.Dose;
            table.Row(v.Variant, v.Dose is null ? N(v.Scenes) : $"{N(v.ActedOn)} of {N(v.Scenes)}", Points(v.ShareBefore, signed: false),
                Points(v.ShareAfter, signed: false), dose is null ? "" : Points(dose.Value),
                dose?.Low is { } low ? $"{Points(low)} … {Points(dose.High!.Value)}" : dose is null ? "" : "none",
                v.Manipulation is { } m ? Points(m.Asked) : "",
                v.Manipulation?.PartOfAsked is { } part ? Invariant($"{part.Value:0 %}") : "");
        }
        to.Write(table);
    }

    static string Points(double share, bool signed = true) =>
        (100 * share).ToString(signed ? "+0.00;-0.00;0.00" : "0.00", CultureInfo.InvariantCulture);
}
