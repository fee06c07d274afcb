namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>One frame as the detectors see it: its scores against the frame before, and its shrunken picture. Overwritten by the next
/// frame.</summary>
sealed class AnalysedFrame
{
    public long Index { get; set; }

    public double Seconds { get; set; }

    // Mean |difference| of the hue planes (0..179, not circular) to the frame before; 0 for the first frame, like the other deltas.
    public double DeltaHue { get; set; }

    public double DeltaSat { get; set; }

    public double DeltaLum { get; set; }

    // Mean |difference| of the dilated edge maps (0 or 255); NaN where edges are not looked for.
    public double DeltaEdges { get; set; } = double.NaN;

    // (hue + saturation + luminance) ÷ 3.
    public double ContentVal { get; set; }

    public double AverageRgb { get; set; }

    // Correlation of the luminance histograms; NaN for the first frame and where histograms are not computed.
    public double HistDiff { get; set; } = double.NaN;

    // How much changed since the last frame that differs, as a share; set by the default detector.
    public double Change { get; set; }

    public int Width { get; init; }

    public int Height { get; init; }

    // The small picture: planes of Y, half B − Y and half R − Y (about 128), each Width·Height values; then slack. Empty where the frame
    // was read whole.
    public byte[] Picture { get; init; } = [];

    // Width·Height values, then slack. Empty, like the next two, where only the small picture was read.
    public byte[] Blue { get; init; } = [];

    public byte[] Green { get; init; } = [];

    public byte[] Red { get; init; } = [];
}
