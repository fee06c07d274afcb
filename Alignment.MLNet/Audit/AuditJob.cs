using Alignment.MLNet.Dataset;
using Alignment.MLNet.Training;

namespace Alignment.MLNet.Audit;

/// <summary>Audits a data set before days of computing are spent on it: the validation, and what is usable but suspicious. One pass over
/// the pictures; some 300 bytes of hashes and numbers stay in memory for each scene.</summary>
static class AuditJob
{
    /// <summary>Validates and audits <paramref name="directory"/>: writes valid_scenes.csv, and the report into
    /// <paramref name="folder"/>.</summary>
    /// <param name="folder">Gets <c>audit.html</c>, <c>audit.json</c>, <c>audit.csv</c> and <c>scenes.csv</c>, each complete or not at all;
    /// made if it is not there.</param>
    public static AuditResult Run(string directory, string folder, string? csvPath = null, AuditOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        SceneFolder data = SceneFolder.Open(directory);
        folder = AtomicFile.MakeFolder(folder);
        csvPath = Path.GetFullPath(csvPath ?? data.ValidScenesPath);
        AuditResult? result = null;
        BadDataException? nothing = null;
        AtomicFile.Write(Path.Combine(folder, AuditResult.CsvName), csv =>
            AtomicFile.Write(Path.Combine(folder, AuditResult.ScenesName), scenes =>
                AtomicFile.Write(Path.Combine(folder, AuditResult.JsonName), json =>
                {
                    using var tables = new AuditTables(csv, scenes, json);
                    var walk = new AuditWalk(data, folder, csvPath, options, tables, progress, cancellationToken);
                    (result, nothing) = walk.Run();
                    AtomicFile.Write(Path.Combine(folder, AuditResult.PageName), page =>
                    {
                        using var to = new StreamWriter(page, leaveOpen: true) { NewLine = "\n" };
                        new AuditPage(result, options, walk.Samples, walk.Videos, progress, cancellationToken).Write(to);
                    });
                })));
        return nothing is null ? result! : throw nothing;
    }
}

// One pass over a data set, and one over what was kept of it.
sealed class AuditWalk(SceneFolder data, string folder, string csvPath, AuditOptions options, AuditTables tables,
    IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
{
    readonly List<VideoFacts> _videos = [];
    readonly Dictionary<string, VideoFacts> _byId = new(StringComparer.Ordinal);
    readonly CopySearch _copies = new(options);
    readonly long[] _severities = new long[Enum.GetValues<AuditSeverity>().Length];
    readonly HashSet<string> _withoutKeyword = new(StringComparer.Ordinal);

    readonly Dictionary<string, long[]> _early = new(StringComparer.Ordinal);

    public AuditSamples Samples { get; } = new(options.SamplesPerKind);
    public IReadOnlyList<VideoFacts> Videos => _videos;

    public (AuditResult Result, BadDataException? Nothing) Run()
    {
        var measure = new SceneMeasure(options);
        var walk = new SceneWalk(data, new() { Deep = options.Deep, MaskThreshold = options.MaskThreshold }, progress, cancellationToken)
        {
            Found = Problem,
            VideoRead = Begin,
            Inspect = (scene, seen) =>
            {
                SceneFacts facts = measure.Of(scene, seen);
                return maker => Write(scene, facts, maker);
            },
        };
        BadDataException? nothing = ValidationJob.WriteValid(walk, csvPath);
        End();
        ProblemRules.UnusedKeywords(data.KeywordsPath, _byId.ContainsKey, Report);
        if (nothing is null) Copies();
        var audit = new AuditResult(folder, _severities[0], _severities[1], _severities[2], Samples.Counts) { Validation = walk.Report };
        tables.Finish(audit, options, _videos);
        return (audit, nothing);
    }

    void Problem(SceneProblem problem)
    {
        if (problem.WithoutKeyword is { } id) _withoutKeyword.Add(id);
        // The empty row is reported; that its video is left out would say the same again.
        else if (problem is { Kind: ProblemKind.NoKeyword, VideoId: { } video } && _withoutKeyword.Contains(video)) return;
        ProblemRules.Apply(problem, Report);
    }

    void Begin(string id, IReadOnlyList<SceneFiles> stills)
    {
        End();
        var video = new VideoFacts(id);
        _videos.Add(video);
        _byId[id] = video;
        video.Stills(stills.Select(s => s.Number));
        if (_early.Remove(id, out long[]? counts)) counts.CopyTo(video.Findings, 0);
    }

    void End()
    {
        if (_videos.Count > 0) _videos[^1].Finish(Path.Combine(data.DataFolder, Layout.Stills, _videos[^1].Id), Report);
    }

    void Write(SceneRecord scene, SceneFacts facts, HeatmapMethod? maker)
    {
        _videos[^1].Add(scene, facts);
        tables.Write(scene, facts, ProvenanceReader.OriginOf(maker));
        var rules = new SceneRules(scene, options, Report);
        rules.Apply(facts);
        if (maker is { IsOfOtherMethod: true }) rules.OtherMethod(maker);
        if (facts.Pixels is { } pixels) _copies.Add(_videos.Count - 1, scene, pixels);
    }

    // Copies are found in memory; the paths come from the list that was just written.
    void Copies()
    {
        HashSet<string> trained = VideoSplit.VideosToTrainOn(_videos.Where(v => v.Scenes > 0).Select(v => v.Id), options.TrainShare,
            options.SplitSeed);
        foreach (VideoFacts video in _videos) video.Trained = trained.Contains(video.Id);
        if (!options.Deep) return;
        CopySearch.Copy[] found = [.. _copies.Find(_videos, cancellationToken)];
        if (found.Length == 0) return;
        progress?.Report(new("looking up copies", 0, found.Length));
        HashSet<int> wanted = [.. found.Select(c => c.Earlier)];
        var earlier = new Dictionary<int, SceneRecord>();
        int row = 0, next = 0;
        foreach (SceneRecord scene in ValidScenesCsv.Read(csvPath))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (wanted.Contains(row)) earlier[row] = scene;
            for (; next < found.Length && found[next].Later == row; next++)
                Report(_copies.Say(found[next], _videos, scene, earlier[found[next].Earlier]));
            row++;
        }
    }

    void Report(AuditFinding finding)
    {
        tables.Write(finding);
        Samples.Add(finding);
        _severities[(int)finding.Severity]++;
        if (finding.VideoId is not { } id) return;
        long[]? counts = _byId.TryGetValue(id, out VideoFacts? video) ? video.Findings : _early.GetValueOrDefault(id);
        if (counts is null) _early[id] = counts = new long[_severities.Length];
        counts[(int)finding.Severity]++;
    }
}
