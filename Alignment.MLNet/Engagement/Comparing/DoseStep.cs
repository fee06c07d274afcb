using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// One metric against the measured dose.
sealed class DoseStep
{
    // A tenth of the attention share is a change one can picture.
    const double ShareStep = 0.1;
    readonly DoseTable _table;
    readonly DosePoint[] _points;
    DoseSlope? _line;
    SensitivityEstimate? _within;

    DoseStep(DoseTable table, DosePoint[] points, Draft draft) => (_table, _points, Draft) = (table, points, draft);

    public Draft Draft { get; }

    public static DoseStep? Of(string metric, EngagementSums sums, int at, Sample[] all, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        if (context.Dose is not { } table) return null;
        Sample baseline = all[options.Position(options.Baseline)];
        DosePoint[] points = [.. options.Variants.Select((v, i) => (v, all[i], Dose: table.Of(v, options.Baseline)))
            .Where(p => p.Dose is not null && p.Item2.N > 1)
            .Select(p => new DosePoint(p.v, p.Dose!.Value, p.Item2.Mean, Math.Sqrt(p.Item2.Variance / p.Item2.N),
            p.Item2.Mean - baseline.Mean))];
        double step = table.Units == "attention share" ? ShareStep : 1;
        var draft = new Draft
        {
            Id = $"{metric}/dose",
            Label = "slope on the dose",
            Question = "dose–response",
            Test = options.AnswersByLooks ? "weighted line through the variants' means, confidence sequence"
                : "weighted line through the variants' means",
            Kind = DraftKind.Dose,
            First = "the slope on the dose",
            Second = FormattableString.Invariant($"per {step} of {table.Units}"),
        };
        var made = new DoseStep(table, points, draft);
        try
        {
            made._line = DoseSlope.Of([.. points.Select(p => (p.Dose / step, p.Mean, p.StandardError))]);
            double error = made._line.StandardError;
            draft.Answer = options.AnswersByLooks
                ? TestAnswer.Looks(points.Sum(p => all[options.Position(p.Variant)].N), made._line.Slope, error, options)
                : TestAnswer.Of(made._line.Slope, error, made._line.Slope / error, null,
                    Tails.NormalTwoSided(made._line.Slope / error), options.Confidence);
            if (made._line.LackOfFitP < 0.05) draft.Note = $"The points do not lie on a line (lack of fit p "
                + $"{Text.P(made._line.LackOfFitP)}): the dose alone does not explain the differences.";
        }
        catch (BadDataException e)
        {
            draft.Note = e.Message;
        }
        if (table.ByVideo && !sums.TooManyVideos) made.Within(sums, at, step, options);
        return made;
    }

    public DoseResponse Make(Finding result) => new(_table.Source, _points, result, _line?.Intercept,
        _line is { Df: > 0 } line ? new("lack of fit", "do the points lie on a line?", TestAnswer.Finite(line.LackOfFit), line.Df, null,
        line.LackOfFitP) : null, _within, Draft.Second);

    void Within(EngagementSums sums, int at, double step, AnalysisOptions options)
    {
        List<IReadOnlyList<(double, double, double)>> videos = [];
        foreach (var (video, cells) in sums.CellsByVideo(at))
        {
            List<(double, double, double)> doses = [];
            for (int v = 0; v < cells.Length; v++)
                if (cells[v].Sample is { N: > 0 } cell && _table.Of(video, options.Variants[v], options.Baseline) is { } dose)
                    doses.Add((dose / step, cell.N, cell.Mean));
            if (doses.Count > 0) videos.Add(doses);
        }
        try
        {
            Coefficient c = DoseSlope.Within(videos, options.Confidence);
            _within = new("dose", c.Estimate, c.StandardError, TestAnswer.Finite(c.Statistic), c.Df, c.P, c.P, c.Interval.Low,
                c.Interval.High, new Dictionary<string, double> { ["videos"] = videos.Count });
        }
        catch (BadDataException)
        {
            // No video was shown in variants of different doses: there is nothing within videos.
        }
    }
}
