namespace Alignment.MLNet.SceneDetection;

/// <summary>PySceneDetect's choice of a scene's pictures. The frames are divided into as many equal runs as there are pictures (the first
/// ones a frame longer where it does not come out even): the second frame of the first run, the last but one of the last, the middle ones
/// of those between. A single picture is the scene's middle frame; a scene with too few frames repeats its last.</summary>
static class StillFrames
{
    // PySceneDetect's frame margin: the frame at a cut may still hold some of the other scene.
    const int Margin = 1;

    // Of the scene from start to before end.
    public static IReadOnlyList<long> Of(long start, long end, int images)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        long count = Math.Max(end - start, images), most = end - 1;
        long[] frames = new long[images];
        for (int i = 0; i < images; i++)
        {
            long from = i * (count / images) + Math.Min(i, count % images),
                to = (i + 1) * (count / images) + Math.Min(i + 1, count % images);
            long first = Math.Min(start + from, most), last = Math.Min(start + to - 1, most);
            frames[i] = images == 1 || (i > 0 && i < images - 1) ? Math.Min(start + from + (to - from) / 2, most)
                : i == 0 ? Math.Min(first + Margin, last)
                : Math.Max(last - Margin, first);
        }
        return frames;
    }
}
