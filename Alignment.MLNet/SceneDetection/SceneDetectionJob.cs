using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.SceneDetection;

/// <summary>Cuts videos into scenes: <c>{data}/video_scene_cuts/{id}/{id}-Scene-{n:000}-01.jpg</c> (and -02 …), <c>scenes.csv</c> and
/// <c>scenes.json</c> beside them, and in <c>{data}/scene_reports/{id}/</c> a strip of the cuts and, on request, every frame's scores. A
/// video whose scenes are there, from the same file and options, is left alone.</summary>
public static class SceneDetectionJob
{
    /// <summary>Finds and writes the scenes of every video of a folder, or of one video; its id is the file's name without its ending. The
    /// data folder is created if it is not there. One bad file does not stop the others; cancelled, finished videos stay.</summary>
    /// <exception cref="BadDataException">There is no video, or none that could be used.</exception>
    /// <exception cref="UsageException">No such folder, an option out of range, or an id that no file has.</exception>
    /// <exception cref="RetryableException">Another run works in the data folder.</exception>
    /// <exception cref="MissingDependencyException">No ffmpeg.</exception>
    public static SceneDetectionResult Run(string videos, string data, SceneDetectionOptions? options = null,
        IProgress<WorkProgress>? progress = null, FfmpegTools? tools = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Check();
        tools ??= FfmpegTools.Find();
        List<string> problems = [];
        var files = Chosen(VideoFiles.Find(videos, problems.Add), options.VideoIds, videos);
        if (files.Count == 0) throw new BadDataException("No scenes could be found. " + problems[0]);
        string folder = DataFolder(data);
        List<DetectedVideo> detected = [];
        using (RunLock.Take(Path.Combine(folder, Layout.Stills)))
        {
            long[] sizes = [.. files.Select(f => Math.Max(1, (VideoFiles.SizeOf(f.Path) ?? 0) >> 10))];
            long total = sizes.Sum(), before = 0;
            for (int i = 0; i < files.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (id, path) = files[i];
                long from = before, size = sizes[i];
                Tell(0);
                try
                {
                    detected.Add(new VideoDetection(id, path, folder, options, tools, cancellationToken).Run(Tell, problems.Add));
                }
                catch (BadDataException e)
                {
                    problems.Add($"{SafePath.Shorten(id)}: {e.Message}");
                }
                before += size;

                void Tell(double part) => progress?.Report(new("finding scenes, kB of video", from + (long)(part * size), total, id));
            }
            progress?.Report(new("finding scenes, kB of video", total, total));
        }
        if (detected.Count == 0) throw new BadDataException("No scenes could be found. " + problems[0]);
        return new(detected, problems);
    }

    // The folder that has video_scene_cuts: the one given, or its data where that has them already.
    static string DataFolder(string given)
    {
        string full = Path.GetFullPath(given), below = Path.Combine(full, "data");
        return !Directory.Exists(Path.Combine(full, Layout.Stills)) && Directory.Exists(Path.Combine(below, Layout.Stills))
            ? below : full;
    }

    static IReadOnlyList<(string Id, string Path)> Chosen(IReadOnlyList<(string Id, string Path)> all, IReadOnlyList<string>? ids,
        string videos)
    {
        if (ids is null) return all;
        if (ids.FirstOrDefault(id => all.All(v => v.Id != id)) is { } unknown)
            throw UsageException.For(
                $"{OptionName.Of<SceneDetectionOptions>(nameof(SceneDetectionOptions.VideoIds))} '{SafePath.Shorten(unknown)}'",
                $"no such video in '{SafePath.Shorten(Path.GetFullPath(videos), 200)}'",
                $"one of {string.Join(", ", all.Select(v => SafePath.Shorten(v.Id)).Take(10))}",
                "The id is the file's name without its ending.");
        return [.. all.Where(v => ids.Contains(v.Id, StringComparer.Ordinal))];
    }
}
