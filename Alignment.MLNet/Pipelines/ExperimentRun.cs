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

/// <summary>The steps of <see cref="ExperimentJob"/>, and what they share: the locked folder, the model, the list of steps and
/// problems.</summary>
sealed class ExperimentRun : IDisposable
{
    readonly string _data;
    readonly ExperimentOptions _options;
    readonly IProgress<WorkProgress>? _progress;
    readonly CancellationToken _cancel;
    readonly SceneFolder _scenes;
    readonly RunFolder _folder;
    readonly ModelBundle _bundle;
    EditChain? _chain;
    readonly FfmpegTools _tools;
    readonly RunLock _lock;
    readonly List<RunStep> _steps = [];
    readonly List<RunProblem> _problems = [];

    public string Output => _folder.Root;

    public IReadOnlyList<RunStep> Steps => _steps;

    public IReadOnlyList<RunProblem> Problems => _problems;

    ExperimentRun(string data, ModelBundle bundle, EditChain? chain, string output, ExperimentOptions options,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        (_data, _bundle, _chain, _progress, _cancel) = (data, bundle, chain, progress, cancellationToken);
        _options = (chain is null ? options : ExperimentPipeline.OptionsOf(chain, options)).Checked();
        _scenes = SceneFolder.Open(data);
        _folder = new RunFolder(output);
        _folder.RequireOutside(_scenes, data);
        EditJob.Require(_bundle, _options.Edit);
        _tools = FfmpegTools.Find();
        _lock = RunLock.Take(_folder.Root);
        _folder.RemovePartials();
    }

    public static ExperimentRun Open(string data, string model, string output, ExperimentOptions options,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        _ = SceneFolder.Open(data);   // the more likely mistake is named first
        return new(data, ModelBundle.Open(model), chain: null, output, options, progress, cancellationToken);
    }

    // With a chain that was made before, in this process or another.
    public static ExperimentRun Open(string data, ITransformer chain, string output, ExperimentOptions options,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        var stages = new EditChain(chain as IEnumerable<ITransformer> ?? [chain]);
        return new(data, ModelBundle.Open(stages.Editor.Options.Bundle), stages, output, options, progress, cancellationToken);
    }

    public void Dispose() => _lock.Dispose();

    public ValidationResult Validate()
    {
        var (validation, validated) = ValidationStep.Run(_scenes, _data, _folder, _options.Validation, _progress, _cancel);
        Add(new("validate", "scenes", validation.ValidScenes, validated ? validation.ValidScenes : 0), ValidationProblems.Of(validation));
        if (_chain is null)
        {
            IDataView scenes = SceneView.Of(ValidScenesCsv.Read(_folder.ValidScenes));
            _chain = new([.. ExperimentPipeline.Of(_bundle, _options).Fit(scenes)]);
        }
        DiskSpace.Check(_folder.Root, Math.Max(0, Estimate() - _folder.Size()));
        return validation;
    }

    public VariantResult WriteVariants()
    {
        VariantResult variants = VariantJob.RunLocked(_folder.ValidScenes, _folder.Root, _options.Variants, _progress, _cancel,
            _chain!.ControlsOf);
        const string few = "Fewer than three scenes: not every variant differs from the baseline.";
        Add(new("variants", "videos", variants.Videos, variants.Made),
            variants.Failed.Select(f => new RunProblem("variants", f.VideoId, f.Message, Breaks: true)),
            variants.ShortVideos.Select(v => new RunProblem("variants", v, few, Breaks: false)));
        return variants;
    }

    public VariantSet OpenVariants() => VariantSet.Open(_folder.Root);

    public EditResult Edit(VariantSet set)
    {
        EditJobOptions options = new() { Edit = _options.Edit, JpegQuality = _options.JpegQuality };
        EditResult edit = EditJob.RunLocked(set, _bundle, _folder.Root, options, _progress, _cancel, _chain);
        Add(new("edit", "edits", edit.Counts.Edits, edit.EditsMade),
            edit.Failures.Select(f => new RunProblem("edit", f.SceneId, f.Reason, Breaks: true)));
        return edit.Counts.Outputs > 0 ? edit
            : throw new BadDataException($"No scene could be edited. The first: {edit.Failures[0].Reason}");
    }

    public AssembleResult Assemble(VariantSet set)
    {
        string[] sources = [.. _options.SourceFolders, .. VideoSource.FoldersOf(_data)];
        AssembleOptions options = _options.Assemble with { VideoIds = set.VideoIds };
        AssembleResult assemble = AssembleJob.AssembleLocked(_folder.Edited, _folder.Root, sources, options, _progress, _tools, _cancel);
        Add(new("assemble", "videos", assemble.Videos.Count, assemble.Made),
            assemble.Problems.Select(p => new RunProblem("assemble", "", p, Breaks: true)));
        return assemble;
    }

