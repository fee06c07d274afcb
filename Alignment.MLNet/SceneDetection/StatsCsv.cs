using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection;

/// <summary>Every frame's scores as CSV, written as they come. An empty cell is undefined there: the first frame has no predecessor, the
/// ratio needs two frames on either side.</summary>
sealed class StatsCsv(TextWriter to, double adaptiveLeast)
{
    public const string FileName = "stats.csv";

    readonly AdaptiveRatio _ratio = new(adaptiveLeast);
    // Lines wait for their ratio, which is known two frames later.
    readonly Queue<(string Before, string After)> _waiting = new();
    long _count;

    public void WriteHeader() =>
        to.Write("frame,seconds,content_val,delta_hue,delta_sat,delta_lum,delta_edges,adaptive_ratio,average_rgb,hist_diff\r\n");

    public void Add(AnalysedFrame f)
    {
        bool first = _count++ == 0;
        string scores = first ? ",,,," : string.Join(',', N(f.ContentVal), N(f.DeltaHue), N(f.DeltaSat), N(f.DeltaLum), N(f.DeltaEdges));
        _waiting.Enqueue((Invariant($"{f.Index},{Math.Round(f.Seconds, 6)},{scores},"),
            $",{N(f.AverageRgb)},{N(f.HistDiff)}\r\n"));
        double? ratio = _ratio.Add(f.ContentVal);
        if (ratio is null && _count <= AdaptiveRatio.Radius) return;
        if (_waiting.Count > AdaptiveRatio.Radius) WriteLine(ratio);
    }

    public void End()
    {
        while (_waiting.Count > 0) WriteLine(null);
    }

    void WriteLine(double? ratio)
    {
        var (before, after) = _waiting.Dequeue();
        to.Write(before);
        if (ratio is { } known) to.Write(N(known));
        to.Write(after);
    }

    static string N(double value) => double.IsNaN(value) ? "" : value.ToString("G9", CultureInfo.InvariantCulture);
}
