using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.MLNet.Gaze;

/// <summary>One call of <see cref="AttentionJob"/>: videos one after the other, their scenes a few at a time.</summary>
sealed class AttentionWork : IDisposable
{
    // Pixels of the maps that are made together; 16 million take some 200 MB while they are.
    const long MostPixels = 16_000_000;

    /// <summary>Beside the heatmaps: what became of the gaze file's rows, so that a call with nothing to do can say it again.</summary>
    const string GazeFileName = "gaze.json";

    readonly SceneFolder _data;
    readonly string _root;
    readonly IReadOnlyList<string> _videoIds;
    readonly AttentionOptions _options;
    readonly IProgress<WorkProgress>? _progress;
    readonly CancellationToken _cancel;
    readonly string[] _sources;
    readonly AttentionPredictor? _predictor;
    readonly List<AttentionProblem> _problems = [];
    readonly List<AttentionScene> _list = [];
    readonly Dictionary<HeatmapFate, long> _fates = [];
    ProvenanceCounts _origins = ProvenanceCounts.None;
    long _failures, _withoutGaze, _done, _toMake;

    public AttentionWork(SceneFolder data, string given, string root, AttentionOptions options, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        (_data, _root, _options, _progress, _cancel) = (data, root, options, progress, cancel);
        IReadOnlyList<string> ids = data.VideoIds();
        if (options.Videos.FirstOrDefault(v => !ids.Contains(v)) is { } stranger)
            throw UsageException.For($"--video '{SafePath.Shorten(stranger)}'", "no such video", ids.Count == 0 ? "a video of the data set" : $"one of {string.Join(", ", ids.Take(10))}", "Correct the id.");
        _videoIds = options.Videos.Count == 0 ? ids : [.. ids.Where(options.Videos.Contains)];
        _sources = [.. options.SourceFolders.Concat(new[] { data.DataFolder, Path.GetFullPath(given), Path.GetDirectoryName(data.DataFolder) }.OfType<string>()).Distinct()];
        AttentionPredictorOptions? predict = options.Predict ?? (options.GazeFile is null ? new() : null);
        _predictor = predict is null ? null : AttentionPredictor.Open(predict);
    }

