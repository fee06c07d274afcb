namespace Alignment.MLNet.Statistics;

/// <summary>
/// Expectations over s = √(χ²_df / df), the distribution of an estimated standard deviation divided by the true one: what turns a
/// probability about normal variables into one about Student's. The trapezoidal rule in u = ln s, where the density
/// ∝ exp(df·(u − e²ᵘ/2)) is analytic and decays fast at both ends, so that the error falls exponentially with the step (Trefethen
/// &amp; Weideman, "The exponentially convergent trapezoidal rule", <i>SIAM Review</i> 56, 2014). The weights are divided by their sum: no
/// gamma function is needed, and nothing overflows at millions of degrees of freedom.
/// </summary>
/// <remarks>Step: a third of the narrowest feature (the density has the width 1/√(2 df), a normal tail shifted by δ the width 1/δ), at
/// most 0.1. Both leave errors below 1e-15 of the whole.</remarks>
static class ChiMixture
{
    // e⁻⁴⁵ ≈ 3e-20 of the peak: what is left out is far below the rounding of the sum.
    const double Decay = 45;

    /// <summary>Nodes s and weights that sum to 1.</summary>
    /// <param name="df">Degrees of freedom, above 0; infinite gives s = 1.</param>
    /// <param name="sharpness">δ: 1 / the width in ln s of the sharpest change of the function to be averaged.</param>
    internal static (double[] S, double[] Weight) Nodes(double df, double sharpness)
    {
        if (!(df < 1e15)) return ([1], [1]);
        // Ends where df·(u − e²ᵘ/2 + ½) = −45, by bisection on either side of the peak at 0.
        double low = End(df, -1), high = End(df, 1);
        double step = Math.Min(0.1, 1 / (3 * Math.Sqrt(2 * df + sharpness * sharpness)));
        step = Math.Max(step, (high - low) / 200_000);   // a noncentrality beyond any use must not run for ever
        int before = (int)Math.Ceiling(-low / step), count = before + (int)Math.Ceiling(high / step) + 1;
        var s = new double[count];
        var weight = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            double u = (i - before) * step;
            s[i] = Math.Exp(u);
            sum += weight[i] = Math.Exp(Exponent(df, u));
        }
        for (int i = 0; i < count; i++) weight[i] /= sum;
        return (s, weight);
    }

    // u − e²ᵘ/2 + ½ = −(e²ᵘ − 1 − 2u)/2; the first terms of the series where the difference would cancel.
    static double Exponent(double df, double u)
    {
        double x = 2 * u;
        double off = Math.Abs(x) < 1e-2 ? x * x * (0.5 + x * (1.0 / 6 + x * (1.0 / 24 + x * (1.0 / 120 + x * (1.0 / 720 + x / 5040)))))
            : Math.Exp(x) - 1 - x;
        return -df * off / 2;
    }

    static double End(double df, int side)
    {
        double near = 0, far = side;
        while (Exponent(df, far) > -Decay) far *= 2;
        for (int i = 0; i < 60; i++)
        {
            double middle = (near + far) / 2;
            if (Exponent(df, middle) > -Decay) near = middle;
            else far = middle;
        }
        return far;
    }
}
