using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>What a run of <see cref="VariantJob"/> did.</summary>
/// <param name="Root">Full path of the <c>variants_v3</c> folder.</param>
/// <param name="Videos">Videos in the set.</param>
/// <param name="Made">Those made now; the others were there already, from the same inputs and options.</param>
/// <param name="Scenes">Scenes in the set.</param>
/// <param name="DistinctControls">Different controls over all scenes and variants: the number of edits to come.</param>
/// <param name="PartialPlacebos">Scenes with a product whose placebo could not be matched in full.</param>
/// <param name="ScenesWithoutProduct">Scenes with an empty mask, which no variant changes.</param>
/// <param name="ShortVideos">Videos with fewer than three scenes.</param>
/// <param name="Failed">Videos left out because a picture cannot be read, with the reason.</param>
/// <param name="Variants">Counts by variant name.</param>
/// <param name="Statistics">Scores by variant name.</param>
public sealed record VariantResult(
    string Root, int Videos, int Made, int Scenes, int DistinctControls, int PartialPlacebos, int ScenesWithoutProduct,
    IReadOnlyList<string> ShortVideos, IReadOnlyList<FailedVideo> Failed,
    IReadOnlyDictionary<string, VariantCounts> Variants, IReadOnlyDictionary<string, VariantStatistics> Statistics) : IJobResult
{
    bool IJobResult.HasFailures => Failed.Count > 0;

    /// <summary>Where the scenes' attention comes from: measured, predicted, or not known.</summary>
    public ProvenanceCounts AttentionOrigin { get; init; } = ProvenanceCounts.None;
}

/// <summary>A video whose variants could not be made.</summary>
public sealed record FailedVideo(string VideoId, string Message);

/// <summary>
/// Makes the attention variants of a data set. Videos are taken one after the other; a finished one is recognised by its
/// manifest and skipped, one made from other inputs or options is made anew; one with a picture that turns out to be damaged is left
/// out and reported, the others are unharmed. Equal inputs and options give equal bytes
/// (the tables' full paths apart).
/// </summary>
public static class VariantJob
{
    /// <summary>Makes the variants.</summary>
    /// <param name="data">A valid_scenes.csv, or a data folder: its valid_scenes.csv where there is one, else its valid scenes.</param>
    /// <param name="output">The folder that gets <c>variants_v3</c>.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="progress">Told after each scene.</param>
    /// <param name="cancellationToken">Stops between scenes; a rerun continues with the video that was not finished.</param>
    /// <exception cref="BadDataException">There are no valid scenes, or no video could be made.</exception>
    /// <exception cref="UsageException">An option is out of range, or names no video of the data set.</exception>
    /// <exception cref="RetryableException">Another run works in the output folder.</exception>
    public static VariantResult Run(string data, string output, VariantOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Check();
        using RunLock alone = RunLock.Take(output);
        return RunLocked(data, output, options, progress, cancellationToken);
    }

