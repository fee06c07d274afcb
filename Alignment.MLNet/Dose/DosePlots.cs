using System.Globalization;
using Alignment.MLNet.Plots;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Alignment.MLNet.Dose;

/// <summary>
/// The plots of a report, each as SVG and PNG: every variant's dose with its interval, by each predictor; the dose by window, which shows whether only the window's scenes
/// moved; and what videos were asked for against what they got. Shares in points. Colours are those of <see cref="AlignmentPlots"/>; markers differ as well.
/// </summary>
static class DosePlots
{
    public const string ByVariantName = "dose_by_variant", ByWindowName = "dose_by_window", AskedName = "asked_and_got";

    /// <summary>More points than this say nothing more; then every k-th video is drawn.</summary>
    const int MostPoints = 3000;

    /// <summary>An interval of two videos may be twenty times as wide as the effect: the frame ends at this many times the largest value, and the title says so.</summary>
    const double WidestFrame = 4;

    const string Axis = "Predicted share against the baseline's edit (points)";

    public static IReadOnlyList<string> Write(string folder, DoseReport report)
    {
        var files = new List<string>();
        if (report.Variants.Any(v => v.Dose is not null))
            files.AddRange([.. AlignmentPlots.Save(folder, ByVariantName, ByVariant(report)), .. AlignmentPlots.Save(folder, ByWindowName, ByWindow(report)), .. AlignmentPlots.Save(folder, AskedName, AskedAndGot(report))]);
        return files;
    }

    static PlotModel ByVariant(DoseReport report)
    {
        string[] variants = [.. report.Variants.Where(v => v.Dose is not null).Select(v => v.Variant).Distinct()];
        PlotModel model = Categories("Dose by variant", variants);
        int placebo = Array.IndexOf(variants, "placebo");
        if (placebo >= 0)
            model.Annotations.Add(new RectangleAnnotation { MinimumX = placebo - 0.45, MaximumX = placebo + 0.45, MinimumY = -100 * report.Margin, MaximumY = 100 * report.Margin, Fill = OxyColor.FromRgb(232, 232, 232), Layer = AnnotationLayer.BelowSeries, Text = "margin", TextPosition = new DataPoint(placebo, 100 * report.Margin), TextVerticalAlignment = VerticalAlignment.Bottom, FontSize = 12, TextColor = OxyColor.FromRgb(90, 90, 90) });
        var estimates = new List<DoseEstimate>();
        for (int p = 0; p < report.Predictors.Count; p++)
        {
            string predictor = report.Predictors[p].Name;
            Points(model, $"predicted by {predictor}", p + 1, Offset(p, report.Predictors.Count), variants.Select(v => report.Of(v, predictor) is { } d ? d.DoseActedOn ?? d.Dose : null), estimates);
        }
        Frame(model, estimates, $"mean over the scenes a variant acts on, {Percent(report)} intervals", report.Margin);
        return model;
    }

    static PlotModel ByWindow(DoseReport report)
    {
        string predictor = report.Predictors[0].Name;
        VariantDose[] variants = [.. report.Variants.Where(v => v.Windows is not null && v.Predictor == predictor)];
        PlotModel model = Categories("Dose by window", [.. variants.Select(v => v.Variant)]);
        var estimates = new List<DoseEstimate>();
        for (int w = 0; w < 3; w++) Points(model, variants[0].Windows![w].Window, w + 3, Offset(w, 3), variants.Select(v => v.Windows![w].Dose), estimates);
        Frame(model, estimates, $"predicted by {SafePath.Shorten(predictor, 60)}, {Percent(report)} intervals", 0);
        return model;
    }

