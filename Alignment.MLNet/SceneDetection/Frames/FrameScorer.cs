namespace Alignment.MLNet.SceneDetection.Frames;

// What a detector looks at; the rest is not computed.
[Flags]
enum ScoreKinds
{
    None = 0,

    Content = 1,

    // Differences of edge maps; needs Content.
    Edges = 2,

    Average = 4,

    Histogram = 8,

    Scores = Content | Edges | Average | Histogram,

    // The small picture (SmallFrames). It comes another way, and alone.
    Picture = 16,
}

/// <summary>PySceneDetect's per-frame measures of a stream of frames. Two sets of planes take turns; nothing is allocated per
/// frame.</summary>
sealed class FrameScorer
{
    readonly FrameShrink _shrink;
    readonly ScoreKinds _kinds;
    readonly int _count;
    readonly CannyEdges? _canny;
    HsvPlanes _now, _before;
    byte[] _edges, _edgesBefore;
    LumaHistogram _histogram = new(), _histogramBefore = new();

    public FrameScorer(FrameShrink shrink, ScoreKinds kinds)
    {
        (_shrink, _kinds, _count) = (shrink, kinds, shrink.Width * shrink.Height);
        (_now, _before) = (new(_count), new(_count));
        bool edges = kinds.HasFlag(ScoreKinds.Edges);
        _canny = edges ? new(shrink.Width, shrink.Height) : null;
        (_edges, _edgesBefore) = edges ? (new byte[_count], new byte[_count]) : ([], []);
        Frame = new() { Width = shrink.Width, Height = shrink.Height, Blue = shrink.Blue, Green = shrink.Green, Red = shrink.Red };
    }

    public AnalysedFrame Frame { get; }

    public AnalysedFrame Score(long index, double seconds, ReadOnlySpan<byte> decoded)
    {
        (Frame.Index, Frame.Seconds) = (index, seconds);
        _shrink.Shrink(decoded);
        if (_kinds.HasFlag(ScoreKinds.Content)) Content(index);
        if (_kinds.HasFlag(ScoreKinds.Average))
            Frame.AverageRgb = (Lanes.Sum(_shrink.Blue.AsSpan(0, _count)) + Lanes.Sum(_shrink.Green.AsSpan(0, _count))
                + Lanes.Sum(_shrink.Red.AsSpan(0, _count))) / (3.0 * _count);
        if (_kinds.HasFlag(ScoreKinds.Histogram))
        {
            (_histogram, _histogramBefore) = (_histogramBefore, _histogram);
            _histogram.Count(_shrink.Blue, _shrink.Green, _shrink.Red, _count);
            Frame.HistDiff = index == 0 ? double.NaN : _histogram.Correlation(_histogramBefore);
        }
        return Frame;
    }

    void Content(long index)
    {
        (_now, _before) = (_before, _now);
        _now.Convert(_shrink.Blue, _shrink.Green, _shrink.Red);
        if (_canny is not null)
        {
            (_edges, _edgesBefore) = (_edgesBefore, _edges);
            _canny.Find(_now.Value.AsSpan(0, _count), _edges);
        }
        if (index == 0) return;
        Frame.DeltaHue = Mean(_now.Hue, _before.Hue);
        Frame.DeltaSat = Mean(_now.Saturation, _before.Saturation);
        Frame.DeltaLum = Mean(_now.Value, _before.Value);
        if (_canny is not null) Frame.DeltaEdges = Mean(_edges, _edgesBefore);
        Frame.ContentVal = (Frame.DeltaHue + Frame.DeltaSat + Frame.DeltaLum) / 3;
    }

    double Mean(byte[] a, byte[] b) => Lanes.AbsoluteDifference(a.AsSpan(0, _count), b.AsSpan(0, _count)) / (double)_count;
}
