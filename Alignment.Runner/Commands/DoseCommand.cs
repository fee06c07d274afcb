using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Dose;
using Alignment.Onnx.Bundles;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment dose</c>: how far attention moved in the edited pictures, as predictors see it.</summary>
sealed class DoseCommand : RunnerCommand
{
    readonly Option<string> _run = new("--run") { Description = "The output folder of `alignment run` (or of variants and edit): it holds variants_v3 and edited_scenes.", HelpName = "DIR", Required = true };
    readonly Option<string?> _data = new("--data") { Description = "The data folder to take masks from; where they were when the variants were made by default.", HelpName = "DIR" };
    readonly Option<string?> _model = new("--model") { Description = "The bundle whose LPIPS compares the baseline's edits with the stills; the bundled tiny model's own small trunk by default, which is not LPIPS as published.", HelpName = "BUNDLE" };
    readonly Option<string?> _out = new("--out") { Description = "Where the report goes; dose in the run's folder by default.", HelpName = "DIR" };
    readonly DoseFlags _flags;

    public DoseCommand(Terminal terminal) : base(terminal, "dose",
        "Measures the dose: how far attention moved in every edited scene, as predictors see it, against the baseline's edit. Checks that each variant moved it the right way, that only its window moved, that the placebo is one, and what editing alone does. Predicted attention is no viewer's. A rerun measures only what changed.",
        "alignment dose --run out",
        "alignment dose --run out --predict fine_grained --predict deepgaze.json      # the first is the one to quote",
        "alignment dose --run out --margin 0.02                                      # a placebo may differ by two points of attention",
        "alignment dose --run out --model models/sd15 --out dose-sd15 --json")
    {
        foreach (Option option in new Option[] { _run, _data, _model, _out }) Add(option);
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        DoseOptions options = _flags.Read(parse, parse.GetValue(_model) ?? BundledModels.Tiny);
        DoseResult result = Watch(progress => DoseJob.Run(parse.GetValue(_run)!, options, parse.GetValue(_out), parse.GetValue(_data), progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(result);
        else DoseTable.Print(result, terminal.Out);
        return result.HasFailures ? ExitCodes.BadData : ExitCodes.Ok;
    }
}

/// <summary>A dose for people.</summary>
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
        if (first.Length < report.Sentences.Count) to.WriteLine($"The sentences of the other predictors are in {Path.Combine(result.Folder, DoseFolder.JsonFile)}");
        to.WriteLine();
        to.WriteLine(report.Note);
        foreach (string warning in report.Warnings) to.WriteLine("note: " + SafePath.Shorten(warning, 600));
        foreach (DoseFailure failure in report.Failures.Take(MostProblems)) to.WriteLine($"left out: {SafePath.Shorten(failure.SceneId.Length > 0 ? failure.SceneId : failure.VideoId)}: {SafePath.Shorten(failure.Reason, 400)}");
        if (report.Counts.Failed > MostProblems) to.WriteLine($"… and {N(report.Counts.Failed - MostProblems)} more.");
        to.WriteLine($"{N(report.Counts.WithProduct + report.Counts.WithoutProduct)} of {N(report.Counts.Scenes)} scenes of {N(report.Counts.Videos)} videos; {N(result.Measured)} measured now, {N(report.Counts.Pictures)} different pictures. In {result.Folder}");
    }

    /// <summary>The table of the predictor to quote, for a run's summary.</summary>
    public static void PrintShort(DoseReport report, IAnsiConsole to)
    {
        Print(report, report.Predictors[0], to);
        to.WriteLine(report.Note);
    }

    static void Print(DoseReport report, DosePredictor predictor, IAnsiConsole to)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape($"share on the product, predicted by {SafePath.Shorten(predictor.Name)}, in points")).AddColumns("variant", "scenes", "still", "edit", "against baseline's edit", string.Create(CultureInfo.InvariantCulture, $"{100 * report.Confidence:0.#} % interval"), "asked", "got");
        foreach (VariantDose v in report.Variants.Where(v => v.Predictor == predictor.Name))
        {
            DoseEstimate? dose = v.DoseActedOn ?? v.Dose;
            table.AddRow([.. new[] { v.Variant, v.Dose is null ? N(v.Scenes) : $"{N(v.ActedOn)} of {N(v.Scenes)}", Points(v.ShareBefore, signed: false), Points(v.ShareAfter, signed: false), dose is null ? "" : Points(dose.Value),
                dose?.Low is { } low ? $"{Points(low)} … {Points(dose.High!.Value)}" : dose is null ? "" : "none", v.Manipulation is { } m ? Points(m.Asked) : "", v.Manipulation?.PartOfAsked is { } part ? part.Value.ToString("0 %", CultureInfo.InvariantCulture) : "" }.Select(t => new Text(t))]);
        }
        to.Write(table);
    }

    static string Points(double share, bool signed = true) => (100 * share).ToString(signed ? "+0.00;-0.00;0.00" : "0.00", CultureInfo.InvariantCulture);
}
