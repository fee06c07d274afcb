using System.Text.Json;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Statistics;

/// <summary>Clustered, adjusted, simultaneous and sequential analyses against statsmodels, SciPy and R, at the tolerances stated with the
/// reference.</summary>
public sealed class ExtraParityTests
{
    static readonly string[] s_metrics = ["CTR", "CVR", "watch_time"];

    [Test]
    public void ClusteredLeastSquares_ReferenceData_EqualsStatsmodels(
        [Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
        {
            JsonElement ols = fixture.Expected.GetProperty(metric).GetProperty("ols");
            CellTable table = fixture.Cells(metric);
            foreach (var (kind, block) in new[] { (ErrorKind.Plain, "plain"), (ErrorKind.ClusteredT, "cr1_t"),
                (ErrorKind.ClusteredNormal, "cr1_z"), (ErrorKind.ClusteredUncorrected, "cr0_z") })
            {
                ClusteredLeastSquares fit = ClusteredLeastSquares.Of(table, kind);
                Assert.That((fit.N, fit.Videos, fit.Differences.Count + 1),
                    Is.EqualTo((ols.GetProperty("n").GetInt64(), ols.GetProperty("videos").GetInt32(),
                    ols.GetProperty("parameters").GetInt32())));
                Compare(parity, block, [fit.Intercept, .. fit.Differences], ols.GetProperty(block));
            }
        }
        parity.Settle();
    }

    [Test]
    public void MixedModel_ReferenceData_EqualsLme4([Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
        {
            JsonElement e = fixture.Expected.GetProperty(metric).GetProperty("mixed");
            MixedModel fit = MixedModel.Of(fixture.Cells(metric));
            double residual = e.GetProperty("sd_residual").GetDouble();
            bool singular = e.GetProperty("singular").GetBoolean();
            Assert.That((fit.N, fit.Videos, fit.Singular),
                Is.EqualTo((e.GetProperty("n").GetInt64(), e.GetProperty("videos").GetInt32(), singular)));
            Coefficient[] terms = [fit.Intercept, .. fit.Differences];
            for (int i = 0; i < terms.Length; i++)
            {
                double se = e.GetProperty("se")[i].GetDouble();
                parity.Absolute("estimate / se", terms[i].Estimate, e.GetProperty("estimate")[i], 1e-4, se);
                parity.Relative("se", terms[i].StandardError, e.GetProperty("se")[i], 1e-4);
                parity.Absolute("t", terms[i].Statistic, e.GetProperty("t")[i], 1e-4,
                    Math.Max(1, Math.Abs(e.GetProperty("t")[i].GetDouble())));
                if (singular) continue;   // on the boundary the reference's degrees of freedom are not comparable
                // lmerTest differentiates numerically, at an optimum found to about 1e-5.
                parity.Relative("satterthwaite_df", terms[i].Df, e.GetProperty("satterthwaite_df")[i], 1e-3);
                parity.P("satterthwaite_p", terms[i].P, e.GetProperty("satterthwaite_p")[i], 1e-2);
            }
            parity.Absolute("sd_video / residual", fit.SdVideo, e.GetProperty("sd_video"), 1e-4, residual);
            parity.Relative("sd_residual", fit.SdResidual, e.GetProperty("sd_residual"), 1e-4);
            parity.Absolute("icc", fit.Icc, e.GetProperty("icc"), 1e-4);
            parity.Relative("reml_criterion", fit.RemlCriterion, e.GetProperty("reml_criterion"), 1e-6);
            parity.Relative("ml_loglik", fit.LogLikelihood, e.GetProperty("ml_loglik"), 1e-6);
            parity.Relative("ml_loglik_without_variant", fit.LogLikelihoodWithoutVariant, e.GetProperty("ml_loglik_without_variant"), 1e-6);
        }
        parity.Settle();
    }

    [Test]
    public void Dunnett_ReferenceData_EqualsTheQuadrature([Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
            foreach (var (side, block) in new[] { (DunnettSide.TwoSided, "two_sided"), (DunnettSide.Greater, "greater") })
            {
                JsonElement e = fixture.Expected.GetProperty(metric).GetProperty("dunnett").GetProperty(block);
                Sample[] groups = [.. fixture.Groups(metric).Select(EngagementFixture.Sample)];
                DunnettTest test = DunnettTest.Of(groups[0], groups[1..], side);
                parity.Relative("df", test.Df, e.GetProperty("df"));
                parity.Absolute(block + " critical", test.Critical, e.GetProperty("critical"), 1e-6);
                parity.Absolute(block + " critical_multcomp", test.Critical, e.GetProperty("critical_multcomp"), 1e-3);
                for (int i = 0; i < 6; i++)
                {
                    DunnettComparison c = test.Comparisons[i];
                    Assert.That(e.GetProperty("variants")[i].GetString(), Is.EqualTo(EngagementFixture.Variants[i + 1]));
                    parity.Relative("estimate", c.Difference, e.GetProperty("estimate")[i], 1e-9, zero: 1e-9 * c.StandardError);
                    parity.Relative("se", c.StandardError, e.GetProperty("se")[i]);
                    parity.Absolute("t", c.T, e.GetProperty("t")[i], 1e-9, Math.Max(1, Math.Abs(c.T)));
                    parity.Absolute(block + " p", c.P, e.GetProperty("p")[i], 1e-6);
                    parity.Absolute(block + " p_multcomp", c.P, e.GetProperty("p_multcomp")[i], 1e-3);
                    parity.Absolute(block + " ci95_low / se", c.Interval.Low, e.GetProperty("ci95_low")[i], 1e-6, c.StandardError);
                    parity.Absolute(block + " ci95_high / se", c.Interval.High, e.GetProperty("ci95_high")[i], 1e-6, c.StandardError);
                }
            }
        parity.Settle();
    }

    [Test]
    public void Ancova_ReferenceData_EqualsStatsmodels([Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
        {
            JsonElement e = fixture.Expected.GetProperty(metric).GetProperty("ancova");
            Ancova fit = Ancova.Of(fixture.PairGroups("pre_watch_time", metric));
            Compare(parity, "terms", [fit.Intercept, .. fit.Differences, fit.Slope], e);
            parity.Relative("n", fit.N, e.GetProperty("n"));
            parity.Relative("df_residual", fit.DfResidual, e.GetProperty("df_residual"));
            parity.Relative("sd_residual", fit.ResidualSd, e.GetProperty("sd_residual"));
            parity.Relative("r2", fit.RSquared, e.GetProperty("r2"));
            parity.Relative("variant_f", fit.Groups.F, e.GetProperty("variant_f"));
            parity.P("variant_p", fit.Groups.P, e.GetProperty("variant_p"));
            parity.Relative("slopes_f", fit.Slopes?.F, e.GetProperty("slopes_f"));
            parity.P("slopes_p", fit.Slopes?.P, e.GetProperty("slopes_p"));
            parity.Relative("slopes_df", fit.Slopes?.Df1, e.GetProperty("slopes_df"));
            parity.Relative("covariate_mean", fit.CovariateMean, e.GetProperty("covariate_mean"));
            for (int v = 0; v < 7; v++) parity.Relative("adjusted_means", fit.AdjustedMeans[v], e.GetProperty("adjusted_means")[v]);
        }
        parity.Settle();
    }

    [Test]
    public void Cuped_ReferenceData_EqualsNumPy([Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
        {
            PairAccumulator[] groups = fixture.PairGroups("pre_watch_time", metric);
            foreach (JsonElement e in fixture.Expected.GetProperty(metric).GetProperty("cuped").EnumerateArray())
            {
                PairAccumulator variant = groups[EngagementFixture.Variant(e)], together = groups[0];
                Cuped(parity, Alignment.MLNet.Statistics.Cuped.Of(variant.Sample, groups[0].Sample), e);
                parity.Relative("n", variant.Sample.N, e.GetProperty("n")[0]);
                parity.Relative("n", groups[0].Sample.N, e.GetProperty("n")[1]);
                parity.P("p", Alignment.MLNet.Statistics.Cuped.Of(variant.Sample, groups[0].Sample).P, e.GetProperty("p"));
                together.Merge(variant);
                parity.Relative("theta_all_rows_together", together.Sample.Covariance / together.Sample.VarianceX,
                    e.GetProperty("theta_all_rows_together"));
            }
        }
        parity.Settle();
    }

    [Test]
    public void Cuped_ExplicitCases_EqualNumPy()
    {
        var parity = new Parity();
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "analysis-extra", "cuped_cases.expected.json")));
        foreach (JsonElement e in document.RootElement.EnumerateArray())
            Cuped(parity, Alignment.MLNet.Statistics.Cuped.Of(Pairs(e, "treatment"), Pairs(e, "control")), e);
        parity.Settle();

        static PairSample Pairs(JsonElement e, string group)
        {
            var sums = new PairAccumulator();
            for (int i = 0; i < e.GetProperty(group).GetArrayLength(); i++)
                sums.Add(e.GetProperty(group + "_pre")[i].GetDouble(), e.GetProperty(group)[i].GetDouble());
            return sums.Sample;
        }
    }

    [Test]
    public void LiftSequentialAndAchievedPower_ReferenceData_EqualTheReference(
        [Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
        {
            Sample[] groups = [.. fixture.Groups(metric).Select(EngagementFixture.Sample)];
            JsonElement expected = fixture.Expected.GetProperty(metric);
            foreach (JsonElement e in expected.GetProperty("lift").EnumerateArray())
            {
                RelativeLift lift = RelativeLift.Of(groups[EngagementFixture.Variant(e)], groups[0]);
                parity.Absolute("lift / se", lift.Lift, e.GetProperty("lift"), 1e-9, Math.Max(lift.StandardError, Math.Abs(lift.Lift)));
                parity.Relative("lift se", lift.StandardError, e.GetProperty("se"));
                parity.Interval("lift ci95", lift.Delta, e.GetProperty("ci95"), lift.StandardError);
                parity.Interval("lift ci95_log", lift.Log, e.GetProperty("ci95_log"), lift.StandardError);
                parity.Interval("lift ci95_fieller", lift.Fieller, e.GetProperty("ci95_fieller"), lift.StandardError);
            }
            foreach (JsonElement e in expected.GetProperty("sequential").EnumerateArray())
            {
                ConfidenceSequence at = ConfidenceSequence.Of(groups[EngagementFixture.Variant(e)], groups[0],
                    e.GetProperty("alpha").GetDouble(), e.GetProperty("tuning").GetDouble());
                parity.Relative("sequential n", at.N, e.GetProperty("n"));
                parity.Absolute("sequential difference / se", at.Difference, e.GetProperty("difference"), 1e-9, at.StandardError);
                parity.Relative("sequential se", at.StandardError, e.GetProperty("se"));
                parity.Relative("sequential rho", at.Rho, e.GetProperty("rho"));
                parity.Relative("sequential halfwidth", at.HalfWidth, e.GetProperty("halfwidth"));
                parity.Interval("sequential ci", at.Interval, e.GetProperty("ci"), at.StandardError);
                parity.P("always_valid_p", at.P, e.GetProperty("always_valid_p"));
            }
            foreach (JsonElement e in expected.GetProperty("achieved_power").EnumerateArray())
            {
                Sample variant = groups[EngagementFixture.Variant(e)];
                var welch = new TwoSampleTTest(variant.Mean, variant.Variance, variant.N, groups[0].Mean, groups[0].Variance, groups[0].N,
                    assumeEqualVariances: false);
                parity.Absolute("power difference / se", welch.ObservedDifference, e.GetProperty("difference"), 1e-9, welch.StandardError);
                parity.Relative("power se", welch.StandardError, e.GetProperty("se"));
                parity.Relative("power df", welch.DegreesOfFreedom, e.GetProperty("df"));
                parity.Absolute("achieved power", Power.OfWelch(welch.ObservedDifference, variant, groups[0],
                    e.GetProperty("alpha").GetDouble()), e.GetProperty("power"), 1e-6);
            }
        }
        parity.Settle();
    }

    [Test]
    public void Power_ReferenceDesigns_EqualsSciPy()
    {
        var parity = new Parity();
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "analysis-extra", "power.expected.json")));
        foreach (JsonElement e in document.RootElement.EnumerateArray())
        {
            Sample At(int i) => new(e.GetProperty("n")[i].GetInt64(), 0, Math.Pow(e.GetProperty("sd")[i].GetDouble(), 2));
            double alpha = e.GetProperty("alpha").GetDouble();
            if (e.TryGetProperty("target_power", out JsonElement target))
                parity.Relative("minimal_detectable_difference", Power.MinimalDetectableDifference(At(0), At(1), target.GetDouble(), alpha),
                    e.GetProperty("minimal_detectable_difference"), 1e-6);
            else
                parity.Absolute("power", Power.OfWelch(e.GetProperty("difference").GetDouble(), At(0), At(1), alpha),
                    e.GetProperty("power"), 1e-6);
        }
        parity.Settle();
    }

