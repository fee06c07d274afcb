using System.Runtime.CompilerServices;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using static System.FormattableString;

namespace Alignment.MLNet.Engagement.Planning;

public enum PowerDesign
{
    /// <summary>Independent rows (Welch's and Student's tests).</summary>
    Means,

    /// <summary>The same units in both variants; sizes are pairs.</summary>
    Paired,

    /// <summary>Independent trials (z test of two proportions).</summary>
    Proportions,
}

/// <summary>A design of which one number is wanted: size or effect.</summary>
public sealed record PowerQuestion
{
    public PowerDesign Design { get; init; }

    /// <summary>In the metric's units; null to ask for it.</summary>
    public double? Effect { get; init; }

    /// <summary>Rows (pairs, trials) of each variant; null to ask for it.</summary>
    public double? Size { get; init; }

    /// <summary>Of the rows; of a paired design that of one variant, or without <see cref="Correlation"/> of the differences.</summary>
    public double Sd { get; init; } = 1;

    /// <summary>Of a unit's two values (paired).</summary>
    public double? Correlation { get; init; }

    /// <summary>The baseline's (proportions).</summary>
    public double Rate { get; init; }

    public double Power { get; init; } = 0.8;

    /// <summary>Of the family, two-sided.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>Corrected together, each at α divided by it: right for Bonferroni, safe for Holm.</summary>
    public int Comparisons { get; init; } = 1;

    /// <summary>Rows of the baseline for each row of a variant (means).</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>With a covariate measured before: CUPED and ANCOVA leave 1 − ρ² of the variance.</summary>
    public double CovariateCorrelation { get; init; }

    /// <summary>Intraclass correlation of rows of one video.</summary>
    public double Icc { get; init; }

    /// <summary>In one variant; sizes grow by 1 + (rows − 1) · ICC (Kish, <i>Survey Sampling</i>, 1965).</summary>
    public double RowsPerVideo { get; init; } = 1;
}

/// <summary>A point of the curve of power against size.</summary>
public readonly record struct PowerPoint(double Size, double Power);

/// <summary>A design with all its numbers.</summary>
/// <param name="Size">Rows (pairs, trials) of each variant.</param>
/// <param name="Standardized">Cohen's d (of the differences, if paired); for rates h = 2 arcsin √p₁ − 2 arcsin √p₀.</param>
/// <param name="Power">With the whole size.</param>
/// <param name="AlphaEach">Level of each comparison.</param>
public sealed record PowerAnswer(PowerQuestion Question, long Size, long BaselineSize, double Effect, double Standardized, double Power,
    double AlphaEach, IReadOnlyList<PowerPoint> Curve, string Sentence);

/// <summary>How many, or how small: the design of an experiment.</summary>
public static class PowerStudy
{
    const double MostRows = 1e12;

    /// <summary>Answers a question.</summary>
    /// <exception cref="UsageException">Not exactly one of effect and size is given, or a number is out of range.</exception>
    public static PowerAnswer Of(PowerQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        Check(question);
        double alpha = question.Alpha / question.Comparisons, grown = 1 + (question.RowsPerVideo - 1) * question.Icc;
        double size, effect;
        if (question.Effect is { } wanted)
        {
            effect = wanted;
            size = Math.Ceiling(grown * Sizes(question, wanted, alpha) - 1e-9);
        }
        else
        {
            size = question.Size!.Value;
            effect = Detectable(question, size / grown, alpha);
        }
        double At(double n) => PowerAt(question, effect, n / grown, alpha);
        double baseline = question.Design == PowerDesign.Means ? Math.Ceiling(size * question.Ratio - 1e-9) : size;
        PowerPoint[] curve = [.. Enumerable.Range(1, 40).Select(i => Math.Max(2, Math.Round(size * i / 20.0))).Distinct()
            .Select(n => new PowerPoint(n, At(n)))];
        double standardized = question.Design == PowerDesign.Proportions
            ? 2 * (Math.Asin(Math.Sqrt(question.Rate + effect)) - Math.Asin(Math.Sqrt(question.Rate))) : effect / Spread(question);
        double power = At(size);
        return new(question, (long)size, (long)baseline, effect, standardized, power, alpha, curve,
            Sentence(question, size, baseline, effect, power, alpha));
    }