    static PlotModel AskedAndGot(DoseReport report)
    {
        string predictor = report.Predictors[0].Name;
        PlotModel model = AlignmentPlots.Model($"Asked and got, by video (predicted by {SafePath.Shorten(predictor, 60)})", "Asked: share in the variant's maps against the baseline's maps (points), mean over the video's scenes", Axis);
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.RightTop, LegendPlacement = LegendPlacement.Outside, LegendFontSize = 14 });
        string[] variants = [.. report.Variants.Where(v => v.Dose is not null && v.Predictor == predictor).Select(v => v.Variant)];
        int every = 1 + report.Videos.Count / report.Predictors.Count / MostPoints;
        for (int i = 0; i < variants.Length; i++)
        {
            var series = new ScatterSeries { Title = variants[i], MarkerType = AlignmentPlots.Marker(i + 1), MarkerSize = 5, MarkerFill = AlignmentPlots.Colour(i + 1) };
            VideoDose[] videos = [.. report.Videos.Where(v => v.Variant == variants[i] && v.Predictor == predictor)];
            for (int k = 0; k < videos.Length; k += every) series.Points.Add(new(100 * videos[k].Asked, 100 * videos[k].Dose));
            model.Series.Add(series);
        }
        // Drawn as a series: an annotation would not widen the axes, and this line is what the points are read against.
        double most = model.Series.OfType<ScatterSeries>().SelectMany(s => s.Points).Select(p => Math.Abs(p.X)).DefaultIfEmpty(1).Max() is > 0 and var m ? m : 1;
        var line = new LineSeries { Title = "all of it", Color = OxyColor.FromRgb(120, 120, 120), LineStyle = LineStyle.Dash, StrokeThickness = 1.5 };
        line.Points.Add(new(-most, -most));
        line.Points.Add(new(most, most));
        model.Series.Add(line);
        Zero(model);
        return model;
    }

    static PlotModel Categories(string title, string[] names)
    {
        PlotModel model = AlignmentPlots.Model(title, null, Axis);
        var axis = new CategoryAxis { Position = AxisPosition.Bottom, FontSize = 14, IsTickCentered = true, Minimum = -0.5, Maximum = names.Length - 0.5 };
        axis.Labels.AddRange(names);
        model.Axes[0] = axis;
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.BottomCenter, LegendPlacement = LegendPlacement.Outside, LegendOrientation = LegendOrientation.Horizontal, LegendFontSize = 14 });
        Zero(model);
        return model;
    }

    static void Points(PlotModel model, string title, int look, double offset, IEnumerable<DoseEstimate?> estimates, List<DoseEstimate> all)
    {
        var colour = AlignmentPlots.Colour(look);
        var series = new ScatterErrorSeries { Title = title, MarkerType = AlignmentPlots.Marker(look), MarkerSize = 6, MarkerFill = colour, ErrorBarColor = colour, ErrorBarStrokeThickness = 2, ErrorBarStopWidth = 8 };
        int at = 0;
        foreach (DoseEstimate? e in estimates)
        {
            if (e is not null)
            {
                series.Points.Add(new ScatterErrorPoint(at + offset, 100 * e.Value, 0, e.Low is { } low ? 100 * (e.High!.Value - low) : 0));
                all.Add(e);
            }
            at++;
        }
        model.Series.Add(series);
    }

    static void Frame(PlotModel model, List<DoseEstimate> estimates, string about, double margin)
    {
        double largest = Math.Max(estimates.Select(e => Math.Abs(e.Value)).DefaultIfEmpty(0).Max(), 1.2 * margin) is > 0 and var l ? l : 0.01, most = WidestFrame * largest;
        double low = Math.Min(-0.1 * largest, estimates.Min(e => Math.Min(e.Value, e.Low ?? e.Value))), high = Math.Max(0.1 * largest, estimates.Max(e => Math.Max(e.Value, e.High ?? e.Value)));
        if (margin > 0) (low, high) = (Math.Min(low, -1.2 * margin), Math.Max(high, 1.2 * margin));
        bool cut = low < -most || high > most;
        (low, high) = (Math.Max(low, -most), Math.Min(high, most));
        model.Axes[1].Minimum = 100 * (low - 0.06 * (high - low));
        model.Axes[1].Maximum = 100 * (high + 0.06 * (high - low));
        model.Axes[0].Title = cut ? about + "; the widest are cut by the frame" : about;
        model.Axes[0].TitleFontSize = 14;
    }

    static void Zero(PlotModel model) => model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Horizontal, Y = 0, Color = OxyColor.FromRgb(60, 60, 60), LineStyle = LineStyle.Solid, StrokeThickness = 1.2, Layer = AnnotationLayer.BelowSeries });

    static double Offset(int i, int of) => of == 1 ? 0 : 0.5 * (i / (of - 1.0) - 0.5);

    static string Percent(DoseReport report) => string.Create(CultureInfo.InvariantCulture, $"{100 * report.Confidence:0.#} %");
}
