namespace Alignment.MLNet.SceneDetection;

// The times of all frames, as runs of equal steps: one run for a constant rate, however long the video is.
sealed class FrameTimes
{
    const double Same = 1e-9;

    readonly List<(long Frame, double Seconds, double Step)> _runs = [];
    long _count;
    double _last;

    public long Count => _count;

    public double Last => _last;

    public void Add(double seconds)
    {
        if (_runs.Count == 0) _runs.Add((0, seconds, double.NaN));
        else
        {
            var (frame, from, step) = _runs[^1];
            if (double.IsNaN(step)) _runs[^1] = (frame, from, seconds - from);
            else if (!(Math.Abs(from + step * (_count - frame) - seconds) <= Same * Math.Max(1, seconds)))
                _runs.Add((_count, seconds, double.NaN));
        }
        (_last, _count) = (seconds, _count + 1);
    }

    public double At(long index)
    {
        int low = 0, high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_runs[middle].Frame <= index) low = middle;
            else high = middle - 1;
        }
        var (frame, seconds, step) = _runs[low];
        return index == frame ? seconds : seconds + step * (index - frame);
    }
}
