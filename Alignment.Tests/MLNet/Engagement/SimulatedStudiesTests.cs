using System.Globalization;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>Two hundred simulated studies through the analysis: it finds what was planted, calls nothing what is nothing, and its intervals
/// hold what they promise.</summary>
public sealed class SimulatedStudiesTests
{
    const int Studies = 200;

    static readonly Dictionary<string, double> s_planted = new()
    {
        ["early_boost"] = 0.008,
        ["middle_boost"] = 0.006,
        ["late_boost"] = 0.004,
        ["full_boost"] = 0.010,
        ["reduction"] = -0.006
    };

    static readonly SimulationOptions s_study = new()
    {
        Videos = [.. Enumerable.Range(1, 12).Select(i => string.Create(CultureInfo.InvariantCulture, $"v{i}"))],
        RowsPerCell = 5,
        Metrics = [new() { Name = "CTR", Mean = 0.05, SdRow = 0.01, Effects = s_planted },
            new() { Name = "CVR", Mean = 0.02, SdRow = 0.006 }],
    };

    static EngagementAnalysis[] Analyze(SimulationOptions study, AnalysisOptions options) =>
        [.. Enumerable.Range(1, Studies).AsParallel().AsOrdered()
        .Select(seed => AnalysisJob.Analyze(EngagementSimulation.Rows(study with { Seed = (ulong)seed }), options))];

    [Test]
    public void Analyze_ManyStudies_KeepsErrorRatesAndFindsWhatWasPlanted()
    {
        EngagementAnalysis[] studies = Analyze(s_study, new() { Resamples = 0, Margins = [new("CTR", 0.006), new("CVR", 0.006)] });
        MetricAnalysis[] ctr = [.. studies.Select(s => s.Metrics[0])], cvr = [.. studies.Select(s => s.Metrics[1])];
        double Share(int count, int of) => count / (double)of;
        static bool Rejects(Finding f) => f.Verdict is Verdict.Raised or Verdict.Lowered;
        var all = ctr.SelectMany(m => m.Comparisons.Select(c => (c, Truth: s_planted.GetValueOrDefault(c.Variant))))
            .Concat(cvr.SelectMany(m => m.Comparisons.Select(c => (c, Truth: 0.0)))).ToList();
        double familyWise = Share(cvr.Count(m => m.Comparisons.Any(c => Rejects(c.Result))), Studies);
        double coverage = Share(all.Count(x => x.c.Result.Interval!.Value.Low <= x.Truth && x.Truth <= x.c.Result.Interval.Value.High),
            all.Count);
        double simultaneous = Share(cvr.Count(m => m.Comparisons.All(c => c.Result.Simultaneous!.Value.Low <= 0
            && c.Result.Simultaneous.Value.High >= 0)), Studies);
        double contrasts = Share(cvr.Count(m => m.Contrasts.Where(c => c.Question == "windows against each other")
            .Any(c => Rejects(c.Result))), Studies);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"family-wise error {familyWise:f3}, coverage "
            + $"{coverage:f4}, simultaneous coverage {simultaneous:f3}, contrasts {contrasts:f3}"));
        Assert.Multiple(() =>
        {
            Assert.That(familyWise, Is.LessThanOrEqualTo(0.06), "family-wise error under Holm");
            Assert.That(coverage, Is.InRange(0.93, 0.97), "coverage of 95 % intervals");
            Assert.That(simultaneous, Is.GreaterThanOrEqualTo(0.93), "all six intervals at once");
            Assert.That(contrasts, Is.LessThanOrEqualTo(0.08), "family-wise error of the windows' contrasts");
            foreach (var (variant, truth) in s_planted)
            {
                VariantComparison[] one = [.. ctr.Select(m => m.Comparisons.Single(c => c.Variant == variant))];
                double mean = one.Average(c => c.Difference), error = one.Average(c => c.Welch!.StandardError) / Math.Sqrt(Studies);
                Assert.That(mean, Is.EqualTo(truth).Within(3 * error), variant);
                // Of a difference of 0.006, more than three standard errors of 0.0018, Holm's test misses few.
                if (Math.Abs(truth) >= 0.006)
                    Assert.That(Share(one.Count(c => c.Result.Verdict == (truth > 0 ? Verdict.Raised : Verdict.Lowered)), Studies),
                        Is.GreaterThan(0.75), variant);
            }
            Assert.That(Share(ctr.Count(m => Rejects(m.Comparisons.Single(c => c.Variant == "placebo").Result)), Studies),
                Is.LessThanOrEqualTo(0.06), "the placebo of a metric with effects");
            Assert.That(Share(ctr.Count(m => m.Placebo!.Verdict == Verdict.Equivalent), Studies), Is.GreaterThan(0.8),
                "the placebo is found equivalent");
            Assert.That(Share(ctr.Count(m => m.Contrasts.Single(c => c.Name == "trend_over_windows").Result.Verdict == Verdict.Lowered),
                Studies), Is.GreaterThan(0.5), "later is weaker");
            Assert.That(Share(studies.Count(s => s.SampleRatio!.Mismatch), Studies), Is.Zero);
        });
    }

    // Videos that differ much: rows of one are dependent, and every video is in every variant. The paired test and the mixed model use it;
    // the intervals still hold.
    [Test]
    public void Analyze_VideosDiffer_PairedAndMixedIntervalsHold()
    {
        SimulationOptions study = s_study with
        {
            RowsPerCell = 2,
            Metrics = [new() { Name = "watch_time", Mean = 15, SdRow = 2, SdVideo = 3,
                Effects = new Dictionary<string, double> { ["early_boost"] = 2 } }]
        };
        MetricAnalysis[] made = [.. Analyze(study, new() { Resamples = 0, Test = PrimaryTest.Paired }).Select(s => s.Metrics[0])];
        double Truth(string variant) => variant == "early_boost" ? 2 : 0;
        var paired = made.SelectMany(m => m.Comparisons).ToList();
        var mixed = made.SelectMany(m => m.Sensitivity.Single(s => s.Name == "mixed model").Estimates).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(paired.Average(c => c.Paired!.Low <= Truth(c.Variant) && Truth(c.Variant) <= c.Paired.High ? 1.0 : 0),
                Is.InRange(0.93, 0.97), "paired");
            Assert.That(mixed.Average(e => e.Low <= Truth(e.Variant) && Truth(e.Variant) <= e.High ? 1.0 : 0), Is.InRange(0.93, 0.97),
                "mixed model");
            // Welch's interval, which takes the videos' differences for noise, is the wider one.
            Assert.That(paired.Average(c => c.Paired!.StandardError), Is.LessThan(0.7 * paired.Average(c => c.Welch!.StandardError)));
            Assert.That(made.Count(m => m.Warnings.Any(w => w.Code == "rows_dependent")), Is.GreaterThan(0.95 * Studies));
        });
    }
}
