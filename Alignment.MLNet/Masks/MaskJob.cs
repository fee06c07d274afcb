using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Images;
using Alignment.Transforms.Masks;

namespace Alignment.MLNet.Masks;

/// <summary>Makes the keyword masks of a data set: the product that keywords.csv names, in every still that has no mask yet.</summary>
public static class MaskJob
{
    /// <summary>
    /// Makes what is missing, measures every mask and writes the report. Masks that are there are never touched without
    /// <see cref="MaskOptions.Force"/>; a stopped run continues, and one with nothing to do loads no model and changes no file.
    /// Memory does not grow with the number of scenes.
    /// </summary>
    /// <param name="data">The data folder (see <see cref="SceneFolder"/>); masks and heatmaps may be missing.</param>
    /// <param name="bundle">A model bundle with a CLIPSeg.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Told after every scene.</param>
    /// <param name="cancel">Stops between scenes.</param>
    /// <exception cref="BadDataException">There are no stills, or no keywords.csv.</exception>
    /// <exception cref="MissingDependencyException">The bundle has no CLIPSeg.</exception>
    /// <exception cref="UsageException">An option is out of range, or a video is not there.</exception>
    /// <exception cref="RetryableException">Another run is at work in the report's folder.</exception>
    public static MaskResult Run(string data, ModelBundle bundle, MaskOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        options ??= new();
        options.Check();
        SceneFolder folder = SceneFolder.Open(data);
        string keywords = folder.KeywordsPath
            ?? throw BadDataException.For("The masks' keywords", $"no keywords.csv (looked for {folder.Looked})", $"a CSV with the columns {KeywordsCsv.IdColumn} and {KeywordsCsv.KeywordColumn}", "Put it into the data folder.");
        IReadOnlyList<string> ids = folder.VideoIds();
        if (options.Videos.FirstOrDefault(v => !ids.Contains(v)) is { } unknown)
            throw UsageException.For($"The video '{SafePath.Shorten(unknown)}'", "no folder of stills of that name", $"one of {SafePath.Shorten(string.Join(", ", ids), 300)}", "Check --video.");
        if (options.Videos.Count > 0) ids = [.. ids.Where(options.Videos.Contains)];
        string report = options.Report.Length > 0 ? Path.GetFullPath(options.Report) : Path.Combine(folder.DataFolder, "mask_report");
        ClipSegPart part = ClipSegPart.Open(bundle);
        using RunLock one = RunLock.Take(report);
        using var masker = new KeywordMasker(part, options.Mask, options.Device);
        return new MaskRun(folder, keywords, ids, report, masker, () => { if (bundle.HasManifest) bundle.Verify(cancel: cancel); }, options, progress, cancel).Run();
    }
}

/// <summary>One pass over a data set, scene by scene.</summary>
sealed class MaskRun(SceneFolder folder, string keywordsPath, IReadOnlyList<string> ids, string report, KeywordMasker masker, Action verify, MaskOptions options, IProgress<WorkProgress>? progress, CancellationToken cancel)
{
    /// <summary>Raised when the same settings give other masks than before.</summary>
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

    /// <summary>While the model is at work: what it fails at, it fails at for every scene.</summary>
    bool _atModel;

    sealed record Recipe(int Format, string StillSha256, string ModelSha256, IReadOnlyList<string> Prompts, float Threshold, int LargestComponents, double? RefineRadius, double? RefineEdge, bool Soft);

    sealed record Facts(int Width, int Height, double? Similarity);

    public MaskResult Run()
    {
        var keywords = new SceneWalk.KeywordTable(KeywordsCsv.Read(keywordsPath, Add));
        MaskResult? made = null;
        MaskReportFiles.WriteCsv(report, Rows(keywords));
        made = new(folder.DataFolder, report, masker.ModelHash, options.Mask.Threshold, _prompts, _videos, _scenes, _origins[(int)MaskOrigin.Made], _origins[(int)MaskOrigin.UpToDate], _origins[(int)MaskOrigin.Existing],
            _empty, _full, _area / Math.Max(1, _origins.Sum()), _sheets, _problems);
        MaskReportFiles.WriteJson(report, made);
        return made;
    }

