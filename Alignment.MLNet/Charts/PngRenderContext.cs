using OxyPlot;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Alignment.MLNet.Charts;

/// <summary>OxyPlot's Skia renderer with our own font, so that a plot looks the same on a machine without fonts.</summary>
sealed class PngRenderContext : SkiaRenderContext, IRenderContext
{
    // OxyPlot's font sizes are of the letters' em; ours of capitals and descenders together.
    const float Scale = 1.05f;

    /// <summary>Measured widths are multiplied by this: above 1 when only measuring for a viewer whose own font may be wider.</summary>
    public double WidthReserve { get; init; } = 1;

    void IRenderContext.DrawText(ScreenPoint p, string text, OxyColor fill, string? fontFamily, double fontSize, double fontWeight, double rotation,
        OxyPlot.HorizontalAlignment horizontalAlignment, OxyPlot.VerticalAlignment verticalAlignment, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text) || !fill.IsVisible()) return;
        float size = (float)fontSize * Scale;
        var (width, height) = StrokeFont.Measure(text, size);
        SkCanvas.Save();
        SkCanvas.Translate((float)p.X, (float)p.Y);
        SkCanvas.RotateDegrees((float)rotation);
        float left = horizontalAlignment switch { OxyPlot.HorizontalAlignment.Left => 0, OxyPlot.HorizontalAlignment.Right => -width, _ => -width / 2 };
        float top = verticalAlignment switch { OxyPlot.VerticalAlignment.Top => 0, OxyPlot.VerticalAlignment.Bottom => -height, _ => -height / 2 };
        StrokeFont.Draw(SkCanvas, text, left, top, size, new SKColor(fill.R, fill.G, fill.B, fill.A), bold: fontWeight > 500);
        SkCanvas.Restore();
    }

    OxySize IRenderContext.MeasureText(string text, string? fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text)) return OxySize.Empty;
        var (width, height) = StrokeFont.Measure(text, (float)fontSize * Scale);
        return new(width * WidthReserve, height);
    }
}