    public IReadOnlyList<string> DrawContactSheets(VariantSet set)
    {
        var (sheets, drawn) = new SceneSheets(set, new EditedFolder(_folder.Root), _folder.ContactSheets).Make(_progress, _cancel);
        Add(new("contact sheets", "sheets", sheets.Count, drawn));
        return sheets;
    }

    public IReadOnlyList<string> WriteStatistics(VariantSet set)
    {
        var (files, plotted) = StatisticsStep.Run(set, _folder);
        Add(new("statistics", "files", files.Count, plotted ? files.Count : 0));
        return files;
    }

    // What cannot be measured is a problem of the run, not its end; null where nothing was measured.
    public DoseResult? MeasureDose(VariantSet set, EditResult edit)
    {
        if (_options.Dose is not { } options) return null;
        try
        {
            DoseResult dose = DoseJob.RunLocked(set, _folder.Root, options with { Model = _bundle.Folder }, _folder.Dose, _progress,
                _cancel);
            // A scene that could not be edited was reported as such; that it has no dose says nothing new.
            var known = edit.Failures.Select(f => f.SceneId).ToHashSet(StringComparer.Ordinal);
            Add(new("dose", "scenes", dose.Report.Counts.WithProduct + dose.Report.Counts.WithoutProduct, dose.Measured),
                dose.Report.Failures.Where(f => !known.Contains(f.SceneId))
                .Select(f => new RunProblem("dose", f.SceneId, f.Reason, Breaks: true)));
            return dose;
        }
        catch (BadDataException e)
        {
            _problems.Add(new("dose", "", e.Message, Breaks: true));
            return null;
        }
    }

    // Null where no engagement data was given.
    public EngagementAnalysis? Analyze()
    {
        if (_options.EngagementFile is not { } file) return null;
        var (analysis, computed) = AnalysisStep.Run(file, _folder, _options.Analysis, _cancel);
        Add(new("analyze", "metrics", analysis.Metrics.Count, computed ? analysis.Metrics.Count : 0));
        string rejected = FormattableString.Invariant(
            $"{analysis.Rejected} of {analysis.Rows} rows cannot be used; 'analysis/rejected_rows.csv' has them with their reasons.");
        if (analysis.Rejected > 0) Problem(rejected, breaks: false);
        if (analysis.ComparesNothing is { } why) Problem(why, breaks: true);
        return analysis;

        void Problem(string message, bool breaks) => _problems.Add(new("analyze", Path.GetFileName(file), message, breaks));
    }

    // Writes run.json.
    public ExperimentResult Summarize(ExperimentResult result)
    {
        RunSummary.Write(result, _options, _bundle);
        return result;
    }

    public ExperimentResult Report(ExperimentResult result) =>
        _options.Report is { } options ? WithReport(result, options, _progress, _cancel) : result;

    // Reports on a run whose folder is locked already.
    public static ExperimentResult WithReport(ExperimentResult result, ReportOptions options, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        ReportResult report = ReportJob.RunLocked(result.Output, options, progress, cancellationToken);
        return result with
        {
            Report = report,
            Steps = [.. result.Steps, new("report", "pages", 1, report.Made ? 1 : 0)],
            Problems = [.. result.Problems,
                .. report.Unreadable.Select(why => new RunProblem("report", ReportJob.HtmlFile, why, Breaks: true))],
        };
    }

    void Add(RunStep step, params IEnumerable<RunProblem>[] problems)
    {
        _steps.Add(step);
        foreach (IEnumerable<RunProblem> found in problems) _problems.AddRange(found);
    }

    // About how many bytes the outputs take, from the stills' sizes; on the high side.
    long Estimate()
    {
        int variants = Transforms.Attention.Variant.Names.Count;
        double bytes = 0;
        foreach (SceneRecord scene in ValidScenesCsv.Read(_folder.ValidScenes))
        {
            PictureHeader still = PictureFile.ReadHeader(scene.SceneImagePath);
            double pixels = (double)still.Width * still.Height;
            bytes += (variants + 1) * 3.1 * pixels          // PNGs that hardly compress, with their JPEGs
                   + variants * 4.3 * _options.Width * _options.Height   // lossless and 8-bit maps
                   + variants * 0.5 * pixels;               // two seconds of H.264 of a still
        }
        return (long)bytes;
    }
}