    IEnumerable<MaskRow> Rows(SceneWalk.KeywordTable keywords)
    {
        long done = 0;
        for (int v = 0; v < ids.Count; v++)
        {
            string id = ids[v];
            IReadOnlyList<SceneFiles> scenes = folder.Read(id, Add);
            if (scenes.Count == 0) continue;
            _videos++;
            _scenes += scenes.Count;
            string? keyword = keywords.Find(id);
            if (keyword is null) Add(new(ProblemKind.NoKeyword, id, null, keywordsPath, FormattableString.Invariant($"No usable row with {KeywordsCsv.IdColumn} '{id}' in '{keywordsPath}'; its {scenes.Count} scene(s) get no mask. Add the row.")));
            var sheet = new MaskSheet(report, id);
            MaskStatistics? before = null;
            foreach (SceneFiles scene in scenes)
            {
                cancel.ThrowIfCancellationRequested();
                MaskStatistics? now = null;
                if (keyword is not null && Scene(id, scene, keyword, before, out now) is { } row)
                {
                    sheet.Add(scene.Number, scene.Still, row);
                    yield return row;
                }
                before = now;
                // Videos are read one at a time: how many scenes there are in all is known at the end only.
                progress?.Report(new(Stage, ++done, v == ids.Count - 1 ? _scenes : 0, SceneRecord.IdOf(id, scene.Number)));
            }
            if (options.Sheets && sheet.Write(cancel) is { } path) _sheets.Add(path);
        }
        progress?.Report(new(Stage, done, done));
    }

    /// <summary>Makes the mask of a scene, unless there is one, and measures it; null, and a problem, where that cannot be.</summary>
    MaskRow? Scene(string id, SceneFiles scene, string keyword, MaskStatistics? before, out MaskStatistics? statistics)
    {
        statistics = null;
        try
        {
            var files = new MaskFiles(folder, id, scene);
            MaskOrigin origin = Make(files, scene, keyword);
            string path = origin == MaskOrigin.Existing ? files.Existing! : files.Mask;
            MaskStatistics now = statistics = MaskStatistics.Read(path);
            _origins[(int)origin]++;
            _area += now.Area;
            if (now.Empty) _empty++;
            if (now.Full) _full++;
            return new(id, scene.Number, keyword, origin, now.Area, now.Empty, now.Full, now.Components, before is null ? null : now.IouWith(before), path);
        }
        catch (BadDataException e) when (!_atModel)
        {
            Add(new(ProblemKind.UnreadableFile, id, scene.Number, scene.Still, SafePath.Shorten(e.Message, 500)));
            return null;
        }
    }

    MaskOrigin Make(MaskFiles files, SceneFiles scene, string keyword)
    {
        KeywordMaskOptions how = options.Mask;
        IReadOnlyList<string> prompts = _prompts[keyword] = how.PromptsFor(keyword);
        if (files.Existing is not null && !options.Force && !File.Exists(files.Record)) return MaskOrigin.Existing;
        var recipe = new Recipe(Format, FileHash.OfFile(scene.Still), masker.ModelHash, prompts, how.Threshold, how.LargestComponents, how.Refine ? how.RefineRadius : null, how.Refine ? how.RefineEdge : null, options.Soft);
        if (files.IsUpToDate(recipe)) return MaskOrigin.UpToDate;
        if (files.Existing is not null && !options.Force) return MaskOrigin.Existing;
        if (files.IsShadowed)
            throw BadDataException.For($"The mask '{files.Existing}'", "a file that would be read instead of a new PNG beside it", "no mask of another format for the scene", "Move it away and run again.");
        RgbPicture still = PictureFile.ReadRgb8(scene.Still);
        _atModel = true;
        // The hash stands for what the manifest says; that the files are what it says is known only after reading them.
        if (!_verified) verify();
        _verified = true;
        KeywordMask made = masker.Make(still, [keyword])[0];
        _atModel = false;
        files.Write(still.Width, still.Height, made.Probability, made.Mask, options.Soft, recipe, new Facts(still.Width, still.Height, made.Similarity is { } s ? Math.Round(s, 4) : null));
        return MaskOrigin.Made;
    }

    void Add(SceneProblem problem)
    {
        if (_problems.Count < MostProblems) _problems.Add(problem);
    }
}
