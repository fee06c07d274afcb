using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Masks;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Masks;

/// <summary>Writes the keyword masks of a data set: the product that keywords.csv names, in every still that has no mask yet.</summary>
public static class MaskJob
{
    /// <summary>Writes what is missing, measures every mask and writes the report; needs a bundle with a CLIPSeg. Masks that are there are
    /// never touched without <see cref="MaskOptions.Force"/>; a stopped run continues, and one with nothing to do loads no model. Memory
    /// does not grow with the number of scenes.</summary>
    /// <exception cref="BadDataException">There are no stills, or no keywords.csv.</exception>
    /// <exception cref="MissingDependencyException">The bundle has no CLIPSeg.</exception>
    /// <exception cref="UsageException">An option is out of range, or a video is not there.</exception>
    /// <exception cref="RetryableException">Another run is at work in the report's folder.</exception>
    public static MaskResult Run(string data, ModelBundle bundle, MaskOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        options ??= new();
        options.Check();
        SceneFolder folder = SceneFolder.Open(data);
        string keywords = KeywordTable.Require(folder, "The masks' keywords");
        IReadOnlyList<string> ids = folder.VideoIds();
        if (options.Videos.FirstOrDefault(v => !ids.Contains(v)) is { } unknown)
            throw UsageException.For($"{OptionName.Of<MaskOptions>(nameof(MaskOptions.Videos))} '{SafePath.Shorten(unknown)}'",
                "no folder of stills of that name", $"one of {SafePath.Shorten(string.Join(", ", ids), 300)}", "Correct the id.");
        if (options.Videos.Count > 0) ids = [.. ids.Where(options.Videos.Contains)];
        string report = options.Report.Length > 0 ? Path.GetFullPath(options.Report) : Path.Combine(folder.DataFolder, Layout.MaskReport);
        var stage = new MaskKeywordOptions { Bundle = bundle.Folder, Mask = options.Mask, ImageColumn = SceneColumns.SceneImagePath };
        using MaskKeywordTransformer masker = MaskKeywordTransformer.Open(stage, options.Device);
        using RunLock one = RunLock.Take(report);
        return new MaskRun(new(folder, keywords, ids, report, bundle), masker, options, progress, cancellationToken).Run();
    }
}

sealed record MaskTask(SceneFolder Folder, string Keywords, IReadOnlyList<string> Videos, string Report, ModelBundle Bundle);

