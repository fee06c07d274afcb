using Alignment.MLNet.Ffmpeg;

namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>Seconds of each frame since the first one. Times on the grid of the nominal rate (within a tenth of a frame; containers round
/// to milliseconds) are exactly frame ÷ rate; a time that is missing or does not rise is one frame after the last.</summary>
sealed class FrameClock(FrameRate fps)
{
    const double Snap = 0.1, Microsecond = 1e-6;

    long _index;
    long? _first;
    double _last;

    public (double Seconds, double Duration) Next((long? Pts, long Duration) time)
    {
        long index = _index++;
        double frame = 1 / fps.Fps, seconds = 0;
        if (index == 0) _first = time.Pts;
        else
        {
            seconds = time.Pts is { } pts && _first is { } first ? (pts - first) * Microsecond : _last + frame;
            double nominal = fps.SecondsAt(index);
            if (Math.Abs(seconds - nominal) < Snap * frame) seconds = nominal;
            else if (!(seconds > _last)) seconds = _last + frame;
        }
        _last = seconds;
        return (seconds, time.Duration * Microsecond);
    }
}
