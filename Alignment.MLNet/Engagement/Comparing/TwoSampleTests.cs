using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Engagement.Comparing;

// One test of a variant against the baseline. Console choices, tables, prose and report derive from it.
sealed record TwoSampleTest(PrimaryTest Test, string Title, string Heading, Func<VariantTests, TestAnswer?> Answer)
{
    public string Name { get; } = JsonNamingPolicy.SnakeCaseLower.ConvertName(Test.ToString());
    public string? Hint { get; init; }
    public Func<string, string>? Methods { get; init; }
    public bool WithinUnits { get; init; }
    public bool EqualVariances { get; init; }

    /// <summary>What is missing where <see cref="Answer"/> is null (null: the title), and why.</summary>
    public string? Missing { get; init; }

    public string WhyNot { get; init; } = "these values do not allow it";
    public Func<VariantTests, double?>? P { get; init; }

    public (string Name, Func<VariantComparison, double?> Cell)[]? OwnColumns { get; init; }

    public IReadOnlyList<(string Name, Func<VariantComparison, double?> Cell)> Columns => OwnColumns ??
    [
        ($"{Name}_difference", c => Of(c)?.Estimate), ($"{Name}_statistic", c => Of(c)?.Statistic), ($"{Name}_df", c => Of(c)?.Df),
        ($"{Name}_p", c => Of(c)?.P), ($"{Name}_low", c => Of(c)?.Interval.Low), ($"{Name}_high", c => Of(c)?.Interval.High),
    ];

    public Func<VariantComparison, double?>? ReportedP => Columns.FirstOrDefault(c => c.Name == Name + "_p").Cell;

    TestAnswer? Of(VariantComparison c) => c.Tests?.GetValueOrDefault(Name);
}

/// <summary>The table of tests of one variant against the baseline. A new one is a member of <see cref="PrimaryTest"/>, a row here, and its
/// arithmetic in Statistics.</summary>
static class TwoSampleTests
{
    public static readonly IReadOnlyList<TwoSampleTest> All =
    [
        new(PrimaryTest.Student, "Student's t-test", "Student",
            t => t.Student is { } s ? t.ByT(s.T * s.StandardError, s.StandardError, s.T, s.Df, s.P) : null)
        {
            EqualVariances = true,
            P = t => t.Student?.P,
            OwnColumns = [("student_t", c => c.Student?.T), ("student_df", c => c.Student?.Df), ("student_p", c => c.Student?.P),
                ("student_low", c => c.Student?.Low), ("student_high", c => c.Student?.High)],
        },
        new(PrimaryTest.Welch, "Welch's t-test", "Welch",
            t => t.Welch is { } w ? t.ByT(t.Difference, w.StandardError, w.T, w.Df, w.P) : null)
        {
            Methods = _ => "Welch's t-test (1947)",
            P = t => t.Welch?.P,
            OwnColumns = [("welch_t", c => c.Welch?.T), ("welch_df", c => c.Welch?.Df), ("welch_p", c => c.Welch?.P),
                ("welch_low", c => c.Welch?.Low), ("welch_high", c => c.Welch?.High)],
        },
        new(PrimaryTest.Paired, "paired t-test by video", "paired by video",
            t => t.Paired is { } p ? t.ByT(p.Difference, p.StandardError, p.T ?? double.PositiveInfinity, p.Pairs - 1, p.P) : null)
        {
            Hint = "by video",
            Methods = unit => $"the paired t-test over {unit}s shown in both",
            WithinUnits = true,
            Missing = "paired test",
            WhyNot = "too few videos have both, or videos were not kept apart",
            P = t => t.Paired?.P,
            OwnColumns = [("paired_n", c => c.Paired?.Pairs), ("paired_difference", c => c.Paired?.Difference),
                ("paired_t", c => c.Paired?.T), ("paired_p", c => c.Paired?.P), ("paired_low", c => c.Paired?.Low),
                ("paired_high", c => c.Paired?.High)],
        },
        // Ranks give the p-value; the interval is Welch's.
        new(PrimaryTest.MannWhitney, "Mann–Whitney test", "Mann–Whitney", t => t.Ranks is { } r && t.Welch is { } w
            ? t.ByT(t.Difference, w.StandardError, r.Z, null, r.P) with { Df = w.Df, Interval = new(w.Low, w.High) } : null)
        {
            Methods = _ =>
                "the Mann–Whitney test (1947; tie and continuity corrections), with Welch's interval of the difference of means",
            P = t => t.Ranks?.P,
            OwnColumns = [("mann_whitney_u", c => c.MannWhitney?.U), ("mann_whitney_p", c => c.MannWhitney?.P),
                ("superiority", c => c.MannWhitney?.Superiority)],
        },
        new(PrimaryTest.Sequential, "confidence sequence", "always-valid", t => t.Welch is { } w
            ? TestAnswer.Looks(t.Sample.N + t.Baseline.N, t.Difference, w.StandardError, t.Options) : null)
        {
            Hint = "may be looked at any time",
            Methods = _ => "always-valid asymptotic confidence sequences (Waudby-Smith et al., arXiv 2103.06476)",
            P = _ => null,
            OwnColumns = [],   // it stands in columns of its own, also beside another answer
        },
    ];

    public static IEnumerable<TwoSampleTest> Choices => All.OrderBy(t => t.Test);

    public static TwoSampleTest Of(PrimaryTest test) => All.First(t => t.Test == test);
}
