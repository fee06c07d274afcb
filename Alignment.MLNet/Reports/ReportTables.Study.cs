using Alignment.MLNet.Dose;
using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Reports;

// The tables of engagement and dose: copies of what 'analyze' and 'dose' wrote, and what they have only in their JSON.
static partial class ReportTables
{
    const string SensitivityFile = "sensitivity.csv", OmnibusFile = "omnibus.csv", PlantedFile = "planted_and_found_simulated.csv";

    static readonly (string File, string What)[] s_copiedAnalysis =
    [
        (AnalysisFiles.Json, "the analysis, whole"), (AnalysisFiles.Findings,
            "every answer: estimate, interval, raw and corrected p, pre-registered or explored, the sentence"),
        (AnalysisFiles.Comparisons, "every test of every variant and metric"),
            (AnalysisFiles.Rejected, "rows that were not used, with the reason"),
    ];

    static readonly (string File, string What)[] s_copiedDose =
    [
        (DoseFolder.JsonFile, "the dose with its checks, whole"), (DoseFolder.ByVariantFile, "the dose by variant"),
            (DoseFolder.ByVideoFile, "the dose by video"), (DoseFolder.CsvFile, "the dose of every scene"),
    ];

    static IEnumerable<string> StudyTables => [SensitivityFile, OmnibusFile, PlantedFile, .. s_copiedAnalysis.Select(c => c.File),
        .. s_copiedDose.Select(c => c.File)];

    static IEnumerable<(string File, string What)> OfAnalysis(RunRecords run)
    {
        if (run.Analysis is not { } a) return [];
        string simulated = a.Simulated ? "SIMULATED: " : "";
        return [.. s_copiedAnalysis.Where(c => File.Exists(Path.Combine(run.Folder.Analysis, c.File)))
            .Select(c => (c.File, simulated + c.What)),
            (SensitivityFile, simulated + "the differences under other assumptions"),
                (OmnibusFile, simulated + "tests of all variants at once"),
            .. SimulationTruth.Of(run.Folder.Root, a) is null ? Array.Empty<(string, string)>()
                : [(PlantedFile, simulated + "the effects that were planted, and what was found of them")]];
    }

    static IEnumerable<(string File, string What)> OfDose(RunRecords run) =>
        run.Dose is null ? [] : s_copiedDose.Where(c => File.Exists(Path.Combine(run.DoseFolder, c.File)))
        .Select(c => (c.File, c.What + " (predicted)"));

    static bool WriteStudy(string file, string path, RunRecords run)
    {
        if (s_copiedDose.Any(c => c.File == file)) Copy(Path.Combine(run.DoseFolder, file), path);
        else if (s_copiedAnalysis.Any(c => c.File == file)) Copy(Path.Combine(run.Folder.Analysis, file), path);
        else if (file == SensitivityFile)
            Csv(path, ["metric", "analysis", "covariate", "variant", "estimate", "standard_error", "statistic", "df", "low", "high", "p",
                "corrected_p", "simulated"],
                from m in run.Analysis!.Metrics
                from s in m.Sensitivity
                from e in s.Estimates
                select new[] { T(m.Metric), T(s.Name), T(s.Covariate), T(e.Variant), D(e.Estimate), D(e.StandardError), D(e.Statistic),
                D(e.Df), D(e.Low), D(e.High), D(e.P), D(e.CorrectedP), Simulated(run) });
        else if (file == OmnibusFile)
            Csv(path, ["metric", "test", "statistic", "df1", "df2", "p", "note", "simulated"],
                from m in run.Analysis!.Metrics
                from o in m.Omnibus
                select new[] { T(m.Metric), T(o.Name), D(o.Statistic), D(o.Df1), D(o.Df2), D(o.P), T(o.Note), Simulated(run) });
        else if (file == PlantedFile)
            Csv(path, ["metric", "variant", "planted", "found", "low", "high", "covered", "verdict", "simulated"],
                PlantedRows(run.Analysis!, SimulationTruth.Of(run.Folder.Root, run.Analysis)!)
                .Select(e => new[] { T(e.Metric), T(e.Variant), D(e.Planted), D(e.Found), D(e.Low), D(e.High), e.Covered ? "true" : "false",
                T(e.Words.TrimStart('●', '✓', ' ')), "true" }));
        else return false;
        return true;
    }

    internal static IEnumerable<PlantedEffect> PlantedRows(EngagementAnalysis a, SimulationTruth truth) =>
        from metric in a.Metrics
        let planted = truth.Metrics.FirstOrDefault(m => m.Name == metric.Metric)
        where planted is not null
        from c in metric.Comparisons
        where c.Result is { Estimate: not null, Interval: not null }
        select new PlantedEffect(metric.Metric, c.Variant, planted.Effects.GetValueOrDefault(c.Variant), c.Result.Estimate!.Value,
            c.Result.Interval!.Value.Low, c.Result.Interval.Value.High, c.Result.Verdict, metric.Display.Factor);

    static string Simulated(RunRecords run) => run.Analysis is { Simulated: true } ? "true" : "false";
}
