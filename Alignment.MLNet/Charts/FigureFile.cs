using SkiaSharp;

namespace Alignment.MLNet.Charts;

// A figure as files, an SVG and a PNG of the same drawing. The same figure gives the same bytes.
static class FigureFile
{
    public static IEnumerable<string> Save(string folder, string name, Figure figure)
    {
        string svg = Path.Combine(folder, name + ".svg"), png = Path.Combine(folder, name + ".png");
        var sheet = new FigureSheet(figure);
        using var text = new StringWriter { NewLine = "\n" };
        int height = Svg(TextWriter.Null, sheet, figure.Title, height: 0);
        Svg(text, sheet, figure.Title, height);
        AtomicFile.WriteText(svg, text.ToString());
        AtomicFile.Write(png, file =>
        {
            using var bitmap = new SKBitmap(FigureSheet.Width, height);
            using var canvas = new SKCanvas(bitmap);
            canvas.Clear(SKColors.White);
            sheet.Draw(new PngSurface(canvas, sheet.Left, sheet.PlotWidth));
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        });
        return [svg, png];
    }

    static int Svg(TextWriter to, FigureSheet sheet, string title, int height)
    {
        var svg = new HtmlWriter(to);
        string width = PageSurface.Pixels(FigureSheet.Width), high = PageSurface.Pixels(height);
        using (svg.Open("svg", ("xmlns", "http://www.w3.org/2000/svg"), ("width", width), ("height", high),
            ("viewBox", $"0 0 {width} {high}"),
            ("font-family", "Helvetica, Arial, sans-serif"), ("role", "img"), ("aria-label", title)))
        {
            svg.Line().Empty("rect", ("width", width), ("height", high), ("fill", "#ffffff")).Line();
            height = (int)sheet.Draw(new SvgSurface(svg, sheet.Left, sheet.PlotWidth));
        }
        svg.Line();
        return height;
    }
}
