namespace Alignment.MLNet.Statistics;

// How a bootstrap is drawn.
sealed record BootstrapOptions
{
    /// <summary>Resamples, 100 or more. With 10 000 the chance of the drawing moves a 95 % limit by about 0.03 standard errors (one
    /// standard deviation), with 100 000 by 0.01.</summary>
    public int Resamples { get; init; } = 10_000;

    // Of the intervals, 0 … 1.
    public double Confidence { get; init; } = 0.95;

    public ulong Seed { get; init; }

    // Names the random stream, so that several bootstraps of one seed are independent ("CTR/early_boost").
    public string Purpose { get; init; } = "";
}

/// <summary>The bootstrap interval of a difference of means, bias-corrected and accelerated (BCa): no normality is assumed, and skewed
/// values move both limits the right way. Efron, "Better bootstrap confidence intervals", <i>JASA</i> 82 (1987). Rows are drawn with
/// replacement within each group.</summary>
/// <param name="StandardError">Standard deviation (n − 1) of the resampled differences.</param>
/// <param name="Z0">Bias correction: Φ⁻¹(share of resamples below the difference, equal ones half); 0 where nothing varies.</param>
/// <param name="Acceleration">Σ_groups ΣU³/n³ / (6 (Σ_groups ΣU²/n²)^1.5), U the deviations from the group's mean, negative for the
/// baseline (the empirical influence; no jackknife); 0 where nothing varies.</param>
sealed record BcaBootstrap(double Difference, double StandardError, double Z0, double Acceleration, Interval Levels, Interval Bca,
    Interval Percentile)
{
    // Draws it. Time grows with resamples × rows; memory is one number per resample.
    public static BcaBootstrap Of(double[] variant, double[] baseline, BootstrapOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        Checks.Confidence(options.Confidence);
        if (options.Resamples < 100) throw UsageException.For("The resamples", Checks.Text(options.Resamples), "100 or more",
            "10000 is the default.");
        Checks.Values("The bootstrap", "the variant", variant, 2);
        Checks.Values("The bootstrap", "the baseline", baseline, 2);

        double mean1 = Mean(variant), mean0 = Mean(baseline), difference = mean1 - mean0;
        double acceleration = Accelerate(variant, mean1, baseline, mean0);
        if (acceleration is double.NaN) return new(difference, 0, 0, 0, Plain(options.Confidence), new(difference, difference),
            new(difference, difference));

        double[] drawn = Draw(variant, mean1, baseline, mean0, difference, options, cancellationToken);
        var sums = new SampleAccumulator();
        long below = 0, equal = 0;
        // Resampled sums of equal values in another order differ in their last bits: those count as equal.
        double tie = 1e-13 * (Math.Abs(mean1) + Math.Abs(mean0));
        foreach (double d in drawn)
        {
            sums.Add(d);
            if (Math.Abs(d - difference) <= tie) equal++;
            else if (d < difference) below++;
        }
        Array.Sort(drawn);
        // Half a resample keeps a share of 0 or 1 (few resamples of extreme data) finite.
        double share = Math.Clamp((below + 0.5 * equal) / drawn.Length, 0.5 / drawn.Length, 1 - 0.5 / drawn.Length),
            z0 = SeededNormal.Quantile(share);
        double z = Tails.NormalQuantile(options.Confidence);
        double Level(double end) => Tails.Normal(z0 + (z0 + end) / (1 - acceleration * (z0 + end)));
        Interval levels = new(Level(-z), Level(z)), plain = Plain(options.Confidence);
        return new(difference, sums.Sample.Sd, z0, acceleration, levels, Between(drawn, levels), Between(drawn, plain));
    }

    static Interval Plain(double confidence) => new((1 - confidence) / 2, (1 + confidence) / 2);

    static double[] Draw(double[] variant, double mean1, double[] baseline, double mean0, double difference, BootstrapOptions options,
        CancellationToken cancellationToken)
    {
        // Resample b uses elements b·N … b·N + N − 1 of its own uniform stream, so that the order of the work changes nothing.
        const int block = 4096;
        string purpose = "bootstrap/" + options.Purpose;
        long all = (long)variant.Length + baseline.Length;
        var drawn = new double[options.Resamples];
        Parallel.For(0, options.Resamples, new ParallelOptions { CancellationToken = cancellationToken }, () => new double[block],
            (b, _, uniform) =>
        {
            double sum1 = 0, sum0 = 0;
            for (long from = 0; from < all; from += block)
            {
                Span<double> u = uniform.AsSpan(0, (int)Math.Min(block, all - from));
                SeededNormal.FillUniform(u, options.Seed, purpose, b * all + from);
                for (int i = 0; i < u.Length; i++)
                {
                    // Deviations from the mean are summed: a large mean takes no digits.
                    if (from + i < variant.Length) sum1 += variant[(int)(u[i] * variant.Length)] - mean1;
                    else sum0 += baseline[(int)(u[i] * baseline.Length)] - mean0;
                }
            }
            drawn[b] = difference + (sum1 / variant.Length - sum0 / baseline.Length);
            return uniform;
        }, _ => { });
        return drawn;
    }

    static double Mean(double[] values)
    {
        var sums = new SampleAccumulator();
        foreach (double x in values) sums.Add(x);
        return sums.Sample.Mean;
    }

    // NaN where neither group varies.
    static double Accelerate(double[] variant, double mean1, double[] baseline, double mean0)
    {
        var (square1, cube1) = Moments(variant, mean1);
        var (square0, cube0) = Moments(baseline, mean0);
        double squares = square1 + square0;
        return squares == 0 ? double.NaN : (cube1 - cube0) / (6 * squares * Math.Sqrt(squares));
    }

    // ΣU²/n², ΣU³/n³.
    static (double Square, double Cube) Moments(double[] values, double mean)
    {
        double square = 0, cube = 0, n = values.Length;
        foreach (double x in values)
        {
            double u = (x - mean) / n;
            square += u * u;
            cube += u * u * u;
        }
        return (square, cube);
    }

    static Interval Between(double[] sorted, Interval levels) => new(At(sorted, levels.Low), At(sorted, levels.High));

    // Linear between order statistics (type 7 of Hyndman & Fan, The American Statistician 50, 1996).
    static double At(double[] sorted, double level)
    {
        double at = level * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 >= sorted.Length ? sorted[^1] : sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}
