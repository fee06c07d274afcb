using SkiaSharp;

namespace Alignment.MLNet.Charts;

// Draws a PNG, with letters of our own, so that it has the same bytes on a machine without fonts.
sealed class PngSurface(SKCanvas canvas, double left, double width) : ChartSurface
{
    public override void Line(double x1, double y1, double x2, double y2, Ink ink)
    {
        using SKPaint pen = Pen(ink);
        canvas.DrawLine(X(x1), (float)y1, X(x2), (float)y2, pen);
    }

    public override void Polyline(IReadOnlyList<(double X, double Y)> points, Ink ink)
    {
        using SKPaint pen = Pen(ink);
        using var path = new SKPath();
        path.AddPoly([.. points.Select(p => new SKPoint(X(p.X), (float)p.Y))], close: false);
        canvas.DrawPath(path, pen);
    }

    public override void Rectangle(double x, double y, double width, double height, Ink ink)
    {
        using var fill = new SKPaint { Color = Colour(ink), IsAntialias = true };
        canvas.DrawRect(new SKRect(X(x), (float)y, X(x + width), (float)(y + height)), fill);
    }

    public override void Marker(double x, double y, Ink ink)
    {
        using SKPath path = SKPath.ParseSvgPathData(ink.Shape);
        path.Transform(SKMatrix.CreateTranslation(X(x), (float)y));
        using var fill = new SKPaint { Color = ink.Kind == InkKind.Hollow ? SKColors.White : Colour(ink), IsAntialias = true };
        using SKPaint pen = Pen(ink);
        canvas.DrawPath(path, fill);
        canvas.DrawPath(path, pen);
    }

    public override void Text(string text, double x, double y, TextAnchor anchor, Lettering look, double shift = 0)
    {
        float size = look.StrokeSize, at = X(x) + (float)shift, length = StrokeFont.Measure(text, size).Width;
        at -= anchor switch { TextAnchor.Middle => length / 2, TextAnchor.End => length, _ => 0 };
        StrokeFont.Draw(canvas, text, at, (float)y - StrokeFont.Ascent(size), size, SKColor.Parse(look.Soft ? Ink.Soft : Ink.Text),
            look.Bold);
    }

    float X(double share) => (float)(left + share * width);

    static SKColor Colour(Ink ink) => SKColor.Parse(ink.Colour).WithAlpha((byte)Math.Round(255 * ink.Opacity));

    static SKPaint Pen(Ink ink) => new()
    {
        Color = Colour(ink),
        IsAntialias = true,
        Style = SKPaintStyle.Stroke,
        StrokeWidth = (float)ink.Width,
        StrokeJoin = SKStrokeJoin.Round,
        PathEffect = ink.Kind == InkKind.Reference ? SKPathEffect.CreateDash([6, 4], 0) : null,
    };
}
