namespace Alignment.MLNet.Statistics;

/// <summary>A line through means of known errors: y = a + b x, each mean weighted by 1 / error² (Hedges &amp; Olkin, <i>Statistical Methods
/// for Meta-Analysis</i>, 1985, ch. 8). The means must be independent: the baseline's is one of them, effects against it are not
/// taken.</summary>
/// <param name="StandardError">Of the slope, by the means' own errors: 1 / √Σ w (x − x̄)².</param>
/// <param name="LackOfFit">Σ w (y − a − b x)²: χ² with <paramref name="Df"/>, if a line is right.</param>
/// <param name="Df">Points − 2.</param>
/// <param name="LackOfFitP">P(χ² ≥ lack of fit); 1 with two points.</param>
sealed record DoseSlope(double Intercept, double Slope, double StandardError, double LackOfFit, double Df, double LackOfFitP)
{
    // Of points (dose, mean, error), two or more of different doses, every error above 0.
    public static DoseSlope Of(IReadOnlyList<(double X, double Y, double Error)> points)
    {
        if (points.Any(p => !(p.Error > 0) || !double.IsFinite(p.Error) || !double.IsFinite(p.X) || !double.IsFinite(p.Y)))
            throw BadDataException.For("The dose–response line", "a mean without a finite error above 0",
                "two values or more of each variant, that vary", "Collect more data, or leave the variant out.");
        double weights = points.Sum(p => 1 / (p.Error * p.Error)), meanX = points.Sum(p => p.X / (p.Error * p.Error)) / weights,
            meanY = points.Sum(p => p.Y / (p.Error * p.Error)) / weights;
        double xx = points.Sum(p => Square((p.X - meanX) / p.Error)),
            xy = points.Sum(p => (p.X - meanX) * (p.Y - meanY) / (p.Error * p.Error));
        if (points.Count < 2 || !(xx > 0)) throw BadDataException.For("The dose–response line",
            $"{Checks.Text(points.Count)} doses that do not differ", "two or more different ones", "Measure the dose of more variants.");
        double slope = xy / xx, intercept = meanY - slope * meanX,
            residual = points.Sum(p => Square((p.Y - intercept - slope * p.X) / p.Error)), df = points.Count - 2;
        return new(intercept, slope, 1 / Math.Sqrt(xx), residual, df, df > 0 ? Tails.ChiSquareUpper(residual, df) : 1);
    }

    /// <summary>The slope within videos: y = level of the video + b x, by least squares over rows, with errors that allow any dependence
    /// within a video (CR1, t with videos − 1 degrees of freedom; Arellano, <i>Oxford Bulletin of Economics and Statistics</i> 49, 1987).
    /// Cells are enough, because a cell has one dose.</summary>
    public static Coefficient Within(IReadOnlyList<IReadOnlyList<(double Dose, double N, double Mean)>> videos, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        double xx = 0, xy = 0, n = 0;
        var centres = new (double X, double Y)[videos.Count];
        for (int g = 0; g < videos.Count; g++)
        {
            double rows = videos[g].Sum(c => c.N);
            if (rows == 0) continue;
            centres[g] = (videos[g].Sum(c => c.N * c.Dose) / rows, videos[g].Sum(c => c.N * c.Mean) / rows);
            n += rows;
            foreach (var (dose, count, mean) in videos[g])
            {
                xx += count * Square(dose - centres[g].X);
                xy += count * (dose - centres[g].X) * (mean - centres[g].Y);
            }
        }
        int used = videos.Count(v => v.Sum(c => c.N) > 0);
        if (used < 2 || !(xx > 0)) throw BadDataException.For("The dose–response line within videos",
            $"{Checks.Text(used)} videos, in none of which the dose varies", "two videos or more, shown in several variants",
            "Use the line through the variants' means.");
        double slope = xy / xx, meat = 0;
        for (int g = 0; g < videos.Count; g++)
            meat += Square(videos[g].Sum(c => c.N * (c.Dose - centres[g].X) * (c.Mean - centres[g].Y - slope * (c.Dose - centres[g].X))));
        // The factor of one regressor; the videos' levels are within the clusters and cost nothing (Cameron & Miller, 2015, § IIIB).
        double factor = used / (used - 1.0) * ((n - 1) / (n - 2));
        return Coefficient.Student(slope, Math.Sqrt(factor * meat) / xx, used - 1, confidence);
    }

    static double Square(double x) => x * x;
}
