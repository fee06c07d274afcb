using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// What was done, as the methods section of a paper has it.
static class MethodsText
{
    public static IReadOnlyList<string> Of(IReadOnlyList<MetricAnalysis> metrics, EngagementSums sums, SampleRatio? ratio,
        MetricContext context)
    {
        AnalysisOptions o = context.Options;
        string unit = SensitivityStep.Unit(o), level = Text.Percent(o.Confidence);
        List<string> said = [];
        TwoSampleTest test = TwoSampleTests.Of(o.Test);
        string correction = o.Correction switch
        {
            MultiplicityMethod.Holm => "corrected within each family by Holm's method (1979)",
            MultiplicityMethod.BenjaminiHochberg => "corrected within each family by the false discovery rate (Benjamini & Hochberg 1995)",
            MultiplicityMethod.Bonferroni => "corrected within each family by Bonferroni's method",
            _ => "not corrected for their number",
        };
        said.Add($"Each variant was compared with {Text.Name(o.Baseline)} by {test.Methods?.Invoke(unit) ?? test.Title}; p-values are "
            + $"two-sided and {correction}, a family being the comparisons of one metric that answer one question. "
            + $"Intervals are {level}, of each comparison alone.");
        if (metrics.Any(m => m.Kind == MetricKind.Ratio))
            said.Add($"Ratios of counts were compared with the {unit} as the unit, by the delta method (Deng, Knoblich & Lu 2018).");
        if (metrics.Any(m => m.Comparisons.Any(c => c.Dunnett is not null)))
            said.Add("Dunnett's many-to-one test (1955), Cohen's d, Hedges' g (1981), relative lifts by the delta method and Fieller's "
                + "(1954) are given beside them.");
        if (metrics.Any(m => m.Comparisons.Any(c => c.Bootstrap is not null)))
            said.Add($"Bootstrap intervals are bias-corrected and accelerated (Efron 1987), with {Text.Count(o.Resamples)} resamples and "
                + $"seed {o.Seed}.");
        if (metrics.Any(m => m.Sensitivity.Any(s => s.Estimates.Count > 0)))
            said.Add($"As sensitivity analyses, errors were clustered by {unit} (CR1; Liang & Zeger 1986) and a linear mixed model with "
                + $"a random level for each {unit} was fitted by REML with Satterthwaite's degrees of freedom (Bates et al. 2015; "
                + $"Kuznetsova et al. 2017).");
        if (metrics.SelectMany(m => m.Sensitivity).Where(s => s.Covariate is not null).Select(s => s.Covariate!).Distinct()
            .ToList() is { Count: > 0 } covariates)
            said.Add($"Covariates measured before the experiment ({string.Join(", ", covariates.Select(Text.Metric))}) were taken off by "
                + $"CUPED (Deng et al. 2013) and by analysis of covariance.");
        if (metrics.Any(m => m.Placebo is not null)) said.Add($"Equivalence of {Text.Name(o.Placebo)} and {Text.Name(o.Baseline)} was "
            + $"tested by two one-sided tests (Schuirmann 1987) against margins "
            + $"{(context.Plan is null ? "given with the analysis" : "stated in the plan")}.");
        if (metrics.Any(m => m.Dose is not null)) said.Add("Dose–response is a line through the variants' means, weighted by their "
            + "errors, on the dose that was measured in the edited pictures.");
        if (ratio is not null) said.Add($"{(ratio.Unit == "row" ? "Rows" : $"Different {ratio.Unit}s")} per variant were tested against "
            + $"their planned shares (χ²; alarm at p < {Text.PValue(o.SampleRatioAlarm)}; Fabijan et al. 2019).");
        said.Add(context.Plan is null ? "Nothing was pre-registered." : context.Plan.Holds
            ? "Comparisons marked as confirmatory were named in a plan written before the data."
            : "The plan was changed after its hash was recorded, so that nothing counts as pre-registered.");
        return said;
    }
}
