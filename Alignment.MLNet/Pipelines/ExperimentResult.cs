using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;

namespace Alignment.MLNet.Pipelines;

/// <summary>One step of the job.</summary>
/// <param name="Name">validate, variants, edit, assemble, contact sheets, statistics, dose, analyze or report.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Items">How many there are now.</param>
/// <param name="Made">How many of them this call made; 0: everything was done already.</param>
public sealed record RunStep(string Name, string Unit, long Items, long Made)
{
    /// <summary>True when the step found its outputs finished and up to date.</summary>
    public bool AlreadyDone => Made == 0;
}

/// <summary>Something the user should know of.</summary>
/// <param name="Step">Where it was found.</param>
/// <param name="Subject">The video or scene.</param>
/// <param name="Message">Found, expected, next step.</param>
/// <param name="Breaks">True when it is a failure: an input that is broken, or an output that is missing. False for a warning.</param>
public sealed record RunProblem(string Step, string Subject, string Message, bool Breaks);

/// <summary>The results of the whole job, and where everything is (full paths).</summary>
public sealed record ExperimentResult : IJobResult
{
    /// <summary>The output folder.</summary>
    public required string Output { get; init; }

    /// <summary>The list of scenes that were used.</summary>
    public string ValidScenes => Folder.ValidScenes;

    /// <summary>The validation's findings as JSON.</summary>
    public string ValidationJson => Folder.ValidationJson;

    /// <summary>The folder of heatmaps.</summary>
    public string VariantsFolder => Folder.Variants;

    /// <summary>The folder of edited pictures.</summary>
    public string EditedFolder => Folder.Edited;

    /// <summary>The folder of videos.</summary>
    public string VideosFolder => Folder.Videos;

    /// <summary>A sheet for each video.</summary>
    public required IReadOnlyList<string> ContactSheets { get; init; }

    /// <summary>statistics.json and the plots.</summary>
    public required IReadOnlyList<string> StatisticsFiles { get; init; }

    /// <summary>The folder of the dose; null where it was not measured.</summary>
    public string? DoseFolder => Dose is null ? null : Folder.Dose;

    /// <summary>The folder of the analysis, or null where no engagement data was given.</summary>
    public string? AnalysisFolder => Analysis is null ? null : Folder.Analysis;

    /// <summary>The run's own summary.</summary>
    public string RunJson => Folder.RunJson;

    /// <summary>The steps in order.</summary>
    public required IReadOnlyList<RunStep> Steps { get; init; }

    /// <summary>Failures and warnings, in order of the steps.</summary>
    public required IReadOnlyList<RunProblem> Problems { get; init; }

    public required ValidationResult Validation { get; init; }

    public required VariantResult Variants { get; init; }

    public required EditResult Edit { get; init; }

    public required AssembleResult Assemble { get; init; }

    /// <summary>How far attention moved, as predictors see it; null where it was not measured.</summary>
    public DoseReport? Dose { get; init; }

    /// <summary>Null where no engagement data was given.</summary>
    public EngagementAnalysis? Analysis { get; init; }

    /// <summary>The page about the run; null where none was wanted.</summary>
    public ReportResult? Report { get; init; }

    /// <summary>True when something broken was left out: the program ends with exit code 3 although everything else is done.</summary>
    public bool HasFailures => Problems.Any(p => p.Breaks);

    /// <summary>True when no step had anything to do.</summary>
    public bool AlreadyDone => Steps.All(s => s.AlreadyDone);

    RunFolder Folder => new(Output);
}
