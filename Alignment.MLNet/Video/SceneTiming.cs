using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;

namespace Alignment.MLNet.Video;

// Where a scene's duration comes from.
enum DurationSource
{
    // A scene list: exact.
    SceneList,

    // Only the whole video's length is known: every scene gets an equal share of it. An estimate.
    EqualShareOfSource,

    // Nothing is known: every scene is held for the same fixed time.
    Fixed,
}

/// <summary>A scene in the assembled video, held for at least one frame; where it is not edited the source video's own still fills its
/// time.</summary>
sealed record TimedScene(int SceneNumber, long StartFrame, long Frames, bool Edited);

// When each scene is shown. The frames of all scenes add up to the video's frames exactly.
sealed record SceneTiming(FrameRate Fps, DurationSource From, IReadOnlyList<TimedScene> Scenes, IReadOnlyList<string> Notes)
{
    public long Frames => Scenes[^1].StartFrame + Scenes[^1].Frames;

    public static SceneTiming Of(string video, IReadOnlyList<int> edited, SceneList? list, VideoInfo? source, AssembleOptions options)
    {
        var fps = options.Rate ?? list?.Fps ?? source?.Fps ?? options.DefaultRate;
        if (list is not null) return FromList(video, edited, list, source, fps);
        if (source is not null)
        {
            long total = fps == source.Fps ? source.Frames : fps.FrameAt(source.Seconds);
            return new(fps, DurationSource.EqualShareOfSource, Share(video, edited, i => (long)((decimal)total * i / edited.Count)),
                ["The scenes' real lengths are not known: each got an equal share of the source video's length."]);
        }
        return new(fps, DurationSource.Fixed, Share(video, edited, i => fps.FrameAt(i * options.SceneSeconds)), []);
    }

    static SceneTiming FromList(string video, IReadOnlyList<int> edited, SceneList list, VideoInfo? source, FrameRate fps)
    {
        int[] unknown = [.. edited.Except(list.Scenes.Select(s => s.SceneNumber))];
        if (unknown.Length > 0)
            throw BadDataException.For($"The video '{video}'", $"the edited scene {Name(unknown)}",
                $"only scenes of its scene list ({Name([.. list.Scenes.Select(s => s.SceneNumber)])})",
                "Detect the scenes again or remove the picture.");
        List<string> notes = [];
        var has = edited.ToHashSet();
        int[] missing = [.. list.Scenes.Select(s => s.SceneNumber).Where(n => !has.Contains(n))];
        if (missing.Length > 0)
            notes.Add(source is null ? $"Left out, because neither an edited picture nor a source video exists: scene {Name(missing)}."
                : $"Not edited, shown as the source video's own still: scene {Name(missing)}.");
        if (source is not null && Math.Abs(source.Fps.SecondsAt(source.Frames) - list.Fps.SecondsAt(list.Frames)) > 1.5 / fps.Fps)
            notes.Add(Invariant($"The scene list has {list.Frames} frames at {list.Fps}, the source "
                + $"video {source.Frames} at {source.Fps}; the list was followed."));
        List<TimedScene> scenes = [];
        long at = 0;
        for (int i = 0; i < list.Scenes.Count; i++)
        {
            var scene = list.Scenes[i];
            if (!has.Contains(scene.SceneNumber) && source is null) continue;
            long frames = Boundary(scene.EndFrame, list.EndSeconds(i)) - Boundary(scene.StartFrame, list.StartSeconds(i));
            scenes.Add(Checked(video, new(scene.SceneNumber, at, frames, has.Contains(scene.SceneNumber))));
            at += frames;
        }
        return new(fps, DurationSource.SceneList, scenes, notes);

        // Rounding boundaries, not lengths: rounding errors do not add up.
        long Boundary(long frame, double seconds) => fps == list.Fps && list.Times is null ? frame : fps.FrameAt(seconds);
    }

    static List<TimedScene> Share(string video, IReadOnlyList<int> edited, Func<int, long> boundary) =>
        [.. edited.Select((number, i) => Checked(video, new(number, boundary(i), boundary(i + 1) - boundary(i), true)))];

    static TimedScene Checked(string video, TimedScene scene) => scene.Frames > 0 ? scene
        : throw BadDataException.For($"Scene {scene.SceneNumber} of '{video}'",
        "less than one frame of time", "at least one frame", "Choose a higher frame rate or a longer time per scene.");

    static string Name(int[] numbers) => string.Join(", ", numbers.Take(20).Select(n => Invariant($"{n}")))
        + (numbers.Length > 20 ? ", …" : "");
}
