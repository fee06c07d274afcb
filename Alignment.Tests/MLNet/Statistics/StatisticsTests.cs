using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Statistics;

/// <summary>Closed forms, published examples, properties, and inputs with nothing to compute from.</summary>
public sealed class StatisticsTests
{
    static readonly Sample s_none = new(0, double.NaN, double.NaN), s_one = new(1, 3, double.NaN), s_flat = new(5, 3, 0),
        s_good = new(5, 4, 2), s_infinite = new(5, double.PositiveInfinity, double.NaN);

    [Test]
    public void Accumulators_MergedFromParts_EqualOnePass()
    {
        double[] x = Uniform(1000, "x"), y = Uniform(1000, "y");
        SampleAccumulator whole = new(), parts = new();
        PairAccumulator pairs = new(), pairParts = new();
        for (int from = 0, size = 0; from < x.Length; from += size, size = size * 3 % 101)
        {
            SampleAccumulator part = new();
            PairAccumulator pairPart = new();
            size = Math.Max(size, 1);
            for (int i = from; i < Math.Min(x.Length, from + size); i++)
            {
                // A large offset: sums of squares would lose everything.
                whole.Add(1e8 + x[i]);
                part.Add(1e8 + x[i]);
                pairs.Add(1e8 + x[i], y[i] - 1e8);
                pairPart.Add(1e8 + x[i], y[i] - 1e8);
            }
            parts.Merge(part);
            pairParts.Merge(pairPart);
        }
        parts.Merge(new());
        pairParts.Merge(new());
        Assert.Multiple(() =>
        {
            Assert.That(parts.Sample.N, Is.EqualTo(1000));
            Assert.That(parts.Sample.Mean, Is.EqualTo(whole.Sample.Mean).Within(1e-7));
            Assert.That(parts.Sample.Variance, Is.EqualTo(whole.Sample.Variance).Within(1e-8));
            Assert.That(pairParts.Sample.Covariance, Is.EqualTo(pairs.Sample.Covariance).Within(1e-8));
            Assert.That(pairParts.Sample.VarianceX, Is.EqualTo(whole.Sample.Variance).Within(1e-8));
            Assert.That(pairParts.Sample.MeanY, Is.EqualTo(pairs.Sample.MeanY).Within(1e-7));
        });
    }

