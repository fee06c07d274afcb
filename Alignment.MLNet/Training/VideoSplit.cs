using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Training;

/// <summary>Scenes to train on and to validate with (perhaps none), in the order given; never two of one video on different sides, because
/// they look alike.</summary>
sealed record VideoSplit(IReadOnlyList<SceneRecord> Train, IReadOnlyList<SceneRecord> Validation, int TrainVideos, int ValidationVideos)
{
    const string Stream = "train/split";

    // Splits by video: the videos, in ordinal order, are shuffled with the seed, and the first round(share · n) of them are trained on, but
    // at least one on each side. A single video, or a share of 1, leaves nothing to validate with.
    public static VideoSplit Of(IReadOnlyList<SceneRecord> scenes, double share, ulong seed)
    {
        if (scenes.Count == 0) throw BadDataException.For("The training data", "no scene", "at least one valid scene",
            "Run `alignment validate --data DIR` to see what is wrong.");
        HashSet<string> all = [.. scenes.Select(s => s.VideoId)], chosen = VideosToTrainOn(all, share, seed);
        return new([.. scenes.Where(s => chosen.Contains(s.VideoId))], [.. scenes.Where(s => !chosen.Contains(s.VideoId))], chosen.Count,
            all.Count - chosen.Count);
    }

    public static HashSet<string> VideosToTrainOn(IEnumerable<string> all, double share, ulong seed)
    {
        string[] videos = [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        int train = share >= 1 || videos.Length == 1 ? videos.Length
            : Math.Clamp((int)Math.Round(share * videos.Length, MidpointRounding.AwayFromZero), 1, videos.Length - 1);
        double[] key = new double[videos.Length];
        SeededNormal.FillUniform(key, seed, Stream);
        return [.. videos.Zip(key).OrderBy(v => v.Second).ThenBy(v => v.First, StringComparer.Ordinal).Take(train).Select(v => v.First)];
    }
}