    public AttentionResult Run()
    {
        // 1. What there is to do.
        foreach (string id in _videoIds) _toMake += _data.Read(id, static _ => { }).Count(s => s.Heatmap is null || _options.Force);

        // 2. Gaze, into the order of the scenes.
        string spillPath = Path.Combine(_root, ".gaze" + AtomicFile.PartialSuffix);
        File.Delete(spillPath);
        using GazeSource? gaze = _options.GazeFile is null ? null : GazeSource.Open(_data, _data.VideoIds(), _sources, _options, spillPath, Path.Combine(_root, GazeFileName), read: _toMake > 0, Add, _progress, _cancel);

        // 3. Video after video.
        var painter = new HeatmapPainter(_options, _predictor);
        foreach (string id in _videoIds) Video(id, gaze, painter);
        IReadOnlyList<string> sheets = _options.ContactSheets ? new AttentionSheets(_data).Make(_videoIds, _progress, _cancel) : [];
        if (_fates.Count == 0) throw BadDataException.For("No scenes found", $"no still in '{Path.Combine(_data.DataFolder, SceneFolder.Stills)}'", SceneNames.ExpectedStill("{video_id}"), "Detect the scenes with `alignment scenes` first.");
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

    void Video(string id, GazeSource? gaze, HeatmapPainter painter)
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
            GazeOfScene? looked = gaze?.Of(id, scene.Number);
            if (scene.Heatmap is { } there && !_options.Force)
            {
                if (Existing(id, scene, there, known, gaze, looked, painter) is { IsOfOtherMethod: true } old) otherMethod[old] = otherMethod.GetValueOrDefault(old) + 1;
                continue;
            }
            if (gaze is not null && looked is null && _predictor is null)
            {
                Note(new(id, scene.Number, HeatmapFate.Missing, ProvenanceKind.Measured), null);   // the reason was reported with the scene list
                continue;
            }
            float[]? measured = null;
            try
            {
                if (looked is not null) measured = gaze!.Paint(looked);
            }
            catch (BadDataException e)
            {
                Add(new(id, scene.Number, e.Message, Breaks: true));
                Note(new(id, scene.Number, HeatmapFate.Missing, ProvenanceKind.Measured), null);
                continue;
            }
            // Where nobody looked a prediction may stand in, if one is wanted; else the map is zero.
            bool predict = looked is null || (measured is null && _predictor is not null);
            waiting.Add(new(id, scene.Number, scene.Still, predict ? null : looked, measured, predict ? null : gaze));
            pixels += predict ? HeatmapPainter.StillPixels(scene.Still) : looked!.Scene.Width * (long)looked.Scene.Height;
            if (pixels < MostPixels && waiting.Count < 4 * Environment.ProcessorCount) continue;
            Make(folder, waiting, painter);
            pixels = 0;
        }
        Make(folder, waiting, painter);
        foreach (var (maker, count) in otherMethod)
            Add(new(id, null, FormattableString.Invariant($"{count} {(count == 1 ? "heatmap was" : "heatmaps were")} predicted by {SafePath.Shorten(maker.By)} in {maker.MethodWords} of its method; this program has {maker.MethodNowWords}, which gives other maps. Left as they are; --force makes them again, then run what was made of them again."), Breaks: false));
    }

    /// <summary>Makes the waiting heatmaps side by side, and writes them in order.</summary>
    void Make(VideoHeatmaps folder, List<HeatmapPlan> waiting, HeatmapPainter painter)
    {
        if (waiting.Count == 0) return;
        var made = new (ReadyHeatmap? Ready, string? Why)[waiting.Count];
        try
        {
            Parallel.For(0, waiting.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = _cancel }, i => made[i] = painter.TryPaint(waiting[i]));
        }
        catch (AggregateException e) when (e.InnerExceptions.Count > 0)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        folder.Commit([.. made.Select(m => m.Ready).OfType<ReadyHeatmap>()]);
        for (int i = 0; i < waiting.Count; i++)
        {
            HeatmapPlan plan = waiting[i];
            if (made[i].Ready is { } ready) Note(Scene(plan.VideoId, plan.SceneNumber, HeatmapFate.Made, ready.Maker.Kind, ready.Entry), new(ready.Maker.Kind, ready.Maker.By));
            else
            {
                Add(new(plan.VideoId, plan.SceneNumber, made[i].Why!, Breaks: true));
                Note(new(plan.VideoId, plan.SceneNumber, HeatmapFate.Missing, plan.Looked is null ? ProvenanceKind.Predicted : ProvenanceKind.Measured), null);
            }
        }
        _done += waiting.Count;
        _progress?.Report(new("making heatmaps", _done, _toMake, waiting[^1].VideoId));
        waiting.Clear();
    }

    /// <summary>A heatmap that is there: of this very making, or another one, which is left alone.</summary>
    /// <returns>How it was made; null where that is not known.</returns>
    HeatmapMethod? Existing(string id, SceneFiles scene, string path, ProvenanceReader known, GazeSource? gaze, GazeOfScene? looked, HeatmapPainter painter)
    {
        var found = known.Find(path);
        if (found is not var (entry, maker))
        {
            Note(new(id, scene.Number, HeatmapFate.Kept, ProvenanceKind.Provided), HeatmapProvenance.Provided);
            return null;
        }
        bool current = maker.Kind == ProvenanceKind.Measured
            ? gaze is not null && looked is not null && VideoHeatmaps.Same(maker, painter.MakerOf(gaze)) && GazeSource.SamePlace(entry, looked)
            : _predictor is not null && VideoHeatmaps.Same(maker, painter.Predictor) && entry.StillSha256 == FileHash.OfFile(scene.Still);
        Note(Scene(id, scene.Number, current ? HeatmapFate.UpToDate : HeatmapFate.Kept, maker.Kind, entry), new(maker.Kind, maker.By));
        return maker;
    }

    static AttentionScene Scene(string id, int number, HeatmapFate fate, ProvenanceKind origin, HeatmapEntry entry) => new(id, number, fate, origin, entry.Rows, entry.Participants, entry.Weight, entry.SigmaPixels);

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