    // The example of Benjamini & Hochberg 1995, §3.2 (15 p-values): 4 are rejected at 5 % by their procedure, 3 by Bonferroni's and Holm's.
    [Test]
    public void Multiplicity_PublishedExample_RejectsAsPublished()
    {
        double?[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        Assert.That(Multiplicity.Adjust(p, MultiplicityMethod.BenjaminiHochberg).Count(q => q <= 0.05), Is.EqualTo(4));
        Assert.That(Multiplicity.Adjust(p, MultiplicityMethod.Bonferroni).Count(q => q <= 0.05), Is.EqualTo(3));
        Assert.That(Multiplicity.Adjust(p).Count(q => q <= 0.05), Is.EqualTo(3));
        Assert.That(Multiplicity.Adjust(p, MultiplicityMethod.None), Is.EqualTo(p));
    }

    [Test]
    public void Multiplicity_UnorderedTiesAndGaps_KeepTheirPlaces()
    {
        Assert.That(Multiplicity.Adjust([0.04, null, 0.01, 0.04]), Is.EqualTo(new double?[] { 0.08, null, 0.03, 0.08 }).Within(1e-15));
        Assert.That(Multiplicity.Adjust([0.04, null, 0.01, 0.04], MultiplicityMethod.BenjaminiHochberg),
            Is.EqualTo(new double?[] { 0.04, null, 0.03, 0.04 }).Within(1e-15));
        Assert.That(Multiplicity.Adjust([]), Is.Empty);
        Assert.That(Multiplicity.Adjust([null, null]), Is.EqualTo(new double?[] { null, null }));
        Assert.That(Multiplicity.Adjust([0.9, 0.8]), Is.EqualTo(new double?[] { 1, 1 }));
        Assert.Throws<BadDataException>(() => Multiplicity.Adjust([double.NaN]));
        Assert.Throws<BadDataException>(() => Multiplicity.Adjust([1.1]));
    }

    [Test]
    public void OneWayAnova_TwoGroups_IsStudentSquared()
    {
        var t = new TwoSampleTTest(s_good.Mean, s_good.Variance, s_good.N, 1, 3, 9);
        OneWayAnova f = OneWayAnova.Of([s_good, s_none, new(9, 1, 3)]);
        Assert.That((f.DfBetween, f.DfWithin), Is.EqualTo((1.0, 12.0)));
        Assert.That(f.F, Is.EqualTo(t.Statistic * t.Statistic).Within(1e-12));
        Assert.That(f.P, Is.EqualTo(t.PValue).Within(1e-12));
    }

    [Test]
    public void OneWayAnova_NoVariation_IsCertainEitherWay()
    {
        Assert.That(OneWayAnova.Of([s_flat, s_flat]), Is.EqualTo(new OneWayAnova(0, 1, 8, 1)));
        Assert.That(OneWayAnova.Of([s_flat, s_flat with { Mean = 4 }]), Is.EqualTo(new OneWayAnova(double.PositiveInfinity, 1, 8, 0)));
    }

    // Two groups: H is the square of the Mann–Whitney z without continuity correction.
    [Test]
    public void KruskalWallis_TwoGroupsWithTies_IsMannWhitneySquared()
    {
        double[] a = [1, 2, 2, 5, 9, 9], b = [2, 3, 4, 9, 11];
        MannWhitneyTest u = MannWhitneyTest.Of(a, b);
        double off = Math.Abs(u.U - 15);   // n₁n₀/2 = 15
        Assert.That(KruskalWallisTest.Of([a, [], b]).H, Is.EqualTo(Math.Pow(u.Z / (off - 0.5) * off, 2)).Within(1e-12));
        // By hand: pairs a > b: 5>2,5>3,5>4, 9>2,9>3,9>4 twice; ties 2=2 twice, 9=9 twice.
        Assert.That(u.U, Is.EqualTo(3 + 6 + 0.5 * 4));
        Assert.That(MannWhitneyTest.Of(b, a).U, Is.EqualTo(30 - u.U));
        Assert.That(MannWhitneyTest.Of(b, a).Z, Is.EqualTo(-u.Z).Within(1e-14));
    }

    [Test]
    public void RankTests_AllEqualOrTiny_AreDefined()
    {
        Assert.That(MannWhitneyTest.Of([2, 2], [2, 2, 2]), Is.EqualTo(new MannWhitneyTest(3, 0, 1, 0.5)));
        Assert.That(MannWhitneyTest.Of([1], [2]).P, Is.EqualTo(1));   // the continuity correction takes all
        Assert.That(KruskalWallisTest.Of([[2, 2], [2], [2]]), Is.EqualTo(new KruskalWallisTest(0, 2, 1)));
        Assert.That(LeveneTest.Of([[2, 2], [3, 3, 3]]), Is.EqualTo(new LeveneTest(0, 1, 3, 1)));
        Assert.Throws<BadDataException>(() => MannWhitneyTest.Of([], [1]));
        Assert.Throws<BadDataException>(() => MannWhitneyTest.Of([1], [double.NaN]));
        Assert.Throws<BadDataException>(() => KruskalWallisTest.Of([[1, 2], []]));
        Assert.Throws<BadDataException>(() => LeveneTest.Of([[1], [2]]));
        Assert.Throws<BadDataException>(() => LeveneTest.Of([[1, double.PositiveInfinity], [2, 3]]));
    }

    // Kohavi, Tang & Xu, Trustworthy Online Controlled Experiments (2020), ch. 3: 821 588 against 815 482 users, p = 1.8e-6.
    [Test]
    public void SampleRatio_PublishedMismatch_IsFound()
    {
        Assert.That(SampleRatioTest.Of([821_588, 815_482]).P, Is.EqualTo(1.8e-6).Within(0.05e-6));
        Assert.That(SampleRatioTest.Of([30, 10], [3, 1]).P, Is.EqualTo(1));
        Assert.Throws<BadDataException>(() => SampleRatioTest.Of([5]));
        Assert.Throws<BadDataException>(() => SampleRatioTest.Of([0, 0]));
        Assert.Throws<BadDataException>(() => SampleRatioTest.Of([1, -1]));
        Assert.Throws<BadDataException>(() => SampleRatioTest.Of([1, 1], [1, 0]));
    }

    // Fisher's tea-tasting lady: 3 of 4 cups right, two-sided (1 + 16 + 16 + 1) / 70.
    [Test]
    public void FisherExact_TeaTasting_IsTheFraction()
    {
        Assert.That(FisherExactTest.P(3, 4, 1, 4), Is.EqualTo(34.0 / 70).Within(1e-14));
        Assert.That(FisherExactTest.P(4, 4, 0, 4), Is.EqualTo(2.0 / 70).Within(1e-14));
        Assert.That(FisherExactTest.P(1, 4, 3, 4), Is.EqualTo(34.0 / 70).Within(1e-14));
        Assert.That(FisherExactTest.P(0, 9, 0, 5), Is.EqualTo(1));
        // Large and far apart: below any double, and not a NaN.
        Assert.That(FisherExactTest.P(90_000, 100_000, 10_000, 100_000), Is.EqualTo(0));
        // For large counts the exact test nears the normal one with Yates' correction.
        Assert.That(FisherExactTest.P(53_000, 100_000, 52_500, 100_000), Is.EqualTo(Yates(53_000, 52_500, 100_000)).Within(2e-4));
    }

    // Newcombe 1998, table II (a): 56/70 against 48/80, method 10: 0.0524 … 0.3339.
    [Test]
    public void Newcombe_PublishedExample_IsTheTable()
    {
        TwoProportions p = TwoProportions.Of(56, 70, 48, 80);
        Assert.That(p.Newcombe.Low, Is.EqualTo(0.0524).Within(5e-5));
        Assert.That(p.Newcombe.High, Is.EqualTo(0.3339).Within(5e-5));
        Assert.Throws<BadDataException>(() => TwoProportions.Of(0, 0, 1, 2));
        Assert.Throws<BadDataException>(() => TwoProportions.Of(3, 2, 1, 2));
        Assert.Throws<BadDataException>(() => TwoProportions.Of(-1, 2, 1, 2));
    }

    [Test]
    public void EffectSizeAndEquivalence_NoVariation_AreDefined()
    {
        Assert.That(EffectSize.Of(s_flat, s_flat), Is.EqualTo(new EffectSize(0, 0)));
        Assert.That(EffectSize.Of(s_flat with { Mean = 9 }, s_flat).CohenD, Is.EqualTo(double.PositiveInfinity));
        Assert.That(EquivalenceTest.Of(s_flat, s_flat, 0.1).P, Is.EqualTo(0));
        Assert.That(EquivalenceTest.Of(s_flat with { Mean = 9 }, s_flat, 0.1).P, Is.EqualTo(1));
        // At no difference both one-sided tests agree.
        EquivalenceTest same = EquivalenceTest.Of(s_good, s_good, 1);
        Assert.That(same.PBelow, Is.EqualTo(same.PAbove).And.LessThan(0.5));
        Assert.Throws<UsageException>(() => EquivalenceTest.Of(s_good, s_good, 0));
        Assert.Throws<UsageException>(() => EquivalenceTest.Of(s_good, s_good, double.NaN));
    }

    [Test]
    public void Lift_KnownCases_AreDefined()
    {
        // Without noise in the baseline the three intervals are those of m₁ / m₀ (the logarithm's bends).
        RelativeLift lift = RelativeLift.Of(new(4, 11, 4), new(4, 10, 0));
        Assert.That(lift.Lift, Is.EqualTo(0.1).Within(1e-15));
        Assert.That(lift.Fieller!.Value.Low, Is.EqualTo(lift.Delta.Low).Within(1e-12));
        Assert.That(lift.Delta.High - lift.Lift, Is.EqualTo(1.959963984540054 * 0.1).Within(1e-12));
        Assert.That(RelativeLift.Of(new(4, -1, 4), s_good).Log, Is.Null);
        Assert.That(RelativeLift.Of(s_good, new(4, 0.1, 4)).Fieller, Is.Null);
        Assert.Throws<BadDataException>(() => RelativeLift.Of(s_good, new(4, 0, 4)));
    }

    // Balanced data: REML's components are those of the two-way analysis of variance, σ² = MS_E, σ_u² = (MS_video − MS_E) / (rows per
    // video).
    [Test]
    public void MixedModel_BalancedData_IsTheAnalysisOfVariance()
    {
        const int videos = 8, variants = 3, each = 4;
        double[] noise = Uniform(videos * variants * each, "balanced");
        var table = new CellTable(variants);
        var y = new double[videos, variants, each];
        for (int g = 0, i = 0; g < videos; g++)
            for (int v = 0; v < variants; v++)
                for (int r = 0; r < each; r++)
                    table.Add($"video {g}", v, y[g, v, r] = 100 + g * 0.3 + v * 0.2 + noise[i++]);
        double n = videos * variants * each, grand = y.Cast<double>().Average();
        double Video(int g) => Enumerable.Range(0, variants * each).Average(i => y[g, i / each, i % each]);
        double Variant(int v) => Enumerable.Range(0, videos * each).Average(i => y[i / each, v, i % each]);
        double total = y.Cast<double>().Sum(x => (x - grand) * (x - grand));
        double ssVideo = Enumerable.Range(0, videos).Sum(g => Math.Pow(Video(g) - grand, 2)) * variants * each,
            ssVariant = Enumerable.Range(0, variants).Sum(v => Math.Pow(Variant(v) - grand, 2)) * videos * each;
        double dfError = n - variants - videos + 1, error = (total - ssVideo - ssVariant) / dfError,
            between = (ssVideo / (videos - 1) - error) / (variants * each);
        MixedModel fit = MixedModel.Of(table);
        Assert.Multiple(() =>
        {
            Assert.That(fit.SdResidual, Is.EqualTo(Math.Sqrt(error)).Within(1e-9));
            Assert.That(fit.SdVideo, Is.EqualTo(Math.Sqrt(between)).Within(1e-8));
            Assert.That(fit.Differences[1].Estimate, Is.EqualTo(Variant(2) - Variant(0)).Within(1e-10));
            Assert.That(fit.Differences[1].StandardError, Is.EqualTo(Math.Sqrt(2 * error / (videos * each))).Within(1e-9));
            Assert.That(fit.Differences[1].Df!.Value, Is.EqualTo(dfError).Within(1e-3));
            Assert.That(fit.Singular, Is.False);
        });
    }

    // Many videos of many sizes: σ_u and σ are found, and no term gets lost where videos are summed by their number of rows. Estimated from
    // known ones: 4 standard errors of each.
    [Test]
    public void MixedModel_ManyVideosOfManySizes_FindsWhatWasDrawn()
    {
        const int videos = 20_000;
        float[] level = new float[videos], noise = new float[videos * 12];
        SeededNormal.Fill(level, 3, "levels");
        SeededNormal.Fill(noise, 3, "noise");
        var table = new CellTable(3);
        for (int g = 0, i = 0; g < videos; g++)
            for (int r = 0; r < 2 + g % 11; r++) table.Add($"{g}", (g + r * r) % 3,
                50 + 2 * level[g] + 3 * noise[i++] + 0.25 * ((g + r * r) % 3));
        MixedModel fit = MixedModel.Of(table);
        Assert.Multiple(() =>
        {
            Assert.That(fit.SdVideo, Is.EqualTo(2).Within(4 * 0.02));
            Assert.That(fit.SdResidual, Is.EqualTo(3).Within(4 * 3 / Math.Sqrt(2 * (fit.N - videos))));
            Assert.That(fit.Differences[1].Estimate, Is.EqualTo(0.5).Within(4 * fit.Differences[1].StandardError));
            Assert.That(fit.Differences[1].StandardError, Is.InRange(0.01, 0.03));
            Assert.That(fit.LogLikelihood, Is.GreaterThan(fit.LogLikelihoodWithoutVariant));
        });
    }

    [Test]
    public void CellTable_MergedFromParts_GivesTheSameModels()
    {
        CellTable whole = new(2), left = new(2), right = new(2);
        double[] x = Uniform(60, "cells");
        for (int i = 0; i < x.Length; i++)
        {
            whole.Add($"v{i % 7}", i % 2, x[i]);
            (i < 23 ? left : right).Add($"v{i % 7}", i % 2, x[i]);
        }
        left.Merge(right);
        Assert.That(MixedModel.Of(left).RemlCriterion, Is.EqualTo(MixedModel.Of(whole).RemlCriterion).Within(1e-9));
        Assert.That(ClusteredLeastSquares.Of(left).Differences[0].P,
            Is.EqualTo(ClusteredLeastSquares.Of(whole).Differences[0].P).Within(1e-12));
    }

    [Test]
    public void Models_NothingToFit_AreRefused()
    {
        Assert.Throws<BadDataException>(() => ClusteredLeastSquares.Of(new(2)));
        Assert.Throws<BadDataException>(() => MixedModel.Of(Table(("a", 0, 1), ("a", 1, 2), ("a", 1, 3))), "one video");
        Assert.Throws<BadDataException>(() => MixedModel.Of(Table(("a", 0, 1), ("b", 0, 2), ("b", 0, 4))), "an empty variant");
        Assert.Throws<BadDataException>(() => MixedModel.Of(Table(("a", 0, 1), ("b", 0, 2), ("c", 1, 4), ("d", 1, 5))),
            "one row per video");
        Assert.Throws<BadDataException>(() => MixedModel.Of(Table(("a", 0, 5), ("a", 1, 5), ("b", 0, 5), ("b", 1, 5))), "no variation");
        Assert.Throws<BadDataException>(() => MixedModel.Of(Table(("a", 0, 1), ("a", 1, 2), ("b", 0, 3), ("b", 1, 4))), "an exact fit");
        Assert.Throws<BadDataException>(() => MixedModel.Of(Table(("a", 0, double.NaN), ("a", 1, 2), ("b", 0, 3), ("b", 1, 7))),
            "not a number");
        // Least squares has an answer where nothing varies: the difference is exact.
        Coefficient exact = ClusteredLeastSquares.Of(Table(("a", 0, 5), ("a", 1, 6), ("b", 0, 5), ("b", 1, 6))).Differences[0];
        Assert.That((exact.Estimate, exact.StandardError, exact.P), Is.EqualTo((1.0, 0.0, 0.0)));
    }

    [Test]
    public void Ancova_ConstantCovariateOrTooFewRows_IsRefused()
    {
        Assert.Throws<BadDataException>(() => Ancova.Of([Pairs((1, 2), (1, 3)), Pairs((1, 4), (1, 5))]));
        Assert.Throws<BadDataException>(() => Ancova.Of([Pairs((1, 2)), Pairs((2, 4))]));
        Assert.Throws<BadDataException>(() => Ancova.Of([Pairs((1, 2), (2, 3), (3, 5)), default]));
        // An exact line for each group: the difference is exact, the slopes are equal.
        Ancova exact = Ancova.Of([Pairs((0, 0), (1, 1), (2, 2)), Pairs((0, 3), (1, 4), (2, 5))]);
        Assert.That((exact.Differences[0].Estimate, exact.Slope.Estimate, exact.ResidualSd, exact.RSquared),
            Is.EqualTo((3.0, 1.0, 0.0, 1.0)));
    }

    [Test]
    public void Cuped_CovariateIsAnotherUnitOfTheMetric_LeavesNoError()
    {
        PairAccumulator a = Pairs((1, 2.1), (2, 4.1), (4, 8.1)), b = Pairs((3, 6.1), (5, 10.1), (9, 18.1));
        Cuped exact = Cuped.Of(a.Sample, b.Sample);
        Assert.That(exact.Difference, Is.EqualTo(0).Within(1e-12));
        Assert.That((exact.StandardError, exact.Interval, exact.VarianceReduction), Is.EqualTo((0.0, (Interval?)null, 1.0)));
        Assert.That(Cuped.Of(Pairs((1, 2), (2, 2)).Sample, Pairs((1, 2), (2, 2)).Sample).VarianceReduction, Is.EqualTo(0));
        Assert.Throws<BadDataException>(() => Cuped.Of(default(PairAccumulator).Sample, b.Sample));
    }

    // Always valid: over 400 experiments without an effect, watched from row 100 to 3000, at most 5 % ever exclude 0 (two standard errors
    // of chance allowed).
    [Test]
    public void ConfidenceSequence_ManyLooks_KeepsItsLevel()
    {
        const int experiments = 400;
        int crossed = 0;
        var noise = new float[3000];
        for (int e = 0; e < experiments; e++)
        {
            SeededNormal.Fill(noise, 5, $"sequence/{e}");
            SampleAccumulator a = new(), b = new();
            bool ever = false;
            for (int i = 0; i < noise.Length; i++)
            {
                if (i % 2 == 0) a.Add(noise[i]);
                else b.Add(noise[i]);
                if (i >= 100 && i % 20 == 19)
                {
                    ConfidenceSequence at = ConfidenceSequence.Of(a.Sample, b.Sample, tuning: 1000);
                    bool excludes = at.Interval.Low > 0 || at.Interval.High < 0;
                    Assert.That(at.P < 0.05, Is.EqualTo(excludes));   // the interval and the p-value are one test
                    ever |= excludes;
                }
            }
            if (ever) crossed++;
        }
        Assert.That(crossed / (double)experiments, Is.LessThan(0.05 + 2 * Math.Sqrt(0.05 * 0.95 / experiments)));
        Assert.That(ConfidenceSequence.Of(s_flat, s_flat).P, Is.EqualTo(1));
        Assert.That(ConfidenceSequence.Of(s_flat with { Mean = 4 }, s_flat).P, Is.EqualTo(0));
    }

    [Test]
    public void Bootstrap_SeedAndPurpose_DecideEverything()
    {
        double[] a = Uniform(30, "a"), b = Uniform(40, "b");
        BootstrapOptions options = new() { Resamples = 500, Seed = 9, Purpose = "CTR" };
        BcaBootstrap first = BcaBootstrap.Of(a, b, options);
        Assert.That(BcaBootstrap.Of(a, b, options), Is.EqualTo(first));
        Assert.That(BcaBootstrap.Of(a, b, options with { Seed = 10 }).Bca, Is.Not.EqualTo(first.Bca));
        Assert.That(BcaBootstrap.Of(a, b, options with { Purpose = "CVR" }).Bca, Is.Not.EqualTo(first.Bca));
        // Shifting a group shifts the limits; exchanging the groups mirrors the acceleration.
        Assert.That(BcaBootstrap.Of([.. a.Select(x => x + 7)], b, options).Bca.Low, Is.EqualTo(first.Bca.Low + 7).Within(1e-9));
        Assert.That(BcaBootstrap.Of(b, a, options).Acceleration, Is.EqualTo(-first.Acceleration).Within(1e-15));
    }

    [Test]
    public void Bootstrap_NoVariation_IsThePoint()
    {
        BcaBootstrap flat = BcaBootstrap.Of([0.3, 0.3, 0.3], [0.1, 0.1]);
        Assert.That((flat.Bca.Low, flat.Bca.High, flat.StandardError, flat.Z0), Is.EqualTo((flat.Difference, flat.Difference, 0.0, 0.0)));
        Assert.Throws<BadDataException>(() => BcaBootstrap.Of([1], [1, 2]));
        Assert.Throws<BadDataException>(() => BcaBootstrap.Of([1, double.NegativeInfinity], [1, 2]));
        Assert.Throws<UsageException>(() => BcaBootstrap.Of([1, 2], [1, 2], new() { Resamples = 5 }));
    }

    [Test]
    public void Samples_MissingOneOrInfinite_AreRefusedInWords()
    {
        foreach (Sample bad in new[] { s_none, s_one, s_infinite })
        {
            Assert.Throws<BadDataException>(() => EffectSize.Of(bad, s_good));
            Assert.Throws<BadDataException>(() => EquivalenceTest.Of(s_good, bad, 1));
            Assert.Throws<BadDataException>(() => RelativeLift.Of(bad, s_good));
            Assert.Throws<BadDataException>(() => ConfidenceSequence.Of(s_good, bad));
            Assert.Throws<BadDataException>(() => Power.OfWelch(1, s_good, new(bad.N, bad.Mean, bad.Variance)));
            Assert.Throws<BadDataException>(() => RatioMetric.Of(new(bad.N, bad.Mean, bad.Mean, bad.Variance, bad.Variance, bad.Variance)));
        }
        foreach (Sample bad in new[] { s_none, s_infinite }) Assert.Throws<BadDataException>(() => DunnettTest.Of(s_good, [s_good, bad]));
        Assert.Throws<BadDataException>(() => DunnettTest.Of(s_flat, [s_flat]));
        Assert.Throws<BadDataException>(() => DunnettTest.Of(s_good, []));
        Assert.Throws<BadDataException>(() => OneWayAnova.Of([s_one, s_one]));
        Assert.Throws<BadDataException>(() => OneWayAnova.Of([s_good, s_infinite]));
        Assert.Throws<UsageException>(() => RelativeLift.Of(s_good, s_good, confidence: 1));
        Assert.Throws<UsageException>(() => Power.SampleSize(0));
        Assert.Throws<UsageException>(() => Power.SampleSize(0.2, power: 0.01));
    }

    [Test]
    public void Dunnett_OneVariant_IsStudent()
    {
        DunnettTest test = DunnettTest.Of(s_good, [new(9, 1, 3)]);
        var student = new TwoSampleTTest(1, 3, 9, s_good.Mean, s_good.Variance, s_good.N);
        Assert.That(test.Comparisons[0].T, Is.EqualTo(student.Statistic).Within(1e-12));
        Assert.That(test.Comparisons[0].P, Is.EqualTo(student.PValue).Within(1e-12));
        Assert.That(test.Comparisons[0].Interval.Low, Is.EqualTo(student.GetConfidenceInterval().Min).Within(1e-9));
    }

    static CellTable Table(params (string Video, int Variant, double Value)[] rows)
    {
        var table = new CellTable(2);
        foreach (var (video, variant, value) in rows) table.Add(video, variant, value);
        return table;
    }

    static PairAccumulator Pairs(params (double X, double Y)[] pairs)
    {
        var sums = new PairAccumulator();
        foreach (var (x, y) in pairs) sums.Add(x, y);
        return sums;
    }

    static double[] Uniform(int n, string purpose)
    {
        var x = new double[n];
        SeededNormal.FillUniform(x, 3, purpose);
        return x;
    }

    // χ² with Yates' continuity correction of two equal groups, as z.
    static double Yates(double x1, double x0, double n)
    {
        double p = (x1 + x0) / (2 * n), z = (Math.Abs(x1 - x0) - 1) / n / Math.Sqrt(2 * p * (1 - p) / n);
        return 2 * MathNet.Numerics.Distributions.Normal.CDF(0, 1, -z);
    }
}
