namespace Alignment.MLNet.Statistics;

/// <summary>Sample-ratio mismatch: whether the variants have the shares of rows they were assigned, by Pearson's χ². A mismatch means rows
/// were lost or gained selectively; no comparison can then be trusted (Fabijan et al., KDD 2019; p &lt; 0.001 is the customary
/// alarm).</summary>
/// <param name="ChiSquare">Σ (observed − expected)² / expected.</param>
/// <param name="Df">Groups − 1.</param>
/// <param name="P">P(χ² ≥ statistic).</param>
sealed record SampleRatioTest(double ChiSquare, double Df, double P)
{
    /// <param name="counts">Rows per variant, 0 or more, two variants or more, not all 0.</param>
    /// <param name="shares">What each was to have, in any unit, above 0; null for equal shares.</param>
    public static SampleRatioTest Of(IReadOnlyList<long> counts, IReadOnlyList<double>? shares = null)
    {
        double rows = counts.Sum(c => (double)c);
        if (counts.Count < 2 || !(rows > 0) || counts.Any(c => c < 0))
            throw BadDataException.For("The sample-ratio test", $"{Checks.Text(counts.Count)} counts with the sum {Checks.Text(rows)}",
                "two counts or more, none negative, one above 0", "Check the variants' rows.");
        if (shares is not null && (shares.Count != counts.Count || shares.Any(s => !(s > 0) || !double.IsFinite(s))))
            throw BadDataException.For("The sample-ratio test", $"{Checks.Text(shares.Count)} shares",
                $"{Checks.Text(counts.Count)} finite numbers above 0", "Give one share per variant.");
        double whole = shares?.Sum() ?? counts.Count, chi = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            double expected = rows * ((shares?[i] ?? 1) / whole), off = counts[i] - expected;
            chi += off * off / expected;
        }
        return new(chi, counts.Count - 1, Tails.ChiSquareUpper(chi, counts.Count - 1));
    }
}
