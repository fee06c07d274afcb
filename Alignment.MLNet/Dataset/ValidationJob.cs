using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Dataset;

/// <summary>Walks a data set, one video after the other, and writes down the scenes that can be used; memory grows with the longest video
/// only.</summary>
public static class ValidationJob
{
    /// <summary>Validates a data folder and writes <c>valid_scenes.csv</c>, into that folder where no path is given, complete or not at
    /// all; where a path is given, also the result as JSON with every problem, even when nothing is valid.</summary>
    /// <exception cref="BadDataException">No scene is valid (the message says where was looked and what was wrong), or keywords.csv cannot
    /// be read at all.</exception>
    public static ValidationResult Run(string directory, string? csvPath = null, string? jsonPath = null, ValidationOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        SceneFolder folder = SceneFolder.Open(directory);
        var walk = new SceneWalk(folder, options ?? new(), progress, cancellationToken);
        csvPath ??= folder.ValidScenesPath;
        BadDataException? nothing = null;
        if (jsonPath is null)
        {
            nothing = WriteValid(walk, csvPath);
            return nothing is null ? walk.Report : throw nothing;
        }
        AtomicFile.Write(jsonPath, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions
            {
                Indented = true,
                NewLine = "\n",
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            });
            json.WriteStartObject();
            json.WriteStartArray("problems");
            walk.Found = problem => WriteProblem(json, problem);
            nothing = WriteValid(walk, csvPath);
            json.WriteEndArray();
            WriteSummary(json, walk.Report);
            json.WriteEndObject();
        });
        return nothing is null ? walk.Report : throw nothing;
    }

    /// <summary>The valid scenes of a data set in the CSV's order, without writing anything; problems are passed over.</summary>
    /// <exception cref="BadDataException">The folder has no scenes in a known layout, or keywords.csv cannot be read.</exception>
    public static IEnumerable<SceneRecord> Scenes(string directory, ValidationOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new SceneWalk(SceneFolder.Open(directory), options ?? new(), null, cancellationToken).Scenes();

    // Writes the valid scenes; without any nothing is written, and the error is returned.
    internal static BadDataException? WriteValid(SceneWalk walk, string path)
    {
        try
        {
            AtomicFile.Write(path, stream =>
            {
                using StreamWriter to = CsvRows.To(stream);
                ValidScenesCsv.WriteHeader(to);
                foreach (SceneRecord scene in walk.Scenes()) ValidScenesCsv.WriteRow(to, scene);
                if (walk.Report.ValidScenes == 0) throw new NothingValidException(walk.Nothing());
            });
            return null;
        }
        catch (NothingValidException e)
        {
            return e.Error;
        }
    }

    static void WriteProblem(Utf8JsonWriter json, SceneProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("kind", problem.Kind.ToString());
        json.WriteBoolean("rejects", problem.Rejects);
        if (problem.VideoId is not null) json.WriteString("video_id", problem.VideoId);
        if (problem.SceneNumber is { } number) json.WriteNumber("scene_number", number);
        json.WriteString("path", problem.Path);
        json.WriteString("message", problem.Message);
        json.WriteEndObject();
        if (json.BytesPending > 1 << 16) json.Flush();
    }

    static void WriteSummary(Utf8JsonWriter json, ValidationResult report)
    {
        json.WriteString("data_folder", report.DataFolder);
        json.WriteBoolean("deep", report.Deep);
        json.WriteNumber("videos", report.Videos);
        json.WriteNumber("valid_videos", report.ValidVideos);
        json.WriteNumber("scenes", report.Scenes);
        json.WriteNumber("valid_scenes", report.ValidScenes);
        json.WriteNumber("rejections", report.Rejections);
        json.WriteNumber("warnings", report.Warnings);
        json.WritePropertyName("attention_origin");
        JsonSerializer.Serialize(json, report.Attention, JsonStyle.Record);
        json.WriteStartObject("counts");
        foreach (var (kind, count) in report.Counts.OrderBy(c => c.Key)) json.WriteNumber(kind.ToString(), count);
        json.WriteEndObject();
    }

    // Ends the CSV's writing without leaving a file.
    sealed class NothingValidException(BadDataException error) : Exception(error.Message)
    {
        public BadDataException Error => error;
    }
}

