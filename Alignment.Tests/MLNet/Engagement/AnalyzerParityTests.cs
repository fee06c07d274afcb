using System.Text.Json;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using Alignment.Tests.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>The reference's numbers once more, by the command's own way: from the CSV through the analysis and its JSON.</summary>
public sealed class AnalyzerParityTests
{
    static readonly string[] s_metrics = ["CTR", "CVR", "watch_time"];

    [Test]
    public void Analyze_ClassicalReference_EqualsSciPy([Values("balanced", "unbalanced", "small")] string data)
    {
        var parity = new Parity();
        var fixture = new EngagementFixture("analysis", data);
        foreach (var (method, field) in new[] { (MultiplicityMethod.Holm, "p_holm"),
            (MultiplicityMethod.BenjaminiHochberg, "p_benjamini_hochberg"), (MultiplicityMethod.Bonferroni, "p_bonferroni") })
        {
            EngagementAnalysis analysis = Through(Shared.Path("fixtures", "analysis", data + ".csv"),
                new()
                {
                    Correction = method,
                    Resamples = 0,
                    Margins =
                [.. s_metrics.Select(m => new Margin(m, 0.5, InBaselineSds: true))]
                });
            parity.Relative("sample_ratio chi2", analysis.SampleRatio!.ChiSquare,
                fixture.Expected.GetProperty("sample_ratio").GetProperty("chi2"));
            parity.P("sample_ratio p", analysis.SampleRatio.P, fixture.Expected.GetProperty("sample_ratio").GetProperty("p"));
            foreach (string name in s_metrics)
            {
                MetricAnalysis metric = analysis.Metrics.Single(m => m.Metric == name);
                JsonElement expected = fixture.Expected.GetProperty(name);
                foreach (var (test, statistic, p) in new[] { ("ANOVA", "anova_f", "anova_p"), ("Kruskal–Wallis", "kruskal_h", "kruskal_p"),
                    ("Levene (median)", "levene_w", "levene_p") })
                {
                    OmnibusTest omnibus = metric.Omnibus.Single(o => o.Name == test);
                    parity.Relative(statistic, omnibus.Statistic, expected.GetProperty(statistic));
                    parity.P(p, omnibus.P, expected.GetProperty(p));
                }
                foreach (var (c, e) in metric.Comparisons.Zip(expected.GetProperty("comparisons").EnumerateArray(), (c, e) => (c, e)))
                {
                    Assert.That(c.Variant, Is.EqualTo(e.GetProperty("variant").GetString()));
                    parity.Relative("n", c.Sample.N, e.GetProperty("n"));
                    parity.Relative("mean", c.Sample.Mean, e.GetProperty("mean"));
                    parity.Relative("sd", c.Sample.Sd, e.GetProperty("sd"));
                    parity.Relative("student_t", c.Student!.T, e.GetProperty("student_t"));
                    parity.P("student_p", c.Student.P, e.GetProperty("student_p"));
                    parity.Relative("welch_t", c.Welch!.T, e.GetProperty("welch_t"));
                    parity.Relative("welch_df", c.Welch.Df, e.GetProperty("welch_df"));
                    parity.P("welch_p", c.Welch.P, e.GetProperty("welch_p"));
                    parity.Interval("welch_ci95", c.Result.Interval, e.GetProperty("welch_ci95"), c.Welch.StandardError, tolerance: 1e-8);
                    parity.Relative("cohen_d", c.Effect!.CohenD, e.GetProperty("cohen_d"));
                    parity.Relative("hedges_g", c.Effect.HedgesG, e.GetProperty("hedges_g"));
                    parity.Relative("mannwhitney_u", c.MannWhitney!.U, e.GetProperty("mannwhitney_u"));
                    parity.P("mannwhitney_p", c.MannWhitney.P, e.GetProperty("mannwhitney_p"));
                    parity.Relative("paired_n", c.Paired!.Pairs, e.GetProperty("paired_n"));
                    parity.Relative("paired_t", c.Paired.T, e.GetProperty("paired_t"));
                    parity.P("paired_p", c.Paired.P, e.GetProperty("paired_p"));
                    parity.Relative("tost_margin", c.Equivalence!.Margin, e.GetProperty("tost_margin"));
                    parity.P("tost_p", c.Equivalence.P, e.GetProperty("tost_p"));
                    parity.P(field, c.Result.CorrectedP, e.GetProperty(field));
                    if (c.Variant == "placebo") parity.P("placebo tost_p", metric.Placebo!.P, e.GetProperty("tost_p"));
                }
            }
        }
        parity.Settle();
    }

