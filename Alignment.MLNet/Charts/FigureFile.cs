using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Alignment.MLNet.Charts;

/// <summary>
/// Plots as files, each as SVG and PNG. Colours are Okabe and Ito's, which colour-blind people can tell apart; markers differ as well. The same figure gives the same bytes.
/// </summary>
static class FigureFile
{
    const int Width = 960, Height = 560;

    static readonly MarkerType[] s_markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    static readonly OxyColor s_dark = OxyColor.FromRgb(60, 60, 60), s_middle = OxyColor.FromRgb(120, 120, 120), s_light = OxyColor.FromRgb(232, 232, 232);

    /// <summary>Writes a figure; returns both files.</summary>
    public static IEnumerable<string> Save(string folder, string name, Figure figure) => Save(folder, name, Draw(figure));

    static PlotModel Draw(Figure figure)
    {
        PlotModel model = Model(figure.Title, figure.Across.Length > 0 ? figure.Across : null, figure.Up);
        if (figure.Categories is { } names) Categories(model, figure, names);
        if (!figure.OneEach)
            model.Legends.Add(figure.Categories is null
                ? new Legend { LegendPosition = LegendPosition.RightTop, LegendPlacement = LegendPlacement.Outside, LegendFontSize = 14 }
                : new Legend { LegendPosition = LegendPosition.BottomCenter, LegendPlacement = LegendPlacement.Outside, LegendOrientation = LegendOrientation.Horizontal, LegendFontSize = 14 });
        if (figure.Zone is { } z)
            model.Annotations.Add(new RectangleAnnotation { MinimumX = z.Category - 0.45, MaximumX = z.Category + 0.45, MinimumY = -z.Half, MaximumY = z.Half, Fill = s_light, Layer = AnnotationLayer.BelowSeries, Text = z.Name, TextPosition = new DataPoint(z.Category, z.Half), TextVerticalAlignment = VerticalAlignment.Bottom, FontSize = 12, TextColor = OxyColor.FromRgb(90, 90, 90) });
        for (int i = 0; i < figure.Series.Count; i++) model.Series.Add(Series(figure.Series[i], figure, figure.Categories is null || figure.OneEach || figure.Series.Count == 1 ? 0 : 0.5 * (i / (figure.Series.Count - 1.0) - 0.5)));
        if (figure.Diagonal is { } diagonal) model.Series.Add(Diagonal(figure, diagonal));
        if (figure.Categories is not null || figure.Diagonal is not null)
            model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Horizontal, Y = 0, Color = s_dark, LineStyle = LineStyle.Solid, StrokeThickness = 1.2, Layer = AnnotationLayer.BelowSeries });
        if (figure.Frame is { } frame) (model.Axes[1].Minimum, model.Axes[1].Maximum) = (frame.Low - 0.06 * (frame.High - frame.Low), frame.High + 0.06 * (frame.High - frame.Low));
        if (figure.Counting)
        {
            model.Axes[0].Minimum = 0.5;
            model.Axes[0].Maximum = 0.5 + figure.Series.SelectMany(s => s.Points).Max(p => p.X);
            model.Axes[0].MinimumMajorStep = 1;
        }
        return model;
    }

    static void Categories(PlotModel model, Figure figure, IReadOnlyList<string> names)
    {
        var axis = new CategoryAxis { Position = AxisPosition.Bottom, FontSize = 14, TitleFontSize = 14, IsTickCentered = true, Minimum = -0.5, Maximum = names.Count - 0.5, Title = model.Axes[0].Title };
        axis.Labels.AddRange(names);
        model.Axes[0] = axis;
    }

    static Series Series(FigureSeries series, Figure figure, double offset)
    {
        OxyColor colour = OxyColor.Parse(SeriesColours.Of(series.Look).Plot);
        MarkerType marker = s_markers[series.Look % s_markers.Length];
        if (series.Joined)
        {
            var line = new LineSeries { Title = series.Name, Color = colour, MarkerFill = colour, MarkerStroke = colour, MarkerType = series.Marked ? marker : MarkerType.None, MarkerSize = 4, StrokeThickness = 2 };
            line.Points.AddRange(series.Points.Select(p => new DataPoint(p.X, p.Y)));
            return line;
        }
        if (figure.Categories is null)
        {
            var points = new ScatterSeries { Title = series.Name, MarkerType = marker, MarkerSize = 5, MarkerFill = colour };
            points.Points.AddRange(series.Points.Select(p => new ScatterPoint(p.X, p.Y)));
            return points;
        }
        var bars = new ScatterErrorSeries { Title = series.Name, MarkerType = marker, MarkerSize = figure.OneEach ? 7 : 6, MarkerFill = colour, ErrorBarColor = colour, ErrorBarStrokeThickness = 2, ErrorBarStopWidth = figure.OneEach ? 10 : 8 };
        // Intervals here lie evenly about their values.
        bars.Points.AddRange(series.Points.Select(p => new ScatterErrorPoint(p.X + offset, p.Y, 0, p is { Low: { } low, High: { } high } ? high - low : 0)));
        return bars;
    }

    /// <summary>Drawn as a series: an annotation would not widen the axes, and this line is what the points are read against.</summary>
    static LineSeries Diagonal(Figure figure, string name)
    {
        double most = figure.Series.SelectMany(s => s.Points).Select(p => Math.Abs(p.X)).DefaultIfEmpty(1).Max() is > 0 and var m ? m : 1;
        var line = new LineSeries { Title = name, Color = s_middle, LineStyle = LineStyle.Dash, StrokeThickness = 1.5 };
        line.Points.Add(new(-most, -most));
        line.Points.Add(new(most, most));
        return line;
    }

    /// <summary>An empty plot in the common look.</summary>
    public static PlotModel Model(string title, string? across, string up)
    {
        var model = new PlotModel { Title = title, TitleFontSize = 18, DefaultFont = "Helvetica, Arial, sans-serif", Background = OxyColors.White, Culture = CultureInfo.InvariantCulture, Padding = new OxyThickness(12) };
        var grid = OxyColor.FromRgb(225, 225, 225);
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = across, FontSize = 14, TitleFontSize = 15, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = grid, MinorTickSize = 0 });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = up, FontSize = 14, TitleFontSize = 15, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = grid, MinorTickSize = 0, AxisTitleDistance = 10 });
        return model;
    }

    /// <summary>Writes a plot; returns both files.</summary>
    public static IEnumerable<string> Save(string folder, string name, PlotModel model)
    {
        string svg = Path.Combine(folder, name + ".svg"), png = Path.Combine(folder, name + ".png");
        // The viewer's font is not known: some room to spare, and offsets instead of a baseline attribute that not every viewer heeds.
        using var measurer = new PngRenderContext { WidthReserve = 1.3 };
        var exporter = new OxyPlot.SvgExporter { Width = Width, Height = Height, IsDocument = true, UseVerticalTextAlignmentWorkaround = true, TextMeasurer = measurer };
        AtomicFile.WriteText(svg, exporter.ExportToString(model).ReplaceLineEndings("\n"));
        AtomicFile.Write(png, file =>
        {
            using var bitmap = new SKBitmap(Width, Height);
            using var canvas = new SKCanvas(bitmap);
            canvas.Clear(SKColors.White);
            using var context = new PngRenderContext { RenderTarget = RenderTarget.PixelGraphic, SkCanvas = canvas };
            ((IPlotModel)model).Update(true);
            ((IPlotModel)model).Render(context, new OxyRect(0, 0, Width, Height));
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        });
        return [svg, png];
    }
}
