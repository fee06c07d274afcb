using Alignment.MLNet.Variants;

namespace Alignment.MLNet.Reports;

/// <summary>The scenes that a contact sheet shows: spread over the videos, and in each over its length, so that no window is left
/// out.</summary>
static class SceneChoice
{
    public static IEnumerable<IReadOnlyList<VariantScene>> Of(VariantSet set, int most)
    {
        IReadOnlyList<(string VideoId, int Scenes)> videos = set.ScenesByVideo;
        foreach (var (video, wanted) in videos.Zip(Shares([.. videos.Select(v => v.Scenes)], most)))
        {
            if (wanted == 0) continue;
            int at = 0, shown = 0;
            foreach (IReadOnlyList<VariantScene> scene in set.Video(video.VideoId))
            {
                // The middles of as many equal parts as there are scenes to show.
                if (at++ != (2L * shown + 1) * video.Scenes / (2L * wanted)) continue;
                yield return scene;
                if (++shown == wanted) break;
            }
        }
    }

    internal static int[] Shares(IReadOnlyList<int> scenes, int most)
    {
        int[] shares = new int[scenes.Count];
        for (bool any = true; any && most > 0;)
        {
            any = false;
            for (int v = 0; v < shares.Length && most > 0; v++)
            {
                if (shares[v] >= scenes[v]) continue;
                (shares[v], most, any) = (shares[v] + 1, most - 1, true);
            }
        }
        return shares;
    }
}
