using Alignment.MLNet.Charts;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Dose;

/// <summary>
/// The plots of a report: every variant's dose with its interval, by each predictor; the dose by window, which shows whether only the
/// window's scenes moved; and target against achieved by video. Shares in points. Written as SVG and PNG, and drawn into the report's page.
/// </summary>
static class DosePlots
{
    public const string ByVariantName = "dose_by_variant", ByWindowName = "dose_by_window", AskedName = "asked_and_got";

    // With more videos than this every k-th is drawn: more points would make pages of megabytes.
    const int MostVideos = 300;

    /// <summary>An interval of two videos may be twenty times as wide as the effect: the frame ends at this many times the largest value,
    /// and the plot says so.</summary>
    const double WidestFrame = 4;

    const string Axis = "Predicted share against the baseline's edit (points)";

    const int FirstPredictor = 4, FirstWindow = 1;

    public static IReadOnlyList<string> Write(string folder, DoseReport report) =>
        [.. All(report).SelectMany(f => FigureFile.Save(folder, f.Name, f.Figure))];

    public static IEnumerable<(string Name, Figure Figure)> All(DoseReport report)
    {
        if (ByVariant(report) is { } variants) yield return (ByVariantName, variants);
        if (ByWindow(report) is { } windows) yield return (ByWindowName, windows);
        if (AskedAndGot(report) is { } videos) yield return (AskedName, videos);
    }

    // What the plot by variant shows of one: the dose over the scenes it acts on, over all where it acts on none.
    public static DoseEstimate? Shown(VariantDose dose) => dose.DoseActedOn ?? dose.Dose;

    static Figure? ByVariant(DoseReport report)
    {
        string[] variants = [.. report.Variants.Where(v => v.Dose is not null).Select(v => v.Variant).Distinct()];
        FigureSeries[] series = [.. report.Predictors.Select((p, i) => new FigureSeries($"predicted by {p.Name}", FirstPredictor + i,
            Points(variants.Select(v => report.Of(v, p.Name) is { } d ? Shown(d) : null))))];
        int placebo = Array.IndexOf(variants, Variant.Placebo.Name);
        return Framed("Dose by variant", variants, series, $"mean over the scenes a variant acts on, {Percent(report)} intervals",
            report.Margin) is { } figure
            ? figure with { Zone = placebo < 0 ? null : new(placebo, 100 * report.Margin, "margin") }
            : null;
    }

    static Figure? ByWindow(DoseReport report)
    {
        string predictor = report.Predictors[0].Name;
        VariantDose[] variants = [.. report.Variants.Where(v => v.Windows is { Count: > 0 } && v.Predictor == predictor)];
        string[] windows = [.. variants.SelectMany(v => v.Windows!).Select(w => w.Window).Distinct()];
        FigureSeries[] series = [.. windows.Select((w, i) => new FigureSeries(w, FirstWindow + i,
            Points(variants.Select(v => v.Windows!.FirstOrDefault(x => x.Window == w)?.Dose))))];
        return Framed("Dose by window", [.. variants.Select(v => v.Variant)], series,
            $"predicted by {SafePath.Shorten(predictor, 60)}, {Percent(report)} intervals", 0);
    }

    static Figure? AskedAndGot(DoseReport report)
    {
        string predictor = report.Predictors[0].Name;
        string[] variants = [.. report.Variants.Where(v => v.Dose is not null && v.Predictor == predictor).Select(v => v.Variant)];
        ILookup<string, VideoDose> videos = report.Videos.Where(v => v.Predictor == predictor).ToLookup(v => v.Variant);
        int most = variants.Select(v => videos[v].Count()).DefaultIfEmpty(0).Max(), every = (most + MostVideos - 1) / MostVideos;
        if (most == 0) return null;
        return new()
        {
            Title = $"Target and achieved, by video (predicted by {SafePath.Shorten(predictor, 60)})",
            Across = "Target: share in the variant's maps against the baseline's maps (points), mean over the video's scenes"
                + (every > 1 ? string.Create(CultureInfo.InvariantCulture, $"; one of every {every} of {most:N0} videos") : ""),
            Up = "Achieved: " + char.ToLowerInvariant(Axis[0]) + Axis[1..],
            Diagonal = "achieved equals target",
            Series = [.. variants.Select((variant, i) => new FigureSeries(variant, Variant.Find(variant)?.Position ?? i + 1,
                [.. videos[variant].Where((_, k) => k % every == 0).Select(v => new FigurePoint(100 * v.Asked, 100 * v.Dose))]))],
        };
    }

    static FigurePoint[] Points(IEnumerable<DoseEstimate?> estimates) =>
        [.. estimates.Select((e, i) => (Estimate: e, At: i)).Where(e => e.Estimate is not null)
        .Select(e => new FigurePoint(e.At, 100 * e.Estimate!.Value, 100 * e.Estimate.Low, 100 * e.Estimate.High))];

    static Figure? Framed(string title, string[] names, FigureSeries[] series, string about, double margin)
    {
        FigurePoint[] points = [.. series.SelectMany(s => s.Points)];
        if (points.Length == 0) return null;
        double zone = 120 * margin, largest = Math.Max(points.Max(p => Math.Abs(p.Y)), zone) is > 0 and var l ? l : 1,
            most = WidestFrame * largest;
        double low = Math.Min(-Math.Max(0.1 * largest, zone), points.Min(p => Math.Min(p.Y, p.Low ?? p.Y))),
            high = Math.Max(Math.Max(0.1 * largest, zone), points.Max(p => Math.Max(p.Y, p.High ?? p.Y)));
        bool cut = low < -most || high > most;
        return new()
        {
            Title = title,
            Up = Axis,
            Across = cut ? about + "; the widest are cut by the frame" : about,
            Categories = names,
            Series = series,
            Frame = (Math.Max(low, -most), Math.Min(high, most)),
            InWords = p => Numbers.Points(p.Y, p.Low, p.High),
            ValueTitle = "points"
        };
    }

    static string Percent(DoseReport report) => string.Create(CultureInfo.InvariantCulture, $"{100 * report.Confidence:0.#} %");
}