    /// <summary>As <see cref="Run"/>, for a caller that has the folder's lock.</summary>
    internal static VariantResult RunLocked(string data, string output, VariantOptions options, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken, Func<IDataView, IDataView>? pipeline = null)
    {
        options.Check();
        string root = VariantFiles.Root(output);
        var manifests = new List<Counted>();   // the manifests themselves have hashes of every scene's files
        var totals = Variant.Names.ToDictionary(n => n, _ => new VariantCounts(0, 0, 0));
        ProvenanceCounts attention = ProvenanceCounts.None;
        var scores = new VariantScores();
        var shortVideos = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var failed = new List<FailedVideo>();
        int made = 0, scenesDone = 0;
        bool all = true;

        foreach (List<SceneRecord> scenes in Videos(Scenes(data, cancellationToken)))
        {
            string id = scenes[0].VideoId;
            if (!seen.Add(id)) throw BadDataException.For($"The scene list of '{data}'", $"rows of video '{id}' in two places",
                "all rows of a video together", "Run `alignment validate` again.");
            if (options.Videos.Count > 0 && !options.Videos.Contains(id, StringComparer.Ordinal)) continue;
            if (manifests.Count + failed.Count >= (options.MaxVideos ?? int.MaxValue))
            {
                all = false;
                break;
            }
            var video = new VariantVideo(root, id, scenes, options, pipeline, cancellationToken);
            VideoManifest? manifest;
            try
            {
                manifest = video.Finished(out string key, out var inputs);
                if (manifest is null)
                {
                    manifest = video.Make(key, inputs, () => progress?.Report(new("making variants", ++scenesDone, 0, id)));
                    made++;
                }
                else progress?.Report(new("making variants", scenesDone += scenes.Count, 0, id));
            }
            catch (BadDataException e)
            {
                failed.Add(new(id, e.Message));
                continue;
            }
            manifests.Add(new(new(id, manifest.Inputs.Count, manifest.Key), manifest.DistinctControls, manifest.PartialPlacebos,
                manifest.ScenesWithoutProduct));
            attention = attention.With(manifest.AttentionOrigin);
            foreach (string name in Variant.Names) totals[name] = totals[name].Plus(manifest.Variants[name]);
            if (scenes.Count < TemporalWindows.FewestScenes) shortVideos.Add(id);
            foreach (Variant variant in Variant.All)
                foreach (VariantScene row in VariantSet.Rows(VariantFiles.Video(root, id), variant))
                    scores.Add(variant, row.Index, row.Window, row.AlignmentAfter, row.ShareAfter);
        }
        foreach (string wanted in options.Videos.Where(v => all && !seen.Contains(v)))
            throw UsageException.For($"{OptionName.Of<VariantOptions>(nameof(VariantOptions.Videos))} '{SafePath.Shorten(wanted)}'",
                "no valid scene of such a video", $"one of {string.Join(", ", seen.Order(StringComparer.Ordinal).Take(10))}",
                "Correct the id.");
        if (manifests.Count == 0 && failed.Count > 0) throw new BadDataException($"No variants could be made. {failed[0].Message}");
        if (manifests.Count == 0) throw BadDataException.For("No valid scenes found", $"none in '{data}'", "scenes that validation accepts",
            "Run `alignment validate --data DIR` to see why.");

        var report = new VariantResult(root, manifests.Count, made, manifests.Sum(m => m.Video.Scenes),
            manifests.Sum(m => m.DistinctControls), manifests.Sum(m => m.PartialPlacebos),
            manifests.Sum(m => m.ScenesWithoutProduct), shortVideos, failed, totals, scores.Summarise(attention))
        { AttentionOrigin = attention };
        AtomicFile.Write(Path.Combine(root, VariantFiles.Statistics),
            s => JsonSerializer.Serialize(s, report.Statistics, VariantFiles.Json), keepEqual: true);
        AtomicFile.Write(Path.Combine(root, VariantFiles.Manifest), s => JsonSerializer.Serialize(s, new SetManifest
        {
            Format = VariantFiles.Format,
            ToolVersion = ToolVersion.Number,
            Options = ManifestOptions.Of(options),
            Videos = [.. manifests.Select(m => m.Video)],
            Scenes = report.Scenes,
            AttentionOrigin = attention,
            DistinctControls = report.DistinctControls,
            PartialPlacebos = report.PartialPlacebos,
            ScenesWithoutProduct = report.ScenesWithoutProduct,
            ShortVideos = shortVideos,
            Variants = report.Variants,
        }, VariantFiles.Json), keepEqual: true);
        return report;
    }

    internal static IEnumerable<SceneRecord> Scenes(string data, CancellationToken cancellationToken)
    {
        if (File.Exists(data)) return ValidScenesCsv.Read(data);
        string listed = SceneFolder.Open(data).ValidScenesPath;
        return File.Exists(listed) ? ValidScenesCsv.Read(listed) : ValidationJob.Scenes(data, cancellationToken: cancellationToken);
    }

    // Rows grouped by video, each video's in scene order.
    static IEnumerable<List<SceneRecord>> Videos(IEnumerable<SceneRecord> rows)
    {
        List<SceneRecord> video = [];
        foreach (SceneRecord row in rows)
        {
            if (video.Count > 0 && video[0].VideoId != row.VideoId)
            {
                yield return Ordered(video);
                video = [];
            }
            video.Add(row);
        }
        if (video.Count > 0) yield return Ordered(video);
    }

    static List<SceneRecord> Ordered(List<SceneRecord> video)
    {
        video.Sort((a, b) => a.SceneNumber.CompareTo(b.SceneNumber));
        for (int i = 1; i < video.Count; i++)
            if (video[i].SceneNumber == video[i - 1].SceneNumber)
                throw BadDataException.For($"The scene list of video '{video[i].VideoId}'",
                    FormattableString.Invariant($"scene {video[i].SceneNumber} twice"), "every scene once",
                    "Run `alignment validate` again.");
        return video;
    }

    // What is kept of a video's manifest.
    sealed record Counted(SetVideo Video, int DistinctControls, int PartialPlacebos, int ScenesWithoutProduct);
}

// manifest.json of the whole set.
sealed record SetManifest
{
    public int Format { get; init; }
    public string ToolVersion { get; init; } = "";
    public ManifestOptions Options { get; init; } = new();
    public IReadOnlyList<SetVideo> Videos { get; init; } = [];
    public int Scenes { get; init; }
    /// <summary>Where the scenes' attention comes from.</summary>
    public ProvenanceCounts AttentionOrigin { get; init; } = ProvenanceCounts.None;
    public int DistinctControls { get; init; }
    public int PartialPlacebos { get; init; }
    public int ScenesWithoutProduct { get; init; }
    public IReadOnlyList<string> ShortVideos { get; init; } = [];
    public IReadOnlyDictionary<string, VariantCounts> Variants { get; init; } = new Dictionary<string, VariantCounts>();
}

// One video of the set.
sealed record SetVideo(string VideoId, int Scenes, string Key);