    [Test]
    public void Proportions_EdgeCounts_EqualStatsmodels()
    {
        var parity = new Parity();
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "analysis-extra", "proportions.expected.json")));
        foreach (JsonElement e in document.RootElement.EnumerateArray()) Proportions(parity, e);
        parity.Settle();
    }

    [Test]
    public void ClicksAndRatioMetric_ReferenceData_EqualTheReference(
        [Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        var rows = fixture.Pairs("impressions", "clicks").ToList();
        foreach (JsonElement e in fixture.Expected.GetProperty("clicks").EnumerateArray())
        {
            int v = EngagementFixture.Variant(e);
            Assert.That((rows.Where(r => r.Variant == v).Sum(r => r.Y), rows.Where(r => r.Variant == 0).Sum(r => r.X)),
                Is.EqualTo((e.GetProperty("clicks")[0].GetDouble(), e.GetProperty("impressions")[1].GetDouble())));
            Proportions(parity, e);
        }
        RatioMetric[] ratios = [.. EngagementFixture.Variants.Select((_, v) =>
        {
            var sums = new PairAccumulator();
            foreach (var video in rows.Where(r => r.Variant == v).GroupBy(r => r.Video)) sums.Add(video.Sum(r => r.X), video.Sum(r => r.Y));
            return RatioMetric.Of(sums.Sample);
        })];
        JsonElement metric = fixture.Expected.GetProperty("ratio_metric");
        foreach (JsonElement e in metric.GetProperty("per_variant").EnumerateArray())
        {
            RatioMetric ratio = ratios[EngagementFixture.Variant(e)];
            parity.Relative("videos", ratio.Units, e.GetProperty("videos"));
            parity.Relative("ratio", ratio.Ratio, e.GetProperty("ratio"));
            parity.Relative("ratio variance", ratio.Variance, e.GetProperty("variance"));
        }
        foreach (JsonElement e in metric.GetProperty("comparisons").EnumerateArray())
        {
            RatioComparison c = RatioMetric.Compare(ratios[EngagementFixture.Variant(e)], ratios[0]);
            parity.Absolute("ratio difference / se", c.Difference, e.GetProperty("difference"), 1e-9, c.StandardError);
            parity.Relative("ratio se", c.StandardError, e.GetProperty("se"));
            parity.Absolute("ratio z", c.Z, e.GetProperty("z"), 1e-9, Math.Max(1, Math.Abs(c.Z)));
            parity.P("ratio p", c.P, e.GetProperty("p"));
        }
        parity.Settle();
    }

    // 400 000 resamples, so that what remains is the reference's own chance (100 000: z0 ± 0.004, a limit ± 0.01 standard errors);
    // tolerances as stated with it.
    [Test]
    public void BcaBootstrap_ReferenceData_EqualsTheReferenceUpToChance(
        [Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis-extra", data);
        foreach (string metric in s_metrics)
            foreach (JsonElement e in fixture.Expected.GetProperty(metric).GetProperty("bootstrap").EnumerateArray())
            {
                double[][] groups = fixture.Groups(metric);
                double[] variant = groups[EngagementFixture.Variant(e)];
                BcaBootstrap b = BcaBootstrap.Of(variant, groups[0],
                    new() { Resamples = 400_000, Seed = 1, Purpose = $"{metric}/{e.GetProperty("variant")}" });
                double se = e.GetProperty("bootstrap_se").GetDouble();
                Assert.That((variant.Length, groups[0].Length),
                    Is.EqualTo((e.GetProperty("n")[0].GetInt32(), e.GetProperty("n")[1].GetInt32())));
                parity.Absolute("difference / se", b.Difference, e.GetProperty("difference"), 1e-9, se);
                parity.Relative("acceleration", b.Acceleration, e.GetProperty("acceleration"));
                parity.Relative("bootstrap_se", b.StandardError, e.GetProperty("bootstrap_se"), 0.015);
                parity.Absolute("z0", b.Z0, e.GetProperty("z0"), 0.015);
                parity.Absolute("percentile_levels", b.Levels.Low, e.GetProperty("percentile_levels")[0], 0.002);
                parity.Absolute("percentile_levels", b.Levels.High, e.GetProperty("percentile_levels")[1], 0.002);
                parity.Absolute("bca95 / se", b.Bca.Low, e.GetProperty("bca95")[0], 0.03, se);
                parity.Absolute("bca95 / se", b.Bca.High, e.GetProperty("bca95")[1], 0.03, se);
                parity.Absolute("percentile95 / se", b.Percentile.Low, e.GetProperty("percentile95")[0], 0.03, se);
                parity.Absolute("percentile95 / se", b.Percentile.High, e.GetProperty("percentile95")[1], 0.03, se);
            }
        parity.Settle();
    }

    static void Compare(Parity parity, string block, Coefficient[] terms, JsonElement e)
    {
        Assert.That(e.GetProperty("terms").GetArrayLength(), Is.EqualTo(terms.Length));
        for (int i = 0; i < terms.Length; i++)
        {
            double se = e.GetProperty("se")[i].GetDouble();
            parity.Absolute(block + " estimate / se", terms[i].Estimate, e.GetProperty("estimate")[i], 1e-9,
                Math.Max(se, Math.Abs(terms[i].Estimate)));
            parity.Relative(block + " se", terms[i].StandardError, e.GetProperty("se")[i]);
            parity.Absolute(block + " statistic", terms[i].Statistic, e.GetProperty("statistic")[i], 1e-9,
                Math.Max(1, Math.Abs(terms[i].Statistic)));
            parity.P(block + " p", terms[i].P, e.GetProperty("p")[i]);
            parity.Interval(block + " ci95", terms[i].Interval, e.GetProperty("ci95")[i], se);
            if (e.TryGetProperty("df", out JsonElement df)) parity.Relative(block + " df", terms[i].Df, df);
        }
    }

    static void Cuped(Parity parity, Cuped got, JsonElement e)
    {
        double se = got.RawStandardError;
        parity.Relative("theta", got.Theta, e.GetProperty("theta"));
        parity.Absolute("raw_difference / raw_se", got.RawDifference, e.GetProperty("raw_difference"), 1e-9, se);
        parity.Relative("raw_se", got.RawStandardError, e.GetProperty("raw_se"));
        parity.Absolute("difference / raw_se", got.Difference, e.GetProperty("difference"), 1e-9, se);
        parity.Relative("se", got.StandardError, e.GetProperty("se"));
        parity.Relative("df", got.Df, e.GetProperty("df"));
        // SciPy's t quantile of fractional degrees of freedom
        parity.Interval("ci95", got.Interval, e.GetProperty("ci95"), se, tolerance: 1e-8);
        parity.Absolute("variance_reduction", got.VarianceReduction, e.GetProperty("variance_reduction"), 1e-9);
    }

    static void Proportions(Parity parity, JsonElement e)
    {
        long x1 = e.GetProperty("clicks")[0].GetInt64(), x0 = e.GetProperty("clicks")[1].GetInt64(),
            n1 = e.GetProperty("impressions")[0].GetInt64(), n0 = e.GetProperty("impressions")[1].GetInt64();
        TwoProportions got = TwoProportions.Of(x1, n1, x0, n0);
        double scale = Math.Max(got.Wald.High - got.Wald.Low, 1e-3);
        parity.Relative("rates", got.Rate, e.GetProperty("rates")[0]);
        parity.Relative("rates", got.BaselineRate, e.GetProperty("rates")[1]);
        parity.Absolute("rate difference", got.Difference, e.GetProperty("difference"), 1e-9, scale);
        parity.Relative("z_pooled", got.ZPooled, e.GetProperty("z_pooled"));
        parity.P("p_pooled", got.PPooled, e.GetProperty("p_pooled"));
        parity.Relative("z_unpooled", got.ZUnpooled, e.GetProperty("z_unpooled"));
        parity.P("p_unpooled", got.PUnpooled, e.GetProperty("p_unpooled"));
        parity.Interval("ci95_wald", got.Wald, e.GetProperty("ci95_wald"), scale);
        parity.Interval("ci95_newcombe", got.Newcombe, e.GetProperty("ci95_newcombe"), scale);
        parity.Interval("ci95_agresti_caffo", got.AgrestiCaffo, e.GetProperty("ci95_agresti_caffo"), scale);
        parity.Relative("ratio", got.Ratio, e.GetProperty("ratio"));
        parity.Interval("ci95_ratio_log", got.RatioLog, e.GetProperty("ci95_ratio_log"), 1e-3);
        if (e.GetProperty("fisher_p").ValueKind == JsonValueKind.Number)
            parity.P("fisher_p", FisherExactTest.P(x1, n1, x0, n0), e.GetProperty("fisher_p"));
    }
}
