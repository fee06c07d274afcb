namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>One frame as the detectors see it: its scores against the frame before, and its shrunken picture. Overwritten by the next
/// frame.</summary>
sealed class AnalysedFrame
{
    /// <summary>Number in decoding order, from 0.</summary>
    public long Index { get; set; }

    /// <summary>When it is shown, from the first frame on.</summary>
    public double Seconds { get; set; }

    /// <summary>Mean |difference| of the hue planes (0..179, not circular) to the frame before; 0 for the first frame, like the other
    /// deltas.</summary>
    public double DeltaHue { get; set; }

    public double DeltaSat { get; set; }

    public double DeltaLum { get; set; }

    /// <summary>Mean |difference| of the dilated edge maps (0 or 255); NaN where edges are not looked for.</summary>
    public double DeltaEdges { get; set; } = double.NaN;

    /// <summary>(hue + saturation + luminance) ÷ 3.</summary>
    public double ContentVal { get; set; }

    /// <summary>Mean of all B, G and R values.</summary>
    public double AverageRgb { get; set; }

    /// <summary>Correlation of the luminance histograms; NaN for the first frame and where histograms are not computed.</summary>
    public double HistDiff { get; set; } = double.NaN;

    /// <summary>How much changed since the last frame that differs, as a share; set by the default detector.</summary>
    public double Change { get; set; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>The small picture: planes of Y, half B − Y and half R − Y (about 128), each Width·Height values; then slack. Empty where
    /// the frame was read whole.</summary>
    public byte[] Picture { get; init; } = [];

    /// <summary>Width·Height values, then slack. Empty, like the next two, where only the small picture was read.</summary>
    public byte[] Blue { get; init; } = [];

    public byte[] Green { get; init; } = [];

    public byte[] Red { get; init; } = [];
}
