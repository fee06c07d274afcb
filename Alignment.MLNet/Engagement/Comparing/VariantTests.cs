using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

/// <summary>All tests of one variant against the baseline.</summary>
sealed class VariantTests
{
    readonly AnalysisOptions _options;
    readonly List<string> _notes = [];

    public required string Variant { get; init; }

    public required Draft Draft { get; init; }

    public required Sample Sample { get; init; }

    public required Sample Baseline { get; init; }

    public TTest? Student { get; private set; }

    public TTest? Welch { get; private set; }

    public PairedResult? Paired { get; private set; }

    public MannWhitneyTest? Ranks { get; private set; }

    public BcaBootstrap? Bootstrap { get; private set; }

    public DunnettComparison? Dunnett { get; set; }

    public VariantTests(AnalysisOptions options) => _options = options;

    /// <summary>Tests from sums alone.</summary>
    public void FromSums()
    {
        if (TwoSampleTTest.WhyNot(Sample, Baseline) is { } why)
        {
            Draft.Note = $"No test ({Variant} against {_options.Baseline}): {why}.";
            return;
        }
        Student = Test(equalVariances: true);
        Welch = Test(equalVariances: false);
    }

    /// <summary>The paired test, from the differences by video.</summary>
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
        double half = test.StandardError == 0 ? 0 : Tails.StudentQuantile(_options.Confidence, test.N - 1) * test.StandardError;
        Paired = new(test.N, test.MeanDifference, test.StandardError, Alignment.MLNet.Engagement.Comparing.Draft.Finite(test.T), test.P,
            test.MeanDifference - half, test.MeanDifference + half);
    }

    /// <summary>Tests that need every value (or a sample of them).</summary>
    public void FromValues(double[] variant, double[] baseline, bool exact, string metric, CancellationToken cancellationToken)
    {
        if (variant.Length == 0 || baseline.Length == 0) return;
        Ranks = MannWhitneyTest.Of(variant, baseline);
        if (!exact) _notes.Add($"Mann–Whitney test on a seeded sample: {Text.Count(variant.Length)} of {Text.Count(Sample.N)} and "
            + $"{Text.Count(baseline.Length)} of {Text.Count(Baseline.N)} values.");
        if (_options.Resamples == 0) return;
        long rows = Sample.N + Baseline.N;
        if (rows > _options.BootstrapRows)
            _notes.Add($"Bootstrap left out: {Text.Count(rows)} values, more than {Text.Count(_options.BootstrapRows)}.");
        else if (variant.Length < 2 || baseline.Length < 2) _notes.Add("Bootstrap left out: each group needs at least 2 values.");
        else Bootstrap = BcaBootstrap.Of(variant, baseline,
            new()
            {
                Resamples = _options.Resamples,
                Confidence = _options.Confidence,
                Seed = _options.Seed,
                Purpose = $"{metric}/{Variant}"
            }, cancellationToken);
    }

    /// <summary>The draft takes the test that answers.</summary>
    public void Answer()
    {
        if (Draft.Note is not null) return;
        switch (_options.Test)
        {
            case PrimaryTest.Student:
                Draft.Take(Student!.T * Student.StandardError, Student.StandardError, Student.T, Student.Df, Student.P,
                    _options.Confidence);
                break;
            case PrimaryTest.Paired when Paired is { } paired:
                Draft.Take(paired.Difference, paired.StandardError, paired.T ?? double.PositiveInfinity, paired.Pairs - 1, paired.P,
                    _options.Confidence);
                break;
            case PrimaryTest.Paired:
                Draft.Note =
                    $"No paired test ({Variant} against {_options.Baseline}): too few videos have both, or videos were not kept apart.";
                break;
            case PrimaryTest.MannWhitney when Ranks is { } ranks:
                Draft.Take(Sample.Mean - Baseline.Mean, Welch!.StandardError, ranks.Z, null, ranks.P, _options.Confidence);
                Draft.Df = Welch.Df;
                Draft.Interval = new(Welch.Low, Welch.High);
                break;
            case PrimaryTest.Sequential:
                Draft.TakeLooks(Sample.N + Baseline.N, Sample.Mean - Baseline.Mean, Welch!.StandardError, _options);
                break;
            default:
                Draft.Take(Sample.Mean - Baseline.Mean, Welch!.StandardError, Welch.T, Welch.Df, Welch.P, _options.Confidence);
                break;
        }
    }

    /// <summary>P-values by the tests' names.</summary>
    public IEnumerable<(string Test, double? P)> PValues() =>
        [("student", Student?.P), ("welch", Welch?.P), ("paired", Paired?.P), ("mann_whitney", Ranks?.P)];

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
            Lift = two && Baseline.Mean != 0 ? RelativeLift.Of(Sample, Baseline, _options.Confidence) : null,
            Effect = Welch is null ? null : EffectSize.Of(Sample, Baseline),
            Bootstrap = Bootstrap,
            Dunnett = Dunnett,
            Equivalence = two && width > 0 ? EquivalenceTest.Of(Sample, Baseline, width) : null,
            Sequential = two && (_options.Sequential || _options.Test == PrimaryTest.Sequential)
                ? ConfidenceSequence.Of(Sample, Baseline, 1 - _options.Confidence, _options.SequentialTuning) : null,
            DetectableDifference = Welch is null ? null : Power.MinimalDetectableDifference(Sample, Baseline, _options.Power,
                1 - _options.Confidence),
            AchievedPower = Welch is null ? null : Power.OfWelch(Sample.Mean - Baseline.Mean, Sample, Baseline, 1 - _options.Confidence),
            Corrected = corrected,
            Notes = _notes,
        };
    }

    TTest Test(bool equalVariances)
    {
        var test = new TwoSampleTTest(Sample.Mean, Sample.Variance, Sample.N, Baseline.Mean, Baseline.Variance, Baseline.N, equalVariances);
        var (low, high) = test.GetConfidenceInterval(_options.Confidence);
        return new(test.Statistic, test.DegreesOfFreedom, test.PValue, test.StandardError, low, high);
    }
}
