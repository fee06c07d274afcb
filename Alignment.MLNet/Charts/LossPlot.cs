namespace Alignment.MLNet.Charts;

readonly record struct LossPoint(long Step, double Loss);

// The plot of a training as SVG and PNG: every step's loss faint, its running mean over it, and the validation's.
static class LossPlot
{
    public const string Name = "losses";

    // More points than this would only make the file bigger: neighbours are averaged.
    const int MostPoints = 1000, MostMarkers = 100;

    // Single steps vary with their timesteps; the mean over a twentieth of the run shows where it goes.
    const int MeanPart = 20;

    public static IReadOnlyList<string> Write(string folder, IReadOnlyList<LossPoint> train, IReadOnlyList<LossPoint> validation)
    {
        if (train.Count == 0 || train.Concat(validation).Any(p => !double.IsFinite(p.Loss)))
            throw BadDataException.For("The loss plot", train.Count == 0 ? "no steps" : "a loss that is not a number",
                "at least one finite loss", "Train a step first.");
        LossPoint[] mean = Mean(train, Math.Max(1, train.Count / MeanPart));
        return [.. FigureFile.Save(folder, Name, new()
        {
            Title = "Training",
            Across = "Step",
            Up = "Loss",
            Series =
            [
                .. validation.Count > 0 ? [Line("validation", 5, validation, marked: validation.Count <= MostMarkers)]
                    : Array.Empty<FigureSeries>(),
                Line("train, running mean", 4, mean),
                Line("train, each step", 4, train) with { Faint = true },
            ],
        })];
    }

    static FigureSeries Line(string name, int look, IReadOnlyList<LossPoint> points, bool marked = false) =>
        new(name, look, [.. Thinned(points).Select(p => new FigurePoint(p.Step, p.Loss))], Joined: true, Marked: marked);

    // The mean of each point and the window − 1 before it, fewer at the beginning.
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
