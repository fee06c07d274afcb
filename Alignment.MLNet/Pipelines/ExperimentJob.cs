using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// The whole job in one call: validate → variants → edit → assemble → contact sheets → statistics → dose → analyze → report. What is finished is
/// recognised by hashes and left alone, so a run may be stopped at any moment, also by killing the process, and the next one
/// continues and ends with the same bytes. A broken input is reported and left out; the rest is done.
/// </summary>
public static class ExperimentJob
{
    /// <summary>Does everything that is not done yet.</summary>
    /// <param name="data">The data folder (see <see cref="SceneFolder"/>).</param>
    /// <param name="model">The folder of the model bundle.</param>
    /// <param name="output">Gets everything; made if it is not there.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="progress">Each step reports under its own name.</param>
    /// <param name="cancel">Stops soon; everything written then is complete.</param>
    /// <returns>Where everything is, what was done, and what went wrong: look at <see cref="ExperimentResult.HasFailures"/>.</returns>
    /// <exception cref="UsageException">An option is out of range, or the output folder is read as data.</exception>
    /// <exception cref="BadDataException">There is no valid scene, no scene could be edited, or the engagement data cannot be read at all.</exception>
    /// <exception cref="MissingDependencyException">The model or ffmpeg is not there.</exception>
    /// <exception cref="RetryableException">Another run works in the output folder, or the disk is too small.</exception>
    public static ExperimentResult Run(string data, string model, string output, ExperimentOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        options = (options ?? new()).Checked();

        // 1. Everything that can be refused is refused before anything is written.
        SceneFolder scenes = SceneFolder.Open(data);
        var folder = new RunFolder(output);
        folder.RequireOutside(scenes, data);
        ModelBundle bundle = ModelBundle.Open(model);
        EditJob.Require(bundle, options.Edit);
        FfmpegTools tools = FfmpegTools.Find();
        using RunLock alone = RunLock.Take(folder.Root);
        folder.RemovePartials();

        var steps = new List<RunStep>();
        var problems = new List<RunProblem>();

        // 2. Which scenes can be used.
        var (validation, validated) = ValidationStep.Run(scenes, data, folder, options.Validation, progress, cancel);
        steps.Add(new("validate", "scenes", validation.ValidScenes, validated ? validation.ValidScenes : 0));
        problems.AddRange(ValidationProblems.Of(validation));
        DiskSpace.Check(folder.Root, Math.Max(0, Estimate(folder, options) - folder.Size()));

        // 3. The heatmaps of every variant.
        VariantResult variants = VariantJob.RunLocked(folder.ValidScenes, folder.Root, options.Variants, progress, cancel);
        steps.Add(new("variants", "videos", variants.Videos, variants.Made));
        problems.AddRange(variants.Failed.Select(f => new RunProblem("variants", f.VideoId, f.Message, Breaks: true)));
        problems.AddRange(variants.ShortVideos.Select(v => new RunProblem("variants", v, "Fewer than three scenes: not every variant differs from the baseline.", Breaks: false)));
        VariantSet set = VariantSet.Open(folder.Root);

        // 4. Every distinct control edited once.
        EditResult edit = EditJob.RunLocked(set, bundle, folder.Root, new() { Edit = options.Edit, JpegQuality = options.JpegQuality }, progress, cancel);
        steps.Add(new("edit", "edits", edit.Counts.Edits, edit.EditsMade));
        problems.AddRange(edit.Failures.Select(f => new RunProblem("edit", f.SceneId, f.Reason, Breaks: true)));
        if (edit.Counts.Outputs == 0) throw new BadDataException($"No scene could be edited. The first: {edit.Failures[0].Reason}");

        // 5. Videos.
        string[] sources = [.. options.SourceFolders, .. VideoSource.FoldersOf(data)];
        AssembleResult assemble = AssembleJob.AssembleLocked(folder.Edited, folder.Root, sources, options.Assemble with { VideoIds = set.VideoIds }, progress, tools, cancel);
        steps.Add(new("assemble", "videos", assemble.Videos.Count, assemble.Made));
        problems.AddRange(assemble.Problems.Select(p => new RunProblem("assemble", "", p, Breaks: true)));

        // 6. What one looks at first.
        var (sheets, drawn) = new SceneSheets(set, new EditedFolder(folder.Root), folder.ContactSheets).Make(progress, cancel);
        steps.Add(new("contact sheets", "sheets", sheets.Count, drawn));
        var (statistics, plotted) = StatisticsStep.Run(set, folder);
        steps.Add(new("statistics", "files", statistics.Count, plotted ? statistics.Count : 0));

        // 7. How far attention moved, as predictors see it.
        DoseResult? dose = options.Dose is { } measure ? DoseStep.Run(set, folder, measure with { Model = bundle.Folder }, edit, problems, progress, cancel) : null;
        if (dose is not null) steps.Add(new("dose", "scenes", dose.Report.Counts.WithProduct + dose.Report.Counts.WithoutProduct, dose.Measured));

        // 8. What viewers did.
        (EngagementAnalysis? Result, bool Made) analysis = options.EngagementFile is null ? default : AnalysisStep.Run(options.EngagementFile, folder, options.Analysis, cancel);
        if (analysis.Result is { } found)
        {
            steps.Add(new("analyze", "metrics", found.Metrics.Count, analysis.Made ? found.Metrics.Count : 0));
            if (found.Rejected > 0) problems.Add(new("analyze", Path.GetFileName(options.EngagementFile!), FormattableString.Invariant($"{found.Rejected} of {found.Rows} rows cannot be used; 'analysis/rejected_rows.csv' has them with their reasons."), Breaks: false));
            if (found.ComparesNothing is { } why) problems.Add(new("analyze", Path.GetFileName(options.EngagementFile!), why, Breaks: true));
        }

        var result = new ExperimentResult
        {
            Output = folder.Root,
            ValidScenes = folder.ValidScenes,
            ValidationJson = folder.ValidationJson,
            VariantsFolder = folder.Variants,
            EditedFolder = folder.Edited,
            VideosFolder = folder.Videos,
            ContactSheets = sheets,
            StatisticsFiles = statistics,
            DoseFolder = dose?.Folder,
            Dose = dose?.Report,
            AnalysisFolder = analysis.Result is null ? null : folder.Analysis,
            RunJson = folder.RunJson,
            Steps = steps,
            Problems = problems,
            Validation = validation,
            Variants = variants,
            Edit = edit,
            Assemble = assemble,
            Analysis = analysis.Result,
        };
        RunSummary.Write(result, options, bundle);

        // 9. All of it on one page; made of the summary too, which therefore does not list this step.
        if (options.Report is null) return result;
        ReportResult report = ReportJob.RunLocked(folder.Root, options.Report, progress, cancel);
        return result with
        {
            Report = report,
            Steps = [.. steps, new("report", "pages", 1, report.Made ? 1 : 0)],
            Problems = [.. problems, .. report.Unreadable.Select(why => new RunProblem("report", ReportJob.HtmlFile, why, Breaks: true))],
        };
    }

    /// <summary>About how many bytes the outputs take, from the stills' sizes; on the high side.</summary>
    static long Estimate(RunFolder folder, ExperimentOptions options)
    {
        const int variants = 7;
        double bytes = 0;
        foreach (SceneRecord scene in ValidScenesCsv.Read(folder.ValidScenes))
        {
            PictureHeader still = PictureFile.ReadHeader(scene.SceneImagePath);
            double pixels = (double)still.Width * still.Height;
            bytes += (variants + 1) * 3.1 * pixels          // PNGs that hardly compress, with their JPEGs
                   + variants * 4.3 * options.Width * options.Height   // lossless and 8-bit maps
                   + variants * 0.5 * pixels;               // two seconds of H.264 of a still
        }
        return (long)bytes;
    }
}
