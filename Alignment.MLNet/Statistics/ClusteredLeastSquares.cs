namespace Alignment.MLNet.Statistics;

/// <summary>How the errors of <see cref="ClusteredLeastSquares"/> are computed.</summary>
enum ErrorKind
{
    // CR1, t with G − 1 degrees of freedom: the default for few videos.
    ClusteredT,

    // CR1, the normal distribution.
    ClusteredNormal,

    // CR0 (no small-sample factor), the normal distribution.
    ClusteredUncorrected,

    Plain,
}

/// <summary>metric ~ variant by least squares, with errors that allow any dependence of rows within a video (Liang &amp; Zeger,
/// <i>Biometrika</i> 73, 1986): (X'X)⁻¹ (Σ_g X_g'e_g e_g'X_g) (X'X)⁻¹, for CR1 times G/(G−1) · (n−1)/(n−k). Dummies make the estimates the
/// variants' means less the baseline's, and a video's score of a variant n_gv (ȳ_gv − ȳ_v), so that the cells of a <see cref="CellTable"/>
/// suffice.</summary>
sealed record ClusteredLeastSquares(long N, int Videos, Coefficient Intercept, IReadOnlyList<Coefficient> Differences)
{
    public static ClusteredLeastSquares Of(CellTable table, ErrorKind kind = ErrorKind.ClusteredT, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        var (means, squares) = table.Totals("The clustered regression");
        int k = table.Variants, g = table.Videos;
        double n = means.Sum(m => (double)m.N);
        Func<int, int, double> covariance;
        if (kind == ErrorKind.Plain)
        {
            double variance = squares / (n - k);
            covariance = (v, w) => v == w ? variance / means[v].N : 0;
        }
        else
        {
            double factor = kind == ErrorKind.ClusteredUncorrected ? 1 : g / (g - 1.0) * ((n - 1) / (n - k));
            double[,] meat = Meat(table, means);
            covariance = (v, w) => factor * meat[v, w];
        }
        Coefficient Term(double estimate, double variance)
        {
            double error = Math.Sqrt(Math.Max(0, variance));
            return kind switch
            {
                ErrorKind.Plain => Coefficient.Student(estimate, error, n - k, confidence),
                ErrorKind.ClusteredT => Coefficient.Student(estimate, error, g - 1, confidence),
                _ => Coefficient.Normal(estimate, error, confidence),
            };
        }
        var differences = new Coefficient[k - 1];
        for (int v = 1; v < k; v++) differences[v - 1] = Term(means[v].Mean - means[0].Mean,
            covariance(v, v) - 2 * covariance(v, 0) + covariance(0, 0));
        return new((long)n, g, Term(means[0].Mean, covariance(0, 0)), differences);
    }

    // Σ_g u_gv u_gw, u_gv = n_gv (ȳ_gv − ȳ_v) / n_v: the covariance of the variants' means.
    static double[,] Meat(CellTable table, Sample[] means)
    {
        int k = means.Length;
        var meat = new double[k, k];
        var score = new double[k];
        for (int g = 0; g < table.Videos; g++)
        {
            for (int v = 0; v < k; v++)
            {
                Sample cell = table[g, v].Sample;
                score[v] = cell.N == 0 ? 0 : (cell.Mean - means[v].Mean) * (cell.N / (double)means[v].N);
            }
            for (int v = 0; v < k; v++)
                for (int w = 0; w < k; w++) meat[v, w] += score[v] * score[w];
        }
        return meat;
    }
}
