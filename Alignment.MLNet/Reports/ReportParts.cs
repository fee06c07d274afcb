namespace Alignment.MLNet.Reports;

// Which parts a run has, and what makes those it has not.
static class ReportParts
{
    public static IReadOnlyList<MissingPart> Missing(RunRecords run)
    {
        string folder = run.Folder.Root;
        string at = folder.Contains(' ', StringComparison.Ordinal) ? $"\"{folder}\"" : folder;
        var missing = new List<MissingPart>();
        if (!run.Variants.Any) missing.Add(new("the variants", $"alignment variants --data DATA --out {at}"));
        if (!run.Edit.Any) missing.Add(new("edited scenes", $"alignment edit --data DATA --variants {at} --out {at}"));
        if (!Directory.Exists(run.Folder.Videos)) missing.Add(new("videos", $"alignment assemble --edited {at} --out {at}"));
        if (run.Validation is null) missing.Add(new("the validation of the data", $"alignment run --data DATA --out {at}"));
        if (!run.HasDose) missing.Add(new("the dose: how far attention really moved", $"alignment dose --run {at}"));
        if (!run.HasAnalysis) missing.Add(new("the analysis of engagement",
            $"alignment analyze --engagement FILE --out {Path.Combine(at, "analysis")}"));
        return missing;
    }
}
