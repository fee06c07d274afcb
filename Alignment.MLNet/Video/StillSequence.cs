namespace Alignment.MLNet.Video;

/// <summary>
/// Frames of a video of held stills, with or without smoothing; at most two stills are in memory.
/// </summary>
/// <remarks>
/// With x the 8-bit values of the scene shown, p those of the scene before, j = 0, 1, … the frames since the cut and
/// k = min(FadeFrames, the scene's frames − 1) (so that every scene is shown pure at least once):
/// <list type="number">
/// <item>Cross-fade, motion-free: w = (j + 1)/(k + 1) for j &lt; k, else 1; f = (1 − w)·p + w·x.</item>
/// <item>Deflicker: L(t) = mean luma of frame t (BT.709: 0.2126 R + 0.7152 G + 0.0722 B); T(t) = mean of L over frames
/// t − r … t + r inside the video; gain g = T/L held within 1/MaxGain … MaxGain (1 where L &lt; 1); y = min(255, g·f).</item>
/// </list>
/// Within a held still L does not change, so frames further than r + k from a cut are left exactly as they are.
/// </remarks>
sealed class StillSequence
{
    readonly IReadOnlyList<TimedScene> _scenes;
    readonly Action<int, byte[]> _load;
    readonly Smoothing? _smoothing;
    readonly double[] _luma;
    byte[] _previous, _current;
    int _scene = -1;
    (int Scene, double Weight, double Gain) _drawn = (-1, 0, 0);

    // load reads the i-th scene's still, already of the video's size.
    public StillSequence(IReadOnlyList<TimedScene> scenes, int frameBytes, Action<int, byte[]> load, Smoothing? smoothing)
    {
        (_scenes, _load, _smoothing) = (scenes, load, smoothing);
        (_previous, _current) = (new byte[frameBytes], new byte[frameBytes]);
        _luma = smoothing is { DeflickerRadius: > 0 } ? new double[scenes.Count] : [];
        for (int i = 0; i < _luma.Length; i++)
        {
            load(i, _current);
            _luma[i] = MeanLuma(_current);
        }
    }

    public void Draw(long index, Span<byte> rgb)
    {
        while (_scene < 0 || index >= _scenes[_scene].StartFrame + _scenes[_scene].Frames)
        {
            (_previous, _current) = (_current, _previous);
            _load(++_scene, _current);
        }
        double weight = Weight(_scene, index), gain = Gain(index);
        if (_drawn == (_scene, weight, gain)) return;
        _drawn = (_scene, weight, gain);
        if (weight == 1 && gain == 1)
        {
            _current.CopyTo(rgb);
            return;
        }
        float now = (float)(weight * gain), before = (float)((1 - weight) * gain);
        for (int i = 0; i < rgb.Length; i++) rgb[i] = (byte)Math.Min(255f, now * _current[i] + before * _previous[i] + 0.5f);
    }

    // w of the formula.
    double Weight(int scene, long index)
    {
        if (_smoothing is null || scene == 0) return 1;
        long since = index - _scenes[scene].StartFrame, fade = Math.Min(_smoothing.FadeFrames, _scenes[scene].Frames - 1);
        return since < fade ? (since + 1.0) / (fade + 1) : 1;
    }

    // g of the formula.
    double Gain(long index)
    {
        if (_luma.Length == 0) return 1;
        long last = _scenes[^1].StartFrame + _scenes[^1].Frames - 1;
        long from = Math.Max(0, index - _smoothing!.DeflickerRadius), to = Math.Min(last, index + _smoothing.DeflickerRadius);
        double own = Luma(index), sum = 0;
        bool same = true;
        for (long t = from; t <= to; t++)
        {
            double luma = Luma(t);
            same &= luma == own;
            sum += luma;
        }
        if (same || own < 1) return 1;
        return Math.Clamp(sum / (to - from + 1) / own, 1 / Smoothing.MaxGain, Smoothing.MaxGain);
    }

    // The cross-fade is linear, and so is the mean: no frame needs to be drawn to know its brightness.
    double Luma(long index)
    {
        int scene = _scene;
        while (index < _scenes[scene].StartFrame) scene--;
        while (index >= _scenes[scene].StartFrame + _scenes[scene].Frames) scene++;
        double weight = Weight(scene, index);
        return weight == 1 ? _luma[scene] : weight * _luma[scene] + (1 - weight) * _luma[scene - 1];
    }

    internal static double MeanLuma(ReadOnlySpan<byte> rgb)
    {
        long red = 0, green = 0, blue = 0;
        for (int i = 0; i < rgb.Length; i += 3)
        {
            red += rgb[i];
            green += rgb[i + 1];
            blue += rgb[i + 2];
        }
        return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / (rgb.Length / 3);
    }
}
