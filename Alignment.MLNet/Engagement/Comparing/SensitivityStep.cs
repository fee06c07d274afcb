using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// The differences of one metric under other assumptions.
static class SensitivityStep
{
    static readonly IReadOnlyDictionary<string, double> s_none = new Dictionary<string, double>();

    public static IReadOnlyList<SensitivityAnalysis> Of(string metric, EngagementSums sums, int at, int[] variants,
        IReadOnlyList<VariantComparison> main, AnalysisOptions options, out OmnibusTest? ratio)
    {
        ratio = null;
        List<SensitivityAnalysis> made = [];
        if (main.Count == 0) return made;
        string unit = Unit(options);
        OmnibusTest? likelihood = null;
        if (!sums.TooManyVideos)
        {
            CellTable cells = sums.Cells(at, variants);
            made.Add(Try($"cluster-robust by {unit}", $"rows of one {unit} may depend on each other in any way; {unit}s are independent",
                metric, main, options, () =>
            {
                ClusteredLeastSquares fit = ClusteredLeastSquares.Of(cells, ErrorKind.ClusteredT, options.Confidence);
                return (fit.Differences, Facts(("rows", fit.N), (unit + "s", fit.Videos), ("intercept", fit.Intercept.Estimate),
                    ("intercept_se", fit.Intercept.StandardError)));
            }));
            made.Add(Try("mixed model",
                $"every {unit} has a level of its own, drawn from a normal distribution (REML; Satterthwaite's degrees of freedom)", metric,
                main, options, () =>
            {
                MixedModel fit = MixedModel.Of(cells, options.Confidence);
                if (fit.RatioP is { } p) likelihood = new("likelihood ratio (mixed model)", "do the variants differ at all?",
                    2 * (fit.LogLikelihood - fit.LogLikelihoodWithoutVariant), variants.Length - 1, null, p);
                return (fit.Differences, Facts(("rows", fit.N), (unit + "s", fit.Videos), ("intercept", fit.Intercept.Estimate),
                    ("intercept_se", fit.Intercept.StandardError), ("sd_" + unit, fit.SdVideo), ("sd_residual", fit.SdResidual),
                    ("icc", fit.Icc), ("reml_criterion", fit.RemlCriterion), ("log_likelihood", fit.LogLikelihood),
                    ("log_likelihood_without_variant", fit.LogLikelihoodWithoutVariant), ("singular", fit.Singular ? 1 : 0)));
            }));
        }
        else made.Add(new($"by {unit}", "", [], s_none, null, $"Analyses by {unit} were left out.", $"There are too many different "
            + $"{unit}s to keep apart in {Text.Count(options.MaxCells)} cells; raise the bound of cells to have them."));
        ratio = likelihood;
        if (sums.Plan.Covariates[at] is >= 0 and var field)
            made.AddRange(WithCovariate(metric, sums, at, sums.Plan.Fields[field], variants, main, options));
        return made;
    }

    public static string Unit(AnalysisOptions options) => Text.Unit(options.UnitColumn);

