using System.Security.Cryptography;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Gaze;

// When the scenes of a video are on, in order of time; without a scene list there are none.
sealed record GazeVideo(string VideoId, IReadOnlyList<GazeScene> Scenes, double EndSeconds)
{
    readonly double[] _starts = [.. Scenes.Select(s => s.StartSeconds)];

    public IReadOnlyDictionary<int, GazeScene> ByNumber { get; } = Scenes.ToDictionary(s => s.Number);

    // The scene that is on at a time: [start, next start); null before and after the video.
    public GazeScene? At(double seconds)
    {
        if (!(seconds >= 0 && seconds < EndSeconds)) return null;
        int at = Array.BinarySearch(_starts, seconds);
        return Scenes[at >= 0 ? at : ~at - 1];
    }
}

// One scene: its number, its index among all scenes that get a map (−1: it has no still), its still's size.
sealed record GazeScene(int Number, int Slot, double StartSeconds, double EndSeconds, int Width, int Height);

// Every video of a data set with the times of its scenes.
sealed class GazeScenes
{
    readonly List<GazeVideo> _videos = [];
    readonly Dictionary<byte[], GazeVideo> _byId = new(new Utf8Equality());
    readonly Dictionary<byte[], GazeVideo>.AlternateLookup<ReadOnlySpan<byte>> _find;

    GazeScenes() => _find = _byId.GetAlternateLookup<ReadOnlySpan<byte>>();

    // Scenes with a still and a known time: slots 0 … Slots − 1, in ordinal order of video, then of scene.
    public int Slots { get; private set; }

    public IReadOnlyList<GazeVideo> Videos => _videos;

    // The video of that id (UTF-8, exact; where accents are composed in another way it is the same), or null.
    public GazeVideo? Find(ReadOnlySpan<byte> id) => _find.TryGetValue(id, out GazeVideo? video) ? video : null;

    // Equal where the same rows fall into the same pixels.
    public string Hash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (GazeVideo v in _videos)
        {
            sha.AppendData(Encoding.UTF8.GetBytes($"{v.VideoId}\n"));
            foreach (GazeScene s in v.Scenes)
                sha.AppendData(Encoding.UTF8.GetBytes(Invariant(
                    $"{s.Number} {s.StartSeconds:R} {s.EndSeconds:R} {s.Width}x{s.Height} {s.Slot >= 0}\n")));
        }
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    public static GazeScenes Read(SceneFolder data, IReadOnlyList<string> videoIds, IReadOnlyList<string> sources,
        Action<AttentionProblem> report, CancellationToken cancellationToken)
    {
        var all = new GazeScenes();
        foreach (string id in videoIds)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (SafePath.Why(id) is not null) continue;   // reported where its stills are read
            GazeVideo video;
            try
            {
                video = all.Video(id, data, sources, report);
            }
            catch (BadDataException e)
            {
                report(new(id, null, e.Message, Breaks: true));
                video = new(id, [], 0);
            }
            all._videos.Add(video);
        }
        // The exact id first: no other spelling takes its place.
        foreach (GazeVideo video in all._videos) all._byId[Encoding.UTF8.GetBytes(video.VideoId)] = video;
        foreach (GazeVideo video in all._videos.Where(v => !Ascii.IsValid(v.VideoId)))
            foreach (NormalizationForm form in new[] { NormalizationForm.FormC, NormalizationForm.FormD })
                all._byId.TryAdd(Encoding.UTF8.GetBytes(video.VideoId.Normalize(form)), video);
        return all;
    }

    GazeVideo Video(string id, SceneFolder data, IReadOnlyList<string> sources, Action<AttentionProblem> report)
    {
        if (VideoSource.Find(id, sources).SceneListFile is not { } file)
        {
            report(new(id, null, $"No scene list: it is not known when the scenes of '{id}' begin, so that no gaze can be given to them. "
                + $"Looked for '{id}.scenes.csv', '{id}/scenes.csv', 'video_scene_cuts/{id}/scenes.csv' and '{id}.truth.json' in "
                + $"{SafePath.Shorten(string.Join(", ", sources.Select(s => $"'{s}'")), 400)}. Make it with `alignment scenes`, or name "
                + $"its folder as a source.", Breaks: true));
            return new(id, [], 0);
        }
        SceneList list = SceneList.Read(file);
        var stills = data.Read(id, static _ => { }).ToDictionary(s => s.Number, s => s.Still);
        var scenes = new List<GazeScene>();
        foreach (SceneSpan span in list.Scenes)
        {
            PictureHeader? size = null;
            if (!stills.TryGetValue(span.SceneNumber, out string? still))
                report(new(id, span.SceneNumber, $"'{Path.GetFileName(file)}' has scene {span.SceneNumber}, the data set no still of it: "
                    + $"gaze on it is not used. Take the still, or leave the scene out of both.", Breaks: false));
            else
            {
                try
                {
                    size = PictureFile.ReadHeader(still);
                }
                catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
                {
                    report(new(id, span.SceneNumber, SafePath.Shorten(e.Message, 500), Breaks: true));
                }
            }
            scenes.Add(new(span.SceneNumber, size is null ? -1 : Slots++, list.Fps.SecondsAt(span.StartFrame),
                list.Fps.SecondsAt(span.EndFrame), size?.Width ?? 0, size?.Height ?? 0));
        }
        int[] unlisted = [.. stills.Keys.Except(list.Scenes.Select(s => s.SceneNumber)).Order()];
        if (unlisted.Length > 0)
            report(new(id, unlisted[0],
                Invariant($"{unlisted.Length} still(s), the first of scene {unlisted[0]}, are of no scene in '{Path.GetFileName(file)}': "
                    + $"it is not known when they are on. Detect the scenes again, or remove the stills."), Breaks: true));
        return new(id, scenes, list.Fps.SecondsAt(list.Frames));
    }

    sealed class Utf8Equality : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(byte[] text) => GetHashCode(text.AsSpan());

        public bool Equals(ReadOnlySpan<byte> a, byte[] b) => a.SequenceEqual(b);

        public int GetHashCode(ReadOnlySpan<byte> text)
        {
            var hash = new HashCode();   // seeded by the process: ids from outside cannot be made to collide
            hash.AddBytes(text);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> text) => text.ToArray();
    }
}
