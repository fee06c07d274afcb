using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Alignment.MLNet.Plots;

/// <summary>One scene's score under one variant.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="SceneOrder">Position of the scene in its video, from 0.</param>
/// <param name="Score">Alignment score or attention share.</param>
public sealed record ScenePoint(string Variant, int SceneOrder, double Score);

/// <summary>
/// The two plots of a variant run, each as SVG and PNG: alignment over scenes per variant, and each variant's mean ± standard
/// deviation. Colours are Okabe and Ito's, which colour-blind people can tell apart; markers differ as well. The same points
/// give the same bytes.
/// </summary>
public static class AlignmentPlots
{
    /// <summary>File names without ending.</summary>
    public const string OverScenesName = "alignment_over_scenes", ByVariantName = "alignment_by_variant";

    const int Width = 960, Height = 560;

    // Okabe & Ito, "Color Universal Design" (2008), without the yellow, which is faint on white.
    static readonly OxyColor[] s_palette =
    [
        OxyColor.FromRgb(0, 0, 0), OxyColor.FromRgb(230, 159, 0), OxyColor.FromRgb(86, 180, 233), OxyColor.FromRgb(0, 158, 115),
        OxyColor.FromRgb(0, 114, 178), OxyColor.FromRgb(213, 94, 0), OxyColor.FromRgb(204, 121, 167),
    ];

    static readonly MarkerType[] s_markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    /// <summary>The colour of the i-th thing in a plot.</summary>
    internal static OxyColor Colour(int i) => s_palette[i % s_palette.Length];

    /// <summary>Its marker.</summary>
    internal static MarkerType Marker(int i) => s_markers[i % s_markers.Length];

    /// <summary>Writes both plots as SVG and PNG into <paramref name="folder"/>; returns the four files.</summary>
    /// <param name="folder">Created when absent.</param>
    /// <param name="points">Scenes of one or several videos; several videos' scenes of one order are averaged. Variants are drawn in order of first appearance.</param>
    /// <param name="scoreName">What the score is, for the axis.</param>
    /// <exception cref="BadDataException">No points, or a score that is not a finite number.</exception>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyCollection<ScenePoint> points, string scoreName = "Alignment score")
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0 || points.FirstOrDefault(p => !double.IsFinite(p.Score)) is not null)
            throw BadDataException.For("The alignment plots", points.Count == 0 ? "no scenes" : "a score that is not a number", "at least one scene with a finite score", "Make the variants first.");
        return [.. Save(folder, OverScenesName, OverScenes(points, scoreName)), .. Save(folder, ByVariantName, ByVariant(points, scoreName))];
    }

    static PlotModel OverScenes(IReadOnlyCollection<ScenePoint> points, string scoreName)
    {
        bool several = points.GroupBy(p => (p.Variant, p.SceneOrder)).Any(g => g.Count() > 1);
        var model = Model("Alignment over scenes", "Scene (in order)", several ? scoreName + ", mean over videos" : scoreName);
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.RightTop, LegendPlacement = LegendPlacement.Outside, LegendFontSize = 14 });
        int i = 0;
        foreach (var variant in points.GroupBy(p => p.Variant, StringComparer.Ordinal))
        {
            var colour = s_palette[i % s_palette.Length];
            var line = new LineSeries { Title = variant.Key, Color = colour, MarkerFill = colour, MarkerStroke = colour, MarkerType = s_markers[i % s_markers.Length], MarkerSize = 4, StrokeThickness = 2 };
            foreach (var scene in variant.GroupBy(p => p.SceneOrder).OrderBy(g => g.Key)) line.Points.Add(new(scene.Key + 1, scene.Average(p => p.Score)));
            model.Series.Add(line);
            i++;
        }
        int last = points.Max(p => p.SceneOrder) + 1;
        model.Axes[0].Minimum = 0.5;
        model.Axes[0].Maximum = last + 0.5;
        model.Axes[0].MinimumMajorStep = 1;
        return model;
    }

    static PlotModel ByVariant(IReadOnlyCollection<ScenePoint> points, string scoreName)
    {
        var model = Model("Alignment by variant", null, scoreName + ", mean ± standard deviation");
        var names = new CategoryAxis { Position = AxisPosition.Bottom, FontSize = 14, GapWidth = 0.4, IsTickCentered = true };
        model.Axes[0] = names;
        var bars = new List<(double Mean, double Sd)>();
        foreach (var variant in points.GroupBy(p => p.Variant, StringComparer.Ordinal))
        {
            double mean = variant.Average(p => p.Score);
            // One scene has no spread to show.
            double sd = variant.Count() < 2 ? 0 : Math.Sqrt(variant.Sum(p => (p.Score - mean) * (p.Score - mean)) / (variant.Count() - 1));
            int i = names.Labels.Count;
            names.Labels.Add(variant.Key);
            var colour = s_palette[i % s_palette.Length];
            var point = new ScatterErrorSeries { MarkerType = s_markers[i % s_markers.Length], MarkerSize = 7, MarkerFill = colour, ErrorBarColor = colour, ErrorBarStrokeThickness = 2, ErrorBarStopWidth = 10 };
            point.Points.Add(new ScatterErrorPoint(i, mean, 0, 2 * sd));
            model.Series.Add(point);
            bars.Add((mean, sd));
        }
        double high = bars.Max(b => b.Mean + b.Sd), low = Math.Min(0, bars.Min(b => b.Mean - b.Sd));
        names.Minimum = -0.5;
        names.Maximum = names.Labels.Count - 0.5;
        model.Axes[1].Minimum = low * 1.08;
        model.Axes[1].Maximum = high > low ? high + 0.08 * (high - low) : low + 1;
        return model;
    }

    internal static PlotModel Model(string title, string? across, string up)
    {
        var model = new PlotModel { Title = title, TitleFontSize = 18, DefaultFont = "Helvetica, Arial, sans-serif", Background = OxyColors.White, Culture = CultureInfo.InvariantCulture, Padding = new OxyThickness(12) };
        var grid = OxyColor.FromRgb(225, 225, 225);
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = across, FontSize = 14, TitleFontSize = 15, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = grid, MinorTickSize = 0 });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = up, FontSize = 14, TitleFontSize = 15, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = grid, MinorTickSize = 0, AxisTitleDistance = 10 });
        return model;
    }

    internal static IEnumerable<string> Save(string folder, string name, PlotModel model)
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