    static IEnumerable<SensitivityAnalysis> WithCovariate(string metric, EngagementSums sums, int at, string column, int[] variants,
        IReadOnlyList<VariantComparison> main, AnalysisOptions options)
    {
        PairAccumulator[] pairs = [.. variants.Select(v => sums.Pair(v, at))];
        List<IReadOnlyDictionary<string, double>> facts = [];
        SensitivityAnalysis cuped = Try("CUPED",
            $"what {Text.Metric(column)}, measured before, explains is taken off; two variants at a time", metric, main, options, () =>
        {
            var made = new List<Coefficient>();
            for (int i = 1; i < pairs.Length; i++)
            {
                Cuped c = Cuped.Of(pairs[i].Sample, pairs[0].Sample, options.Confidence);
                if (c.Df is not { } df || c.P is not { } p || c.Interval is not { } interval)
                    throw BadDataException.For("CUPED", "a covariate that explains the metric exactly",
                        "one measured before the experiment", "Give another covariate.");
                made.Add(new(c.Difference, c.StandardError, c.Difference / c.StandardError, df, p, interval));
                facts.Add(Facts(("theta", c.Theta), ("variance_reduction", c.VarianceReduction), ("raw_difference", c.RawDifference),
                    ("raw_se", c.RawStandardError), ("n", pairs[i].Sample.N), ("baseline_n", pairs[0].Sample.N)));
            }
            return (made, Facts(("rows", pairs.Sum(p => p.Sample.N))));
        }, facts);
        yield return cuped with { Covariate = column };
        SensitivityAnalysis ancova = Try("ANCOVA", $"all variants at equal {Text.Metric(column)}, one slope for all", metric, main, options,
            () =>
        {
            Ancova a = Ancova.Of(pairs, options.Confidence);
            var numbers = Facts(("rows", a.N), ("df_residual", a.DfResidual), ("slope", a.Slope.Estimate),
                    ("slope_se", a.Slope.StandardError), ("slope_p", a.Slope.P), ("intercept", a.Intercept.Estimate),
                    ("intercept_se", a.Intercept.StandardError), ("residual_sd", a.ResidualSd), ("r_squared", a.RSquared),
                    ("covariate_mean", a.CovariateMean), ("variant_f", a.Groups.F), ("variant_p", a.Groups.P));
            if (a.Slopes is { } slopes) (numbers["slopes_f"], numbers["slopes_p"]) = (slopes.F, slopes.P);
            for (int i = 0; i < variants.Length; i++) numbers["adjusted_mean_" + options.Variants[variants[i]]] = a.AdjustedMeans[i];
            return (a.Differences, numbers);
        });
        yield return ancova with { Covariate = column };
    }

    static SensitivityAnalysis Try(string name, string assumes, string metric, IReadOnlyList<VariantComparison> main,
        AnalysisOptions options,
        Func<(IReadOnlyList<Coefficient> Differences, SortedDictionary<string, double> Facts)> fit,
        List<IReadOnlyDictionary<string, double>>? facts = null)
    {
        try
        {
            var (differences, numbers) = fit();
            double?[] corrected = Multiplicity.Adjust([.. differences.Select(d => (double?)d.P)], options.Correction);
            double alpha = 1 - options.Confidence;
            List<SensitivityEstimate> estimates = [];
            List<string> apart = [];
            for (int i = 0; i < differences.Count; i++)
            {
                Coefficient d = differences[i];
                estimates.Add(new(main[i].Variant, d.Estimate, d.StandardError, TestAnswer.Finite(d.Statistic), d.Df, d.P, corrected[i],
                    d.Interval.Low, d.Interval.High, facts is null ? s_none : facts[i]));
                Verdict verdict = corrected[i] > alpha ? Verdict.NotShown : d.Estimate > 0 ? Verdict.Raised : d.Estimate < 0
                    ? Verdict.Lowered : Verdict.NotShown;
                if (verdict != main[i].Result.Verdict && main[i].Result.Verdict != Verdict.None) apart.Add(Text.Name(main[i].Variant));
            }
            foreach (string key in numbers.Where(n => !double.IsFinite(n.Value)).Select(n => n.Key).ToList()) numbers.Remove(key);
            string sentence = apart.Count == 0 ? $"{name}: the same answers for {Text.Metric(metric)} as the main analysis."
                : $"{name}: another answer for {Text.Metric(metric)} than the main analysis for {string.Join(", ", apart)}.";
            return new(name, assumes, estimates, numbers, apart.Count == 0, Text.Capitalize(sentence));
        }
        catch (BadDataException e)
        {
            return new(name, assumes, [], s_none, null, $"{Text.Capitalize(name)}: not fitted.", e.Message);
        }
    }

    static SortedDictionary<string, double> Facts(params ReadOnlySpan<(string Name, double Value)> facts)
    {
        var named = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in facts) named.Add(name, value);
        return named;
    }
}
