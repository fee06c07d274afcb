using Alignment.MLNet.Pipelines;
using Alignment.Runner.Commands.Analyze;
using Alignment.Runner.Commands.Dose;

namespace Alignment.Runner.Commands.Run;

// A run's result for people: what was done, what went wrong, where everything is.
static class RunTable
{
    // More problems than this are left to the file.
    const int MostShown = 20;

    public static void Print(ExperimentResult result, IAnsiConsole to)
    {
        var steps = Tables.Of("step", "there now", "written by this call");
        foreach (var step in result.Steps)
            steps.Row(step.Name, $"{N(step.Items)} {step.Unit}", step.AlreadyDone ? "nothing to do" : N(step.Made));
        to.Write(steps);

        to.WriteLine(result.Variants.AttentionOrigin.Text);
        var edits = result.Edit.Counts;
        to.WriteLine($"{N(edits.Edits)} edits for {N(edits.Outputs)} pictures: one per distinct control; {N(edits.NothingToEdit)} of "
            + $"them without product needed no model.");
        if (result.Dose is { } dose) DoseTable.PrintShort(dose, to);
        if (result.Analysis is { } analysis) AnalysisTable.Print(analysis, result.AnalysisFolder!, to);

        foreach (var problem in result.Problems.Take(MostShown))
            WriteWhole($"{(problem.Breaks ? "left out" : "note")}: {problem.Step}: {SafePath.Shorten(problem.Subject)}: "
                + $"{SafePath.Shorten(problem.Message, 400)}", to);
        if (result.Problems.Count > MostShown) to.WriteLine($"… and {N(result.Problems.Count - MostShown)} more in {result.RunJson}");

        to.WriteLine();
        PrintPlace("videos", result.VideosFolder, to);
        PrintPlace("pictures", result.EditedFolder, to);
        foreach (string sheet in result.ContactSheets) PrintPlace("contact sheet", sheet, to);
        foreach (string file in result.StatisticsFiles) PrintPlace("statistics", file, to);
        if (result.DoseFolder is not null) PrintPlace("dose", result.DoseFolder, to);
        if (result.AnalysisFolder is not null) PrintPlace("analysis", result.AnalysisFolder, to);
        PrintPlace("scenes used", result.ValidScenes, to);
        PrintPlace("summary", result.RunJson, to);
        if (result.Report is { } report) PrintPlace("report", report.Html, to);
    }

    static void PrintPlace(string what, string path, IAnsiConsole to) => WriteWhole($"  {what,-14} {path}", to);

    // Without folding: a path or a message can be copied, and found by a line search.
    static void WriteWhole(string line, IAnsiConsole to) => to.Profile.Out.Writer.WriteLine(line);
}
