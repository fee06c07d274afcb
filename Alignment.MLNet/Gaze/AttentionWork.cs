using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Gaze;

/// <summary>One call of <see cref="AttentionJob"/>: videos one after the other, their scenes a few at a time.</summary>
sealed class AttentionWork : IDisposable
{
    // Pixels of the maps that are made together; 16 million take some 200 MB while they are.
    const long MostPixels = 16_000_000;

    readonly SceneFolder _data;
    readonly string _root;
    readonly IReadOnlyList<string> _videoIds;
    readonly AttentionOptions _options;
    readonly IProgress<WorkProgress>? _progress;
    readonly CancellationToken _cancel;
    readonly string[] _sources;
    readonly PredictAttentionTransformer? _predictor;
    readonly List<AttentionProblem> _problems = [];
    readonly List<AttentionScene> _list = [];
    readonly Dictionary<HeatmapFate, long> _fates = [];
    ProvenanceCounts _origins = ProvenanceCounts.None;
    long _failures, _withoutGaze, _done, _toMake;

    public AttentionWork(SceneFolder data, string given, string root, AttentionOptions options, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        (_data, _root, _options, _progress, _cancel) = (data, root, options, progress, cancellationToken);
        IReadOnlyList<string> ids = data.VideoIds();
        if (options.Videos.FirstOrDefault(v => !ids.Contains(v)) is { } unknown)
            throw UsageException.For($"{OptionName.Of<AttentionOptions>(nameof(AttentionOptions.Videos))} '{SafePath.Shorten(unknown)}'",
                "no such video", ids.Count == 0 ? "a video of the data set" : $"one of {string.Join(", ", ids.Take(10))}",
                "Correct the id.");
        _videoIds = options.Videos.Count == 0 ? ids : [.. ids.Where(options.Videos.Contains)];
        _sources = [.. options.SourceFolders.Concat(new[] { data.DataFolder, Path.GetFullPath(given),
            Path.GetDirectoryName(data.DataFolder) }.OfType<string>()).Distinct()];
        _predictor = HeatmapPipeline.Predictor(options);
    }

    public AttentionResult Run()
    {
        // 1. What there is to do.
        foreach (string id in _videoIds) _toMake += _data.Read(id, static _ => { }).Count(s => s.Heatmap is null || _options.Force);

        // 2. Gaze, into the order of the scenes.
        string spillPath = Path.Combine(_root, ".gaze" + AtomicFile.PartialSuffix);
        File.Delete(spillPath);
        using GazeSource? gaze = _options.GazeFile is null ? null
            : GazeSource.Open(_data, _data.VideoIds(), _sources, _options, spillPath, Path.Combine(_root, Layout.GazeReport),
            read: _toMake > 0, Add, _progress, _cancel);

        // 3. Video after video.
        var pipeline = new HeatmapPipeline(_options, gaze, _predictor);
        foreach (string id in _videoIds) Video(id, gaze, pipeline);
        IReadOnlyList<string> sheets = _options.ContactSheets ? new AttentionSheets(_data).Make(_videoIds, _progress, _cancel) : [];
        if (_fates.Count == 0) throw BadDataException.For("No scenes found",
            $"no still in '{Path.Combine(_data.DataFolder, Layout.Stills)}'", SceneNames.ExpectedStill("{video_id}"),
            "Detect the scenes with `alignment scenes` first.");
        return new()
        {
            HeatmapFolder = _root,
            Videos = _videoIds.Count,
            Scenes = Enum.GetValues<HeatmapFate>().ToDictionary(AttentionResult.Name, f => _fates.GetValueOrDefault(f)),
            Attention = _origins,
            Gaze = gaze?.Report,
            WithoutGaze = _withoutGaze,
            SceneList = _list,
            Problems = _problems,
            Failures = _failures,
            ContactSheets = sheets,
        };
    }

    public void Dispose() => _predictor?.Dispose();

