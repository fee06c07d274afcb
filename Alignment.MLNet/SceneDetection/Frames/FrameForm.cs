using Alignment.MLNet.Ffmpeg;

namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>What ffmpeg is to send of every frame: our words only. Of small frames hundreds fit in a buffer: they and their times may come
/// in bundles, which costs less.</summary>
sealed record FrameForm(long Bytes, string Options, bool Small)
{
    public static FrameForm Whole(VideoInfo info)
    {
        var layout = DecodedFrames.LayoutOf(info);
        return new(FrameShrink.FrameBytes(info.FrameWidth, info.FrameHeight, layout),
            $"-pix_fmt {(layout == FrameLayout.Bgr24 ? "bgr24" : info.PixelFormat)}", false);
    }

    public static FrameForm Of(SmallFrames small) => new(small.Bytes, $"-vf {small.Filter} -pix_fmt yuv444p", true);
}
