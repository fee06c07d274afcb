using System.Text.Json;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Statistics;

/// <summary>The classical tests against SciPy's and statsmodels' results for the same rows: statistics to 1e-9, p-values to 1e-7.</summary>
public sealed class ClassicalParityTests
{
    static readonly string[] s_metrics = ["CTR", "CVR", "watch_time"];

    [Test]
    public void TwoSamples_ReferenceData_EqualSciPy([Values("balanced", "unbalanced", "small")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis", data);
        foreach (string metric in s_metrics)
        {
            double[][] groups = fixture.Groups(metric);
            Sample baseline = EngagementFixture.Sample(groups[0]);
            JsonElement expected = fixture.Expected.GetProperty(metric), about = expected.GetProperty("baseline");
            parity.Relative("n", baseline.N, about.GetProperty("n"));
            parity.Relative("mean", baseline.Mean, about.GetProperty("mean"));
            parity.Relative("sd", baseline.Sd, about.GetProperty("sd"));
            var welchP = new List<double?>();
            foreach (JsonElement e in expected.GetProperty("comparisons").EnumerateArray())
            {
                int v = EngagementFixture.Variant(e);
                Sample sample = EngagementFixture.Sample(groups[v]);
                var student = new TwoSampleTTest(sample.Mean, sample.Variance, sample.N, baseline.Mean, baseline.Variance, baseline.N);
                var welch = new TwoSampleTTest(sample.Mean, sample.Variance, sample.N, baseline.Mean, baseline.Variance, baseline.N,
                    assumeEqualVariances: false);
                welchP.Add(welch.PValue);
                parity.Relative("n", sample.N, e.GetProperty("n"));
                parity.Relative("mean", sample.Mean, e.GetProperty("mean"));
                parity.Relative("sd", sample.Sd, e.GetProperty("sd"));
                parity.Relative("difference", welch.ObservedDifference, e.GetProperty("difference"));
                parity.Relative("student_t", student.Statistic, e.GetProperty("student_t"));
                parity.P("student_p", student.PValue, e.GetProperty("student_p"));
                parity.Relative("welch_t", welch.Statistic, e.GetProperty("welch_t"));
                parity.Relative("welch_df", welch.DegreesOfFreedom, e.GetProperty("welch_df"));
                parity.P("welch_p", welch.PValue, e.GetProperty("welch_p"));
                var (low, high) = welch.GetConfidenceInterval();
                // SciPy 1.10 finds t quantiles of fractional degrees of freedom to about 1e-8; ours are exact to 1e-12
                // (TwoSampleTTestTests).
                parity.Interval("welch_ci95", new(low, high), e.GetProperty("welch_ci95"), welch.StandardError, tolerance: 1e-8);
                EffectSize effect = EffectSize.Of(sample, baseline);
                parity.Relative("cohen_d", effect.CohenD, e.GetProperty("cohen_d"));
                parity.Relative("hedges_g", effect.HedgesG, e.GetProperty("hedges_g"));
                MannWhitneyTest ranks = MannWhitneyTest.Of(groups[v], groups[0]);
                parity.Relative("mannwhitney_u", ranks.U, e.GetProperty("mannwhitney_u"));
                parity.P("mannwhitney_p", ranks.P, e.GetProperty("mannwhitney_p"));
                var video = fixture.Rows(metric).Where(r => r.Variant == 0).ToDictionary(r => r.Video, r => r.Value);
                PairedTTest paired = PairedTTest.Of([.. fixture.Rows(metric).Where(r => r.Variant == v && video.ContainsKey(r.Video))
                    .Select(r => r.Value - video[r.Video])]);
                parity.Relative("paired_n", paired.N, e.GetProperty("paired_n"));
                parity.Relative("paired_t", paired.T, e.GetProperty("paired_t"));
                parity.P("paired_p", paired.P, e.GetProperty("paired_p"));
                EquivalenceTest tost = EquivalenceTest.Of(sample, baseline, 0.5 * baseline.Sd);
                parity.Relative("tost_margin", tost.Margin, e.GetProperty("tost_margin"));
                parity.P("tost_p", tost.P, e.GetProperty("tost_p"));
            }
            foreach (var (method, field) in new[] { (MultiplicityMethod.Holm, "p_holm"),
                (MultiplicityMethod.BenjaminiHochberg, "p_benjamini_hochberg"), (MultiplicityMethod.Bonferroni, "p_bonferroni") })
            {
                double?[] adjusted = Multiplicity.Adjust(welchP, method);
                int i = 0;
                foreach (JsonElement e in expected.GetProperty("comparisons").EnumerateArray())
                    parity.P(field, adjusted[i++], e.GetProperty(field));
            }
        }
        parity.Settle();
    }

    [Test]
    public void AllGroups_ReferenceData_EqualSciPy([Values("balanced", "unbalanced", "small")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis", data);
        foreach (string metric in s_metrics)
        {
            double[][] groups = fixture.Groups(metric);
            JsonElement e = fixture.Expected.GetProperty(metric);
            OneWayAnova anova = OneWayAnova.Of([.. groups.Select(EngagementFixture.Sample)]);
            parity.Relative("anova_f", anova.F, e.GetProperty("anova_f"));
            parity.P("anova_p", anova.P, e.GetProperty("anova_p"));
            KruskalWallisTest kruskal = KruskalWallisTest.Of(groups);
            parity.Relative("kruskal_h", kruskal.H, e.GetProperty("kruskal_h"));
            parity.P("kruskal_p", kruskal.P, e.GetProperty("kruskal_p"));
            LeveneTest levene = LeveneTest.Of(groups);
            parity.Relative("levene_w", levene.W, e.GetProperty("levene_w"));
            parity.P("levene_p", levene.P, e.GetProperty("levene_p"));
        }
        JsonElement ratio = fixture.Expected.GetProperty("sample_ratio");
        long[] counts = fixture.RowsPerVariant;
        Assert.That(counts, Is.EqualTo(ratio.GetProperty("counts").EnumerateArray().Select(c => c.GetInt64())));
        SampleRatioTest test = SampleRatioTest.Of(counts);
        parity.Relative("chi2", test.ChiSquare, ratio.GetProperty("chi2"));
        parity.P("chi2 p", test.P, ratio.GetProperty("p"));
        parity.Settle();
    }

    // SciPy 1.10's noncentral t is accurate to about 1e-8 only (ours to 1e-13: DistributionTests), which moves n by up to 4e-8.
    [Test]
    public void SampleSize_ReferenceDesigns_EqualStatsmodels()
    {
        var parity = new Parity();
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "analysis", "power.expected.json")));
        foreach (JsonElement e in document.RootElement.EnumerateArray())
            parity.Relative("n_per_group", Power.SampleSize(e.GetProperty("effect_size").GetDouble(), e.GetProperty("power").GetDouble(),
                e.GetProperty("alpha").GetDouble()), e.GetProperty("n_per_group"), 1e-7);
        parity.Settle();
    }
}