    void Video(string id, GazeSource? source, HeatmapPipeline pipeline)
    {
        var waiting = new List<HeatmapPlan>();
        long pixels = 0;
        VideoHeatmaps folder;
        IReadOnlyList<SceneFiles> scenes = _data.Read(id, p => Add(new(p.VideoId, p.SceneNumber, p.Message, p.Rejects)));
        try
        {
            if (scenes.Count == 0) return;
            folder = new(_root, id);
        }
        catch (BadDataException e)
        {
            Add(new(id, null, e.Message, Breaks: true));
            foreach (SceneFiles scene in scenes) Note(new(id, scene.Number, HeatmapFate.Missing, ProvenanceKind.Provided), null);
            return;
        }
        var known = new ProvenanceReader();
        var otherMethod = new Dictionary<HeatmapMethod, int>();
        foreach (SceneFiles scene in scenes)
        {
            _cancel.ThrowIfCancellationRequested();
            SceneGaze? gaze = source?.Of(id, scene.Number);
            if (scene.Heatmap is { } there && !_options.Force)
            {
                if (Existing(id, scene, there, known, gaze, pipeline) is { IsOfOtherMethod: true } old)
                    otherMethod[old] = otherMethod.GetValueOrDefault(old) + 1;
                continue;
            }
            if (source is not null && gaze is null && _predictor is null)
            {
                // the reason was reported with the scene list
                Note(new(id, scene.Number, HeatmapFate.Missing, ProvenanceKind.Measured), null);
                continue;
            }
            double[] fixations = [];
            try
            {
                if (gaze is not null) fixations = source!.Fixations(gaze);
            }
            catch (BadDataException e)
            {
                Add(new(id, scene.Number, e.Message, Breaks: true));
                Note(new(id, scene.Number, HeatmapFate.Missing, ProvenanceKind.Measured), null);
                continue;
            }
            // Where nobody looked a prediction may stand in, if one is wanted; else the map is zero.
            if (fixations.Length == 0 && _predictor is not null) gaze = null;
            waiting.Add(new(id, scene.Number, scene.Still, gaze, fixations));
            pixels += gaze is null ? StillPixels(scene.Still) : Math.Max(gaze.Scene.Width * (long)gaze.Scene.Height, fixations.Length);
            if (pixels < MostPixels && waiting.Count < 4 * Environment.ProcessorCount) continue;
            Write(folder, waiting, pipeline);
            pixels = 0;
        }
        Write(folder, waiting, pipeline);
        foreach (var (maker, count) in otherMethod)
            Add(new(id, null, Invariant($"{count} {(count == 1 ? "heatmap was" : "heatmaps were")} predicted by "
                + $"{SafePath.Shorten(maker.By)} in {maker.MethodWords} of its method; this program has {maker.MethodNowWords}, which "
                + $"gives other maps. Left as they are; make them again by force, and then what was made of them."), Breaks: false));
    }

    // Computes the waiting heatmaps side by side, and writes them in order.
    void Write(VideoHeatmaps folder, List<HeatmapPlan> waiting, HeatmapPipeline pipeline)
    {
        if (waiting.Count == 0) return;
        var results = pipeline.Run(waiting, _cancel);
        folder.Commit([.. results.Select(r => r.Ready).OfType<ReadyHeatmap>()]);
        foreach (var (plan, (ready, failure)) in waiting.Zip(results))
        {
            if (ready is not null) Note(Scene(plan.VideoId, plan.SceneNumber, HeatmapFate.Made, ready.Maker.Kind, ready.Entry),
                new(ready.Maker.Kind, ready.Maker.By));
            else
            {
                Add(new(plan.VideoId, plan.SceneNumber, failure!, Breaks: true));
                Note(new(plan.VideoId, plan.SceneNumber, HeatmapFate.Missing,
                    plan.Gaze is null ? ProvenanceKind.Predicted : ProvenanceKind.Measured), null);
            }
        }
        _done += waiting.Count;
        _progress?.Report(new("making heatmaps", _done, _toMake, waiting[^1].VideoId));
        waiting.Clear();
    }

    static long StillPixels(string still)
    {
        try
        {
            PictureHeader header = PictureFile.ReadHeader(still);
            return (long)header.Width * header.Height;
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // A heatmap that is there: of these very inputs and options, or another one, which is left alone. Returns how it was produced; null
    // where that is not known.
    HeatmapMethod? Existing(string id, SceneFiles scene, string path, ProvenanceReader known, SceneGaze? gaze, HeatmapPipeline pipeline)
    {
        if (known.Find(path) is not var (entry, maker))
        {
            Note(new(id, scene.Number, HeatmapFate.Kept, ProvenanceKind.Provided), HeatmapProvenance.Provided);
            return null;
        }
        bool current = maker.Kind == ProvenanceKind.Measured
            ? pipeline.Measured is { } measured && gaze is not null && VideoHeatmaps.Same(maker, measured)
            && GazeSource.SamePlace(entry, gaze)
            : _predictor is not null && VideoHeatmaps.Same(maker, pipeline.Predicted) && entry.StillSha256 == FileHash.OfFile(scene.Still);
        Note(Scene(id, scene.Number, current ? HeatmapFate.UpToDate : HeatmapFate.Kept, maker.Kind, entry), new(maker.Kind, maker.By));
        return maker;
    }

    static AttentionScene Scene(string id, int number, HeatmapFate fate, ProvenanceKind origin, HeatmapEntry entry) =>
        new(id, number, fate, origin, entry.Rows, entry.Participants, entry.Weight, entry.SigmaPixels);

    void Note(AttentionScene scene, HeatmapProvenance? origin)
    {
        _fates[scene.Fate] = _fates.GetValueOrDefault(scene.Fate) + 1;
        if (_list.Count < AttentionResult.MostKept) _list.Add(scene);
        if (origin is null) return;
        _origins = _origins.With(origin);
        if (scene.Rows == 0) _withoutGaze++;
    }

    void Add(AttentionProblem problem)
    {
        if (problem.Breaks) _failures++;
        if (_problems.Count < AttentionResult.MostKept) _problems.Add(problem);
    }
}
