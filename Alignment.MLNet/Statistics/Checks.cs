namespace Alignment.MLNet.Statistics;

// The refusals the statistics share: what was found, what is needed.
static class Checks
{
    // Between 0 and 1, both excluded.
    internal static void Fraction(string subject, double value, string hint)
    {
        if (!(value is > 0 and < 1)) throw UsageException.For(subject, Text(value), "a number between 0 and 1", hint);
    }

    internal static void Confidence(double value) => Fraction("The confidence", value, "0.95 is customary.");

    // Above 0 and finite.
    internal static void Positive(string subject, double value, string hint)
    {
        if (!(value > 0) || !double.IsFinite(value)) throw UsageException.For(subject, Text(value), "a finite number above 0", hint);
    }

    /// <summary>At least <paramref name="least"/> values with a finite mean and variance.</summary>
    internal static void Sample(string test, string group, Sample sample, long least = 2)
    {
        if (sample.N < least)
            throw BadDataException.For(test, $"{Text(sample.N)} values in {group}", $"at least {Text(least)}",
                "Collect more data, or leave the group out.");
        if (!double.IsFinite(sample.Mean) || sample.N > 1 && !double.IsFinite(sample.Variance))
            throw BadDataException.For(test, $"values in {group} that are infinite or too large to compute a variance", "finite numbers",
                "Correct the data.");
    }

    /// <summary>Every value finite, and at least <paramref name="least"/> of them.</summary>
    internal static void Values(string test, string group, ReadOnlySpan<double> values, int least)
    {
        if (values.Length < least)
            throw BadDataException.For(test, $"{Text(values.Length)} values in {group}", $"at least {Text(least)}",
                "Collect more data, or leave the group out.");
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i]))
                throw BadDataException.For(test, $"{Text(values[i])} as value {Text(i + 1)} of {group}", "finite numbers",
                    "Leave missing values out.");
    }

    internal static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