/// <summary>One pass over a data set, scene by scene: the scenes as a view, the stage that finds the product, and the writer of what is
/// missing.</summary>
sealed class MaskRun(MaskTask task, MaskKeywordTransformer masker, MaskOptions options, IProgress<WorkProgress>? progress,
    CancellationToken cancellationToken)
{
    // Raised when the same settings give other masks than before.
    const int Format = 1;

    const int MostProblems = 1000;
    const string Stage = "masking scenes";

    readonly List<SceneProblem> _problems = [];
    readonly SortedDictionary<string, IReadOnlyList<string>> _prompts = new(StringComparer.Ordinal);
    readonly List<string> _sheets = [];
    readonly long[] _origins = new long[Enum.GetValues<MaskOrigin>().Length];
    long _empty, _full, _scenes;
    double _area;
    int _videos;
    bool _verified;

    // The scene that the cursor stands on.
    MaskScene? _at;

    // While the model is at work: what it fails at, it fails at for every scene.
    bool _atModel;

    string ModelHash => masker.Options.ModelHash;

    sealed record Recipe(int Format, string StillSha256, string ModelSha256, IReadOnlyList<string> Prompts, float Threshold,
        int LargestComponents, double? RefineRadius, double? RefineEdge, bool Soft);

    sealed record Facts(int Width, int Height, double? Similarity);

    public MaskResult Run()
    {
        var keywords = KeywordTable.Read(task.Keywords, Add);
        MaskReportFiles.WriteCsv(task.Report, Rows(keywords));
        var result = new MaskResult(task.Folder.DataFolder, task.Report, ModelHash, options.Mask.Threshold, _prompts, _videos, _scenes,
            _origins[(int)MaskOrigin.Made], _origins[(int)MaskOrigin.UpToDate], _origins[(int)MaskOrigin.Existing],
            _empty, _full, _area / Math.Max(1, _origins.Sum()), _sheets, _problems);
        MaskReportFiles.WriteJson(task.Report, result);
        return result;
    }

    IEnumerable<MaskRow> Rows(KeywordTable keywords)
    {
        using MaskColumns columns = MaskColumns.Over(Scenes(keywords), masker);
        while (columns.MoveNext())
        {
            MaskScene scene = _at!;
            if (Scene(scene, columns) is not { } row) continue;
            scene.Video.Sheet.Add(scene.Files.Number, scene.Files.Still, row);
            yield return row;
        }
    }

    // The rows of the view, in order, as the cursor asks for them.
    IEnumerable<MaskScene> Scenes(KeywordTable keywords)
    {
        long done = 0;
        for (int v = 0; v < task.Videos.Count; v++)
        {
            string id = task.Videos[v];
            IReadOnlyList<SceneFiles> scenes = task.Folder.Read(id, Add);
            if (scenes.Count == 0) continue;
            _videos++;
            _scenes += scenes.Count;
            MaskVideo? video = keywords.Find(id) is { } keyword ? new(id, keyword, new MaskSheet(task.Report, id)) : null;
            if (video is null) Add(keywords.Missing(id, scenes.Count, "get no mask"));
            foreach (SceneFiles scene in scenes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (video is not null) yield return _at = new(video, scene);
                // Videos are read one at a time: how many scenes there are in all is known at the end only.
                progress?.Report(new(Stage, ++done, v == task.Videos.Count - 1 ? _scenes : 0, SceneRecord.IdOf(id, scene.Number)));
            }
            if (options.Sheets && video?.Sheet.Write(cancellationToken) is { } path) _sheets.Add(path);
        }
        progress?.Report(new(Stage, done, done));
    }

    // Writes the mask of a scene, unless there is one, and measures it; null, and a problem, where that cannot be.
    MaskRow? Scene(MaskScene scene, MaskColumns columns)
    {
        (MaskVideo video, SceneFiles still) = scene;
        (MaskStatistics? before, video.Before) = (video.Before, null);
        try
        {
            var files = new MaskFiles(task.Folder, video.Id, still);
            MaskOrigin origin = Write(files, still, video.Keyword, columns);
            string path = origin == MaskOrigin.Existing ? files.Existing! : files.Mask;
            MaskStatistics now = video.Before = MaskStatistics.Read(path);
            _origins[(int)origin]++;
            _area += now.Area;
            if (now.Empty) _empty++;
            if (now.Full) _full++;
            return new(video.Id, still.Number, video.Keyword, origin, now.Area, now.Empty, now.Full, now.Components,
                before is null ? null : now.IouWith(before), path);
        }
        catch (BadDataException e) when (!_atModel)
        {
            Add(new(ProblemKind.UnreadableFile, video.Id, still.Number, still.Still, SafePath.Shorten(e.Message, 500)));
            return null;
        }
    }

    MaskOrigin Write(MaskFiles files, SceneFiles scene, string keyword, MaskColumns columns)
    {
        KeywordMaskOptions how = options.Mask;
        IReadOnlyList<string> prompts = _prompts[keyword] = how.PromptsFor(keyword);
        if (files.Existing is not null && !options.Force && !File.Exists(files.Record)) return MaskOrigin.Existing;
        var recipe = new Recipe(Format, FileHash.OfFile(scene.Still), ModelHash, prompts, how.Threshold, how.LargestComponents,
            how.Refine ? how.RefineRadius : null, how.Refine ? how.RefineEdge : null, options.Soft);
        if (files.IsUpToDate(recipe)) return MaskOrigin.UpToDate;
        if (files.Existing is not null && !options.Force) return MaskOrigin.Existing;
        if (files.IsShadowed)
            throw BadDataException.For($"The mask '{files.Existing}'", "a file that would be read instead of a new PNG beside it",
                "no mask of another format for the scene", "Move it away and run again.");
        (int width, int height) = columns.Size();
        _atModel = true;
        // The hash stands for what the manifest says; that the files are what it says is known only after reading them.
        if (!_verified && task.Bundle.HasManifest) task.Bundle.Verify(cancellationToken: cancellationToken);
        _verified = true;
        double? similarity = columns.Similarity();
        _atModel = false;
        files.Write(columns, options.Soft, recipe, new Facts(width, height, similarity is { } s ? Math.Round(s, 4) : null));
        return MaskOrigin.Made;
    }

    void Add(SceneProblem problem)
    {
        if (_problems.Count < MostProblems) _problems.Add(problem);
    }
}
