using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// All tests of one variant against the baseline.
sealed class VariantTests(AnalysisOptions options)
{
    readonly List<string> _notes = [];
    SortedDictionary<string, TestAnswer>? _answers;   // of tests without a part of their own in the comparison

    public AnalysisOptions Options => options;
    public required string Variant { get; init; }
    public required Draft Draft { get; init; }
    public required Sample Sample { get; init; }
    public required Sample Baseline { get; init; }
    public double Difference => Sample.Mean - Baseline.Mean;
    public double[] Values { get; private set; } = [];
    public double[] BaselineValues { get; private set; } = [];
    public TTest? Student { get; private set; }
    public TTest? Welch { get; private set; }
    public PairedResult? Paired { get; private set; }
    public MannWhitneyTest? Ranks { get; private set; }
    public BcaBootstrap? Bootstrap { get; private set; }
    public DunnettComparison? Dunnett { get; set; }

    public void FromSums()
    {
        if (TwoSampleTTest.WhyNot(Sample, Baseline) is { } why)
        {
            Draft.Note = $"No test ({Variant} against {Options.Baseline}): {why}.";
            return;
        }
        Student = Test(equalVariances: true);
        Welch = Test(equalVariances: false);
    }

    public void FromPairs(List<double>? differences)
    {
        if (differences is null) return;
        if (differences.Count < 2)
        {
            _notes.Add(FormattableString.Invariant(
                $"Paired test: {differences.Count} videos have both variants, where it needs at least 2."));
            return;
        }
        PairedTTest test = PairedTTest.Of(differences);
        double half = test.StandardError == 0 ? 0 : Tails.StudentQuantile(Options.Confidence, test.N - 1) * test.StandardError;
        Paired = new(test.N, test.MeanDifference, test.StandardError, TestAnswer.Finite(test.T), test.P,
            test.MeanDifference - half, test.MeanDifference + half);
    }

    public void FromValues(double[] variant, double[] baseline, bool exact, string metric, CancellationToken cancellationToken)
    {
        (Values, BaselineValues) = (variant, baseline);
        if (variant.Length == 0 || baseline.Length == 0) return;
        Ranks = MannWhitneyTest.Of(variant, baseline);
        if (!exact) _notes.Add($"Mann–Whitney test on a seeded sample: {Text.Count(variant.Length)} of {Text.Count(Sample.N)} and "
            + $"{Text.Count(baseline.Length)} of {Text.Count(Baseline.N)} values.");
        if (Options.Resamples == 0) return;
        long rows = Sample.N + Baseline.N;
        if (rows > Options.BootstrapRows)
            _notes.Add($"Bootstrap left out: {Text.Count(rows)} values, more than {Text.Count(Options.BootstrapRows)}.");
        else if (variant.Length < 2 || baseline.Length < 2) _notes.Add("Bootstrap left out: each group needs at least 2 values.");
        else Bootstrap = BcaBootstrap.Of(variant, baseline,
            new()
            {
                Resamples = Options.Resamples,
                Confidence = Options.Confidence,
                Seed = Options.Seed,
                Purpose = $"{metric}/{Variant}"
            }, cancellationToken);
    }

    public void Answer()
    {
        if (Draft.Note is not null) return;
        foreach (TwoSampleTest test in TwoSampleTests.All.Where(t => t.OwnColumns is null))
            if (test.Answer(this) is { } answer) (_answers ??= new(StringComparer.Ordinal))[test.Name] = answer;
        TwoSampleTest chosen = TwoSampleTests.Of(Options.Test);
        Draft.Answer = chosen.OwnColumns is null ? _answers?.GetValueOrDefault(chosen.Name) : chosen.Answer(this);
        if (Draft.Answer is null)
            Draft.Note = $"No {chosen.Missing ?? chosen.Title} ({Variant} against {Options.Baseline}): {chosen.WhyNot}.";
    }

    public IEnumerable<(string Test, double? P)> PValues() =>
        TwoSampleTests.All.Select(t => (t.Name, t.P is null ? _answers?.GetValueOrDefault(t.Name)?.P : t.P(this)));

    public TestAnswer ByT(double estimate, double error, double statistic, double? df, double p) =>
        TestAnswer.Of(estimate, error, statistic, df, p, Options.Confidence);

    public VariantComparison Make(Finding result, Margin? margin, IReadOnlyDictionary<string, double> corrected)
    {
        bool two = Sample.N > 1 && Baseline.N > 1 && double.IsFinite(Sample.Variance) && double.IsFinite(Baseline.Variance);
        if (two && Baseline.Mean == 0) _notes.Add("Relative lift: the baseline's mean is 0, so there is nothing to be relative to.");
        double width = margin?.Width(Baseline) ?? 0;
        return new()
        {
            Variant = Variant,
            Sample = Sample,
            Baseline = Baseline,
            Result = result,
            Student = Student,
            Welch = Welch,
            Paired = Paired,
            MannWhitney = Ranks,
            Lift = two && Baseline.Mean != 0 ? RelativeLift.Of(Sample, Baseline, Options.Confidence) : null,
            Effect = Welch is null ? null : EffectSize.Of(Sample, Baseline),
            Bootstrap = Bootstrap,
            Dunnett = Dunnett,
            Equivalence = two && width > 0 ? EquivalenceTest.Of(Sample, Baseline, width) : null,
            Sequential = two && (Options.Sequential || Options.Test == PrimaryTest.Sequential)
                ? ConfidenceSequence.Of(Sample, Baseline, 1 - Options.Confidence, Options.SequentialTuning) : null,
            DetectableDifference = Welch is null ? null : Power.MinimalDetectableDifference(Sample, Baseline, Options.Power,
                1 - Options.Confidence),
            AchievedPower = Welch is null ? null : Power.OfWelch(Difference, Sample, Baseline, 1 - Options.Confidence),
            Corrected = corrected,
            Tests = _answers,
            Notes = _notes,
        };
    }

    TTest Test(bool equalVariances)
    {
        var test = new TwoSampleTTest(Sample.Mean, Sample.Variance, Sample.N, Baseline.Mean, Baseline.Variance, Baseline.N, equalVariances);
        var (low, high) = test.GetConfidenceInterval(Options.Confidence);
        return new(test.Statistic, test.DegreesOfFreedom, test.PValue, test.StandardError, low, high);
    }
}