    [Test]
    public void Analyze_ExtraReference_EqualsStatsmodelsAndR([Values("clustered", "unbalanced", "small", "no_video_effect")] string data)
    {
        var parity = new Parity();
        JsonElement all = new EngagementFixture("analysis-extra", data).Expected;
        double tuning = all.GetProperty("CTR").GetProperty("sequential")[0].GetProperty("tuning").GetDouble();
        EngagementAnalysis analysis = Through(Shared.Path("fixtures", "analysis-extra", data + ".csv"),
            new()
            {
                Sequential = true,
                SequentialTuning = tuning,
                Resamples = 2_000,
                Covariates = [.. s_metrics.Select(m => new Covariate(m, "pre_watch_time"))]
            });
        Assert.That(analysis.Metrics.Select(m => m.Metric), Is.EqualTo(new[] { "CTR", "CVR", "watch_time", "clicks/impressions" }));
        foreach (string name in s_metrics)
        {
            MetricAnalysis metric = analysis.Metrics.Single(m => m.Metric == name);
            JsonElement expected = all.GetProperty(name);
            Clustered(parity, metric, expected.GetProperty("ols").GetProperty("cr1_t"));
            Mixed(parity, metric, expected.GetProperty("mixed"));
            Covariates(parity, metric, expected);
            JsonElement dunnett = expected.GetProperty("dunnett").GetProperty("two_sided");
            for (int i = 0; i < 6; i++)
            {
                VariantComparison c = metric.Comparisons[i];
                parity.Absolute("dunnett p", c.Dunnett!.P, dunnett.GetProperty("p")[i], 1e-6);
                parity.Absolute("dunnett low / se", c.Dunnett.Interval.Low, dunnett.GetProperty("ci95_low")[i], 1e-6,
                    c.Dunnett.StandardError);
                parity.Absolute("dunnett high / se", c.Dunnett.Interval.High, dunnett.GetProperty("ci95_high")[i], 1e-6,
                    c.Dunnett.StandardError);
            }
            foreach (JsonElement e in expected.GetProperty("lift").EnumerateArray())
            {
                RelativeLift lift = Of(metric, e).Lift!;
                parity.Relative("lift se", lift.StandardError, e.GetProperty("se"));
                parity.Interval("lift ci95", lift.Delta, e.GetProperty("ci95"), lift.StandardError);
                parity.Interval("lift ci95_log", lift.Log, e.GetProperty("ci95_log"), lift.StandardError);
                parity.Interval("lift ci95_fieller", lift.Fieller, e.GetProperty("ci95_fieller"), lift.StandardError);
            }
            foreach (JsonElement e in expected.GetProperty("sequential").EnumerateArray()
                .Where(e => e.GetProperty("tuning").GetDouble() == tuning && e.GetProperty("alpha").GetDouble() == 0.05))
            {
                ConfidenceSequence look = Of(metric, e).Sequential!;
                parity.Interval("sequential ci", look.Interval, e.GetProperty("ci"), look.StandardError);
                parity.P("always_valid_p", look.P, e.GetProperty("always_valid_p"));
            }
            foreach (JsonElement e in expected.GetProperty("achieved_power").EnumerateArray())
                parity.Absolute("achieved power", Of(metric, e).AchievedPower, e.GetProperty("power"), 1e-6);
            foreach (JsonElement e in expected.GetProperty("bootstrap").EnumerateArray())
            {
                BcaBootstrap b = Of(metric, e).Bootstrap!;
                double se = e.GetProperty("bootstrap_se").GetDouble();
                parity.Relative("acceleration", b.Acceleration, e.GetProperty("acceleration"));
                parity.Absolute("bca95 / se", b.Bca.Low, e.GetProperty("bca95")[0], 0.3, se);
                parity.Absolute("bca95 / se", b.Bca.High, e.GetProperty("bca95")[1], 0.3, se);
            }
        }
        MetricAnalysis ratio = analysis.Metrics.Single(m => m.Kind == MetricKind.Ratio);
        foreach (JsonElement e in all.GetProperty("clicks").EnumerateArray())
        {
            ProportionsResult p = Of(ratio, e).Proportions!;
            parity.Relative("z_pooled", p.Test.ZPooled, e.GetProperty("z_pooled"));
            parity.P("p_pooled", p.Test.PPooled, e.GetProperty("p_pooled"));
            parity.Interval("ci95_newcombe", p.Test.Newcombe, e.GetProperty("ci95_newcombe"), 1e-3);
            if (e.GetProperty("fisher_p").ValueKind == JsonValueKind.Number) parity.P("fisher_p", p.FisherP, e.GetProperty("fisher_p"));
        }
        foreach (JsonElement e in all.GetProperty("ratio_metric").GetProperty("comparisons").EnumerateArray())
        {
            VariantComparison c = Of(ratio, e);
            parity.Absolute("ratio difference / se", c.Result.Estimate, e.GetProperty("difference"), 1e-9, c.Ratio!.StandardError);
            parity.Relative("ratio se", c.Result.StandardError, e.GetProperty("se"));
            parity.P("ratio p", c.Result.P, e.GetProperty("p"));
        }
        parity.Settle();
    }

