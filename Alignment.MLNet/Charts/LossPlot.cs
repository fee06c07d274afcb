using OxyPlot;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Alignment.MLNet.Charts;

/// <summary>One value of a loss.</summary>
/// <param name="Step">The step it belongs to.</param>
/// <param name="Loss">The value.</param>
public readonly record struct LossPoint(long Step, double Loss);

/// <summary>The plot of a training: every step's loss faint, its running mean over it, and the validation's. As SVG and PNG; equal points give equal bytes.</summary>
public static class LossPlot
{
    /// <summary>File name without ending.</summary>
    public const string Name = "losses";

    /// <summary>More points than this would only make the file bigger: neighbours are averaged.</summary>
    const int MostPoints = 1000;

    /// <summary>Single steps vary with their timesteps; the mean over a twentieth of the run shows where it goes.</summary>
    const int MeanPart = 20;

    /// <summary>Writes <c>losses.svg</c> and <c>losses.png</c> into <paramref name="folder"/>; returns both.</summary>
    /// <exception cref="BadDataException">No training loss, or one that is not finite.</exception>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyList<LossPoint> train, IReadOnlyList<LossPoint> validation)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        if (train.Count == 0 || train.Concat(validation).Any(p => !double.IsFinite(p.Loss)))
            throw BadDataException.For("The loss plot", train.Count == 0 ? "no steps" : "a loss that is not a number", "at least one finite loss", "Train a step first.");
        PlotModel model = FigureFile.Model("Training", "Step", "Loss");
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.RightTop, LegendPlacement = LegendPlacement.Inside, LegendFontSize = 14, LegendBackground = OxyColors.White });
        LossPoint[] mean = Mean(train, Math.Max(1, train.Count / MeanPart));
        Add(model, "train, each step", Thinned(train), OxyColor.FromRgb(170, 200, 225), 1);
        Add(model, "train, running mean", Thinned(mean), OxyColor.FromRgb(0, 114, 178), 2.5);
        if (validation.Count > 0) Add(model, "validation", Thinned(validation), OxyColor.FromRgb(213, 94, 0), 2.5, MarkerType.Circle);
        model.Axes[1].Minimum = Math.Min(0, train.Concat(validation).Min(p => p.Loss));
        return [.. FigureFile.Save(folder, Name, model)];
    }

    static void Add(PlotModel model, string title, IReadOnlyList<LossPoint> points, OxyColor colour, double thickness, MarkerType marker = MarkerType.None)
    {
        var line = new LineSeries { Title = title, Color = colour, StrokeThickness = thickness, MarkerType = points.Count > 100 ? MarkerType.None : marker, MarkerFill = colour, MarkerStroke = colour, MarkerSize = 4 };
        foreach (LossPoint p in points) line.Points.Add(new(p.Step, p.Loss));
        model.Series.Add(line);
    }

    /// <summary>The mean of each point and the <paramref name="window"/> − 1 before it, fewer at the beginning.</summary>
    internal static LossPoint[] Mean(IReadOnlyList<LossPoint> points, int window)
    {
        var means = new LossPoint[points.Count];
        double sum = 0;
        for (int i = 0; i < points.Count; i++)
        {
            sum += points[i].Loss;
            if (i >= window) sum -= points[i - window].Loss;
            means[i] = new(points[i].Step, sum / Math.Min(i + 1, window));
        }
        return means;
    }

    static IReadOnlyList<LossPoint> Thinned(IReadOnlyList<LossPoint> points)
    {
        if (points.Count <= MostPoints) return points;
        int each = (points.Count + MostPoints - 1) / MostPoints;
        return [.. points.Chunk(each).Select(c => new LossPoint(c[^1].Step, c.Average(p => p.Loss)))];
    }
}