// One pass over a data set, with counts.
sealed class SceneWalk(SceneFolder folder, ValidationOptions options, IProgress<WorkProgress>? progress,
    CancellationToken cancellationToken)
{
    const string NothingValid = "No valid scenes found";

    readonly List<SceneProblem> _problems = [];
    readonly SortedDictionary<ProblemKind, long> _counts = [];
    readonly ProvenanceReader _origins = new();
    ProvenanceCounts _attention = ProvenanceCounts.None;
    int _videos, _validVideos;
    long _scenes, _valid;

    // Called with every problem, in the order of the scenes.
    public Action<SceneProblem> Found { get; set; } = _ => { };

    // Called with the stills of each video, unusable ones too, before its scenes.
    public Action<string, IReadOnlyList<SceneFiles>> VideoRead { get; set; } = (_, _) => { };

    // Called with a valid scene's pictures, several at once on other threads; what it returns is called in the order of the scenes, with
    // how the heatmap was produced, or null where that is not known.
    public Func<SceneRecord, ScenePixels, Action<HeatmapMethod?>>? Inspect { get; set; }

    public ValidationResult Report => new(folder.DataFolder, _videos, _validVideos, _scenes, _valid, _problems, _counts,
        options.Deep)
    { Attention = _attention };

    public IEnumerable<SceneRecord> Scenes()
    {
        var keywords = KeywordTable.Read(KeywordTable.Require(folder, NothingValid), Add);
        IReadOnlyList<string> ids = folder.VideoIds();
        _videos = ids.Count;
        for (int v = 0; v < ids.Count; v++)
        {
            int valid = 0;
            foreach (SceneRecord scene in Video(ids[v], keywords))
            {
                cancellationToken.ThrowIfCancellationRequested();
                valid++;
                _valid++;
                yield return scene;
            }
            if (valid > 0) _validVideos++;
            if (valid is > 0 and < TemporalWindows.FewestScenes)
                Add(new(ProblemKind.FewScenes, ids[v], null, folder.DataFolder,
                    Invariant($"Only {valid} valid scene(s): at least one of the windows early, middle, late is empty.")));
            progress?.Report(new("validating scenes", v + 1, ids.Count, ids[v]));
        }
    }

    IEnumerable<SceneRecord> Video(string id, KeywordTable keywords)
    {
        int duplicates = 0;
        IReadOnlyList<SceneFiles> files = folder.Read(id, p =>
        {
            if (p.Kind == ProblemKind.DuplicateScene) duplicates++;
            Add(p);
        });
        _scenes += files.Count + duplicates;
        string? keyword = keywords.Find(id);
        if (keyword is null && files.Count > 0)
            Add(keywords.Missing(id, files.Count, "are left out"));
        VideoRead(id, files);
        foreach (Checked done in OrderedParallel.Map(files, f => Check(id, keyword, f), options.Deep ? OrderedParallel.Workers : 1,
            cancellationToken))
        {
            foreach (SceneProblem problem in done.Problems) Add(problem);
            if (done.Scene is null) continue;
            HeatmapMethod? maker = _origins.Find(done.Scene.AttentionHeatmapPath)?.Maker;
            _attention = _attention.With(ProvenanceReader.OriginOf(maker));
            done.Report?.Invoke(maker);
            yield return done.Scene;
        }
    }

    sealed record Checked(List<SceneProblem> Problems, SceneRecord? Scene = null, Action<HeatmapMethod?>? Report = null);

    Checked Check(string id, string? keyword, SceneFiles f)
    {
        List<SceneProblem> problems = [];
        if (f.Mask is null) problems.Add(new(ProblemKind.MissingMask, id, f.Number, f.Still,
            Invariant($"No mask; expected 'keyword_masks/{id}/scene_{f.Number}.png' or '…/{SceneRecord.IdOf(id, f.Number)}-01.png' in "
                + $"the data folder or beside it.")));
        if (f.Heatmap is null) problems.Add(new(ProblemKind.MissingHeatmap, id, f.Number, f.Still, $"No heatmap; expected "
            + $"'attention_heatmap/{id}/{SceneRecord.IdOf(id, f.Number)}.jpg' or '…-01.jpg' in the data folder or beside it."));
        if (keyword is null || f.Mask is null || f.Heatmap is null) return new(problems);
        var scene = new SceneRecord
        {
            VideoId = id,
            SceneNumber = f.Number,
            Keyword = keyword,
            SceneImagePath = f.Still,
            KeywordMaskPath = f.Mask,
            AttentionHeatmapPath = f.Heatmap,
            Filename = Path.GetFileName(f.Still),
        };
        return ScenePictures.Check(scene, options, problems.Add) is { } seen ? new(problems, scene, Inspect?.Invoke(scene, seen))
            : new(problems);
    }

    public BadDataException Nothing()
    {
        string reasons = _counts.Count == 0 ? "nothing"
            : string.Join(", ", _counts.Select(c => Invariant($"{c.Key} × {c.Value}")));
        string first = _problems.FirstOrDefault(p => p.Rejects) is { } p ? $" The first: {p.Message}" : "";
        return BadDataException.For(NothingValid,
            $"{_videos} video folder(s), {_scenes} scene(s), problems: {reasons}",
            $"stills, masks, heatmaps and keywords in {folder.Looked}", $"See the problems and correct the data.{first}");
    }

    void Add(SceneProblem problem)
    {
        _counts[problem.Kind] = _counts.GetValueOrDefault(problem.Kind) + 1;
        if (_problems.Count < options.MostProblemsKept) _problems.Add(problem);
        Found(problem);
    }
}