    /// <summary>Sizes for several powers, as asked and without correction.</summary>
    public static IEnumerable<(double Power, long Size, long SizeUncorrected)> Table(PowerAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        foreach (double power in new[] { 0.5, 0.7, 0.8, 0.9, 0.95 })
        {
            PowerQuestion q = answer.Question with { Effect = answer.Effect, Size = null, Power = power };
            yield return (power, Of(q).Size, Of(q with { Comparisons = 1 }).Size);
        }
    }

    static double Sizes(PowerQuestion q, double effect, double alpha) => q.Design switch
    {
        PowerDesign.Paired => Statistics.Power.PairedSampleSize(effect / Spread(q), q.Power, alpha),
        PowerDesign.Proportions => Statistics.Power.ProportionSampleSize(q.Rate + effect, q.Rate, q.Power, alpha),
        _ => Statistics.Power.SampleSize(effect / Spread(q), q.Power, alpha, q.Ratio),
    };

    static double PowerAt(PowerQuestion q, double effect, double n, double alpha)
    {
        switch (q.Design)
        {
            case PowerDesign.Paired:
                return n <= 1 ? 0 : Statistics.Power.Of(Math.Abs(effect) / Spread(q) * Math.Sqrt(n), n - 1, alpha);
            case PowerDesign.Proportions:
                double p1 = q.Rate + effect, mean = q.Rate + effect / 2;
                // The sample-size formula solved for the power, so that the two agree.
                double z = (Math.Abs(effect) * Math.Sqrt(n) - Tails.NormalQuantile(1 - alpha) * Math.Sqrt(2 * mean * (1 - mean)))
                    / Math.Sqrt(p1 * (1 - p1) + q.Rate * (1 - q.Rate));
                return Tails.Normal(z);
            default:
                double df = n * (1 + q.Ratio) - 2;
                return df <= 0 ? 0 : Statistics.Power.Of(Math.Abs(effect) / Spread(q)
                    * Math.Sqrt(n * (q.Ratio / (1 + q.Ratio))), df, alpha);
        }
    }

    static double Detectable(PowerQuestion q, double n, double alpha)
    {
        double low = 0, high = q.Design == PowerDesign.Proportions ? (1 - q.Rate) * (1 - 1e-9) : Spread(q);
        if (q.Design == PowerDesign.Proportions)
        {
            if (PowerAt(q, high, n, alpha) < q.Power)
                throw UsageException.For($"{OptionName.Of<PowerQuestion>(nameof(PowerQuestion.Size))}", Text.Count(n), "more trials",
                    "With so few no rate is found with that power.");
        }
        else
            while (PowerAt(q, high, n, alpha) < q.Power)
                if ((high *= 2) > 1e12 * Spread(q)) throw UsageException.For($"{OptionName.Of<PowerQuestion>(nameof(PowerQuestion.Size))}",
                    Text.Count(n), "2 or more", "With so few no effect is found with that power.");
        return Roots.Find(e => PowerAt(q, e == 0 ? 1e-300 : e, n, alpha) - q.Power, low, high, relative: 1e-12);
    }

    // Of one row, or of one difference.
    static double Spread(PowerQuestion q)
    {
        double sd = q.Sd * Math.Sqrt(1 - q.CovariateCorrelation * q.CovariateCorrelation);
        return q.Design == PowerDesign.Paired && q.Correlation is { } rho ? sd * Math.Sqrt(2 * (1 - rho)) : sd;
    }

