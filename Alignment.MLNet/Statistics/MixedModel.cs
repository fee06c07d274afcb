namespace Alignment.MLNet.Statistics;

/// <summary>The linear mixed model metric ~ variant + (1 | video): every video has a level of its own, drawn from a normal distribution, so
/// that variants are compared within videos where the design allows it. Fitted by REML, profiled to one number, the variance ratio γ = σ_u²
/// / σ² (Bates et al., <i>Journal of Statistical Software</i> 67(1), 2015); errors of the differences with Satterthwaite's degrees of
/// freedom (Kuznetsova, Brockhoff &amp; Christensen, <i>Journal of Statistical Software</i> 82(13), 2017).</summary>
/// <param name="SdVideo">σ_u, in the metric's units; 0 on the boundary.</param>
/// <param name="SdResidual">σ.</param>
/// <param name="Icc">σ_u² / (σ_u² + σ²): the share of the variance that lies between videos.</param>
/// <param name="RemlCriterion">−2 · the log REML likelihood, constants included.</param>
/// <param name="Singular">σ_u is below 1e-4 σ: no variance between videos was found. Degrees of freedom are then n − k.</param>
/// <param name="LogLikelihoodWithoutVariant">That of metric ~ 1 + (1 | video).</param>
/// <param name="RatioP">P(χ²_{k−1} ≥ 2 (difference of the two)): whether the variants differ at all; null for one variant.</param>
sealed record MixedModel(long N, int Videos, Coefficient Intercept, IReadOnlyList<Coefficient> Differences, double SdVideo,
    double SdResidual, double Icc,
    double RemlCriterion, bool Singular, double LogLikelihood, double LogLikelihoodWithoutVariant, double? RatioP)
{
    const double SingularRatio = 1e-4;

    public static MixedModel Of(CellTable table, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        var profile = new MixedProfile(table);
        double gamma = profile.Minimum(reml: true);
        MixedFit fit = profile.At(gamma);
        double df = profile.N - table.Variants, variance = fit.Residual / df;
        bool singular = Math.Sqrt(gamma) < SingularRatio;
        Coefficient Term(double[] contrast)
        {
            double estimate = 0;
            for (int v = 0; v < contrast.Length; v++) estimate += contrast[v] * fit.Means[v];
            return Coefficient.Student(estimate, Math.Sqrt(variance * fit.Quadratic(contrast)),
                singular ? df : profile.Satterthwaite(gamma, contrast), confidence);
        }
        double[] Contrast(int v)
        {
            var c = new double[table.Variants];
            c[0] = -1;
            c[v] = 1;
            return c;
        }
        var differences = new Coefficient[table.Variants - 1];
        for (int v = 1; v < table.Variants; v++) differences[v - 1] = Term(Contrast(v));
        var baseline = new double[table.Variants];
        baseline[0] = 1;

        double with = -profile.Criterion(profile.Minimum(reml: false), reml: false) / 2;
        var empty = new MixedProfile(table.WithoutVariants());
        double without = -empty.Criterion(empty.Minimum(reml: false), reml: false) / 2;
        return new((long)profile.N, table.Videos, Term(baseline), differences, Math.Sqrt(gamma * variance), Math.Sqrt(variance),
            gamma / (1 + gamma),
            profile.Criterion(gamma, reml: true), singular, with, without,
            table.Variants > 1 ? Tails.ChiSquareUpper(2 * (with - without), table.Variants - 1) : null);
    }
}
