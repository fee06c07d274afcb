using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.MLNet.Dose;

/// <summary>What measuring a run's dose came to.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="Report">The report.</param>
/// <param name="Measured">Scenes measured by this call; the others were found done.</param>
/// <param name="Files">Full paths of tables, report and plots.</param>
public sealed record DoseResult(string Folder, DoseReport Report, long Measured, IReadOnlyList<string> Files) : IJobResult
{
    /// <summary>True when scenes are missing from it: the program ends with exit code 3.</summary>
    public bool HasFailures => Report.Counts.Failed > 0;
}

/// <summary>
/// Measures how far attention moved in a run's edited pictures, as predictors see it (<see cref="DoseReport"/>). It may be stopped at any
/// moment and continues; a rerun measures only what changed. A scene that cannot be measured is reported and left out.
/// </summary>
public static class DoseJob
{
    const string Stage = "predicting attention", PlotsRecord = "plots.record.json";

    sealed record PlotsRecipe(int Format, string ReportSha256);

    sealed record PlotsFacts(IReadOnlyList<string> Files);

    /// <summary>Measures what is not measured yet, and writes the report.</summary>
    /// <param name="run">The output folder of `alignment run`: it holds variants_v3 and edited_scenes.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="output">Where it goes; null: <c>dose</c> in the run's folder.</param>
    /// <param name="data">The data folder to take masks from; null: where they were when the variants were made.</param>
    /// <param name="progress">Counts scenes.</param>
    /// <param name="cancellationToken">Stops between pictures; finished scenes are not measured again.</param>
    /// <exception cref="BadDataException">There are no variants or edits, or no scene could be measured.</exception>
    /// <exception cref="RetryableException">Another run works in the folder.</exception>
    public static DoseResult Run(string run, DoseOptions? options = null, string? output = null, string? data = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Check();
        VariantSet set = VariantSet.Open(run, data);
        string root = Path.GetFullPath(run);
        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(root)) == VariantFiles.Folder)
            root = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(root))!;
        using RunLock alone = RunLock.Take(output ?? root);
        return RunLocked(set, root, options, output, progress, cancellationToken);
    }

    /// <summary>As <see cref="Run"/>, for a caller that has the folder's lock.</summary>
    internal static DoseResult RunLocked(VariantSet set, string run, DoseOptions options, string? output, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        options.Check();
        var edited = new EditedFolder(run);
        if (!Directory.Exists(edited.Root)) throw BadDataException.For($"The run '{Path.GetFullPath(run)}'",
            $"no folder '{EditedFolder.Name}'", "edited scenes", "Run `alignment edit` first.");
        var folder = new DoseFolder(output ?? Path.Combine(run, DoseFolder.Name));
        AtomicFile.MakeFolder(folder.Root);
        foreach (string stray in Directory.EnumerateFiles(folder.Root, "*" + AtomicFile.PartialSuffix, SearchOption.AllDirectories)
            .ToArray()) File.Delete(stray);

        using var pipeline = new DosePipeline(set, options);
        var maker = new DoseReportMaker([.. pipeline.Predictors.Select(p => p.Name)], options);
        var writer = new DoseWriter(set, edited, folder, pipeline, options);
        long measured = Scenes(pipeline.Over(DoseScene.All(set)), writer, folder, maker, set.Scenes, progress, cancellationToken);
        DoseReport report = maker.Report([.. pipeline.Predictors.Select(p => new DosePredictor(p.Name, p.ModelSha256,
            set.AttentionOrigin.By.Contains("predicted by " + p.Name)))], pipeline.Lpips, set.AttentionOrigin);
        report.Write(folder);
        return new(folder.Root, report, measured, [folder.Json, folder.Csv, folder.ByVideo, folder.ByVariant,
            .. options.Plots ? Plots(folder, report) : []]);
    }

    // Reads all scenes, several at once, and writes dose.csv in their order.
    static long Scenes(IDataView view, DoseWriter writer, DoseFolder folder, DoseReportMaker maker, int scenes,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        long measured = 0, done = 0, good = 0;
        string? reason = null;
        progress?.Report(new(Stage, 0, scenes));
        DoseTables.Write(folder.Csv, SceneDose.Columns, Rows());
        return measured;

        IEnumerable<string[]> Rows()
        {
            foreach (GroupResult<MeasuredScene> group in GroupReader.Read(view, writer.Columns, writer.Open, OrderedParallel.Workers,
                cancellationToken))
            {
                MeasuredScene scene = group.Rows[^1];
                if (scene.Facts is null)
                {
                    reason ??= scene.Failure;
                    maker.Fail(scene.Scene.VideoId, scene.Scene.SceneId, scene.Failure!);
                }
                else
                {
                    foreach (SceneDose row in maker.Add(scene.Scene, scene.Recipe!, scene.Facts)) yield return row.Cells;
                    good++;
                    if (scene.IsNew) measured++;
                }
                progress?.Report(new(Stage, Math.Min(++done, scenes), scenes, scene.Scene.SceneId));
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (good == 0) throw new BadDataException(reason is null ? "The variants have no scenes: nothing can be measured."
                : $"No scene could be measured. The first: {reason}");
        }
    }

    static IReadOnlyList<string> Plots(DoseFolder folder, DoseReport report)
    {
        string record = Path.Combine(folder.Root, PlotsRecord);
        var recipe = new PlotsRecipe(2, FileHash.OfFile(folder.Json));
        if (OutputRecord.Current<PlotsFacts>(record, recipe) is { } known)
            return [.. known.Files.Select(f => SafePath.Under(folder.Root, f))];
        string[] files = [.. DosePlots.Write(folder.Root, report).Select(f => Path.GetFileName(f))];
        if (files.Length > 0) OutputRecord.Write(record, recipe, new PlotsFacts(files), files);
        return [.. files.Select(f => Path.Combine(folder.Root, f))];
    }
}