    static string Sentence(PowerQuestion q, double size, double baseline, double effect, double power, double alpha)
    {
        string rows = q.Design switch
        {
            PowerDesign.Paired => "pairs",
            PowerDesign.Proportions => "trials in each variant",
            _ => baseline == size ? "rows in each variant" : $"rows in each variant and {Text.Count(baseline)} of the baseline"
        };
        string test = q.Design switch
        {
            PowerDesign.Paired => "paired t-test",
            PowerDesign.Proportions => "z test of two proportions",
            _ => "t-test"
        };
        string corrected = q.Comparisons > 1 ? Invariant($", at {alpha:0.#####} each for {q.Comparisons} comparisons") : "";
        string found = q.Design == PowerDesign.Proportions
            ? Invariant($"a rate of {q.Rate + effect:0.######} against {q.Rate:0.######}")
            : Invariant($"a difference of {effect:0.######}");
        return $"{Text.Count(size)} {rows} find {found} "
            + Invariant($"with power {power:0.000} (two-sided {test}, level {q.Alpha:0.####}{corrected}).");
    }

    static void Check(PowerQuestion q)
    {
        q.Require(q.Effect is null ? "neither an effect nor a size" : "an effect and a size", q.Effect is null != q.Size is null,
            "one of the two",
            "Give the effect to learn the size, or the size to learn the effect.", nameof(q.Effect));
        Positive(q.Sd, "Take it from earlier data of the same metric.");
        Fraction(q.Alpha, "0.05 is customary.");
        Positive(q.Ratio, "1 is a balanced design.");
        q.Require(q.Comparisons, q.Comparisons >= 1, "1 or more",
            $"{Text.Capitalize(NumberWords.Of(Variant.All.Count - 1))} variants against a baseline are "
            + $"{Text.Count(Variant.All.Count - 1)}.");
        q.Require(q.Power, q.Power > q.Alpha / q.Comparisons && q.Power < 1, "a number between the level and 1", "0.8 is customary.");
        q.Require(q.Effect, q.Effect is not { } e || e != 0 && double.IsFinite(e), "a finite number other than 0",
            "No sample finds a difference of nothing.");
        q.Require(q.Size, q.Size is not { } n || n is >= 2 and <= MostRows && n == Math.Floor(n), "a whole number from 2 to 10¹²",
            "Give rows of each variant.");
        // What a design has no place for is refused, not passed over.
        q.Require(q.Ratio, q.Design == PowerDesign.Means || q.Ratio == 1, "none with paired units or rates",
            "It is for means of independent rows.");
        bool rates = q.Design == PowerDesign.Proportions;
        const string spread =
            "A rate has its spread in itself. For a rate by video give its standard deviation between videos instead of the rate.";
        q.Require(q.Sd, !rates || q.Sd == 1, "none with rates", spread);
        q.Require(q.CovariateCorrelation, !rates || q.CovariateCorrelation == 0, "none with rates", spread);
        q.Require(q.Icc > 0 ? "an ICC without rows per video" : "rows per video without an ICC", q.Icc > 0 == q.RowsPerVideo > 1,
            "both or none",
            "Rows of one video cost 1 + (rows − 1) · ICC together.", nameof(q.Icc));
        if (rates)
        {
            Fraction(q.Rate, "A rate of 5 % is 0.05.");
            if (q.Effect is { } d) Fraction(q.Rate + d, "The effect is a difference of rates: from 5 % to 6 % it is 0.01.",
                nameof(q.Effect));
        }
        q.Require(q.Correlation, q.Correlation is null or (> -1 and < 1), "a number between −1 and 1",
            "0.5 is common for one person's values.");
        q.Require(q.CovariateCorrelation, q.CovariateCorrelation is > -1 and < 1, "a number between −1 and 1",
            "0.5 is common for one person's values.");
        q.Require(q.Icc, q.Icc is >= 0 and < 1, "0 to below 1", "'alignment analyze' reports the ICC of earlier data.");
        q.Require(q.RowsPerVideo, q.RowsPerVideo >= 1, "1 or more", "It goes with the intraclass correlation.");

        void Positive(double found, string advice, [CallerArgumentExpression(nameof(found))] string property = "") =>
            q.Require(found, found > 0 && double.IsFinite(found), "a finite number above 0", advice, property);
        void Fraction(double found, string advice, [CallerArgumentExpression(nameof(found))] string property = "") =>
            q.Require(found, found is > 0 and < 1, "a number between 0 and 1", advice, property);
    }
}