    static void Clustered(Parity parity, MetricAnalysis metric, JsonElement e)
    {
        SensitivityAnalysis fit = metric.Sensitivity.Single(s => s.Name == "cluster-robust by video");
        for (int i = 0; i < 6; i++)
        {
            SensitivityEstimate d = fit.Estimates[i];
            parity.Relative("cr1 se", d.StandardError, e.GetProperty("se")[i + 1]);
            parity.P("cr1 p", d.P, e.GetProperty("p")[i + 1]);
            parity.Interval("cr1 ci95", new(d.Low!.Value, d.High!.Value), e.GetProperty("ci95")[i + 1], d.StandardError);
        }
    }

    static void Mixed(Parity parity, MetricAnalysis metric, JsonElement e)
    {
        SensitivityAnalysis fit = metric.Sensitivity.Single(s => s.Name == "mixed model");
        for (int i = 0; i < 6; i++)
        {
            parity.Absolute("mixed estimate / se", fit.Estimates[i].Estimate, e.GetProperty("estimate")[i + 1], 1e-4,
                e.GetProperty("se")[i + 1].GetDouble());
            parity.Relative("mixed se", fit.Estimates[i].StandardError, e.GetProperty("se")[i + 1], 1e-4);
        }
        parity.Absolute("icc", fit.Facts["icc"], e.GetProperty("icc"), 1e-4);
        parity.Relative("reml_criterion", fit.Facts["reml_criterion"], e.GetProperty("reml_criterion"), 1e-6);
        parity.Relative("ml_loglik", fit.Facts["log_likelihood"], e.GetProperty("ml_loglik"), 1e-6);
    }

    static void Covariates(Parity parity, MetricAnalysis metric, JsonElement expected)
    {
        JsonElement e = expected.GetProperty("ancova");
        SensitivityAnalysis ancova = metric.Sensitivity.Single(s => s.Name == "ANCOVA"),
            cuped = metric.Sensitivity.Single(s => s.Name == "CUPED");
        for (int i = 0; i < 6; i++)
        {
            parity.Relative("ancova se", ancova.Estimates[i].StandardError, e.GetProperty("se")[i + 1]);
            parity.P("ancova p", ancova.Estimates[i].P, e.GetProperty("p")[i + 1]);
        }
        parity.Relative("variant_f", ancova.Facts["variant_f"], e.GetProperty("variant_f"));
        parity.P("variant_p", ancova.Facts["variant_p"], e.GetProperty("variant_p"));
        parity.P("slopes_p", ancova.Facts["slopes_p"], e.GetProperty("slopes_p"));
        string[] order = ["baseline", "early_boost", "middle_boost", "late_boost", "full_boost", "reduction", "placebo"];
        for (int v = 0; v < 7; v++) parity.Relative("adjusted_means", ancova.Facts["adjusted_mean_" + order[v]],
            e.GetProperty("adjusted_means")[v]);
        foreach (JsonElement c in expected.GetProperty("cuped").EnumerateArray())
        {
            SensitivityEstimate got = cuped.Estimates.Single(x => x.Variant == c.GetProperty("variant").GetString());
            parity.Relative("theta", got.Facts["theta"], c.GetProperty("theta"));
            parity.Relative("cuped se", got.StandardError, c.GetProperty("se"));
            parity.P("cuped p", got.P, c.GetProperty("p"));
            parity.Absolute("variance_reduction", got.Facts["variance_reduction"], c.GetProperty("variance_reduction"), 1e-9);
        }
    }

    static VariantComparison Of(MetricAnalysis metric, JsonElement e) =>
        metric.Comparisons.Single(c => c.Variant == e.GetProperty("variant").GetString());

    // The whole way: file, analysis, JSON, and back.
    static EngagementAnalysis Through(string csv, AnalysisOptions options)
    {
        using var temp = new TempFolder();
        AnalysisJob.Run(csv, temp.Path, options);
        return AnalysisJson.Read(temp[AnalysisFiles.Json]);
    }
}
