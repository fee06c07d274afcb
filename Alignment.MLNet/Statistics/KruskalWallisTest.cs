namespace Alignment.MLNet.Statistics;

/// <summary>The Kruskal–Wallis test: whether several groups differ in location, by ranks (<i>JASA</i> 47, 1952), corrected for
/// ties.</summary>
/// <param name="H">[12 / (N(N + 1)) · Σ Rᵢ²/nᵢ − 3(N + 1)] / [1 − Σ(t³ − t) / (N³ − N)]; 0 where all values are equal.</param>
/// <param name="Df">k − 1.</param>
/// <param name="P">P(χ² ≥ H).</param>
sealed record KruskalWallisTest(double H, double Df, double P)
{
    public static KruskalWallisTest Of(IReadOnlyList<double[]> groups)
    {
        for (int g = 0; g < groups.Count; g++) Checks.Values("The Kruskal–Wallis test", $"group {Checks.Text(g + 1)}", groups[g], 0);
        double[][] used = [.. groups.Where(g => g.Length > 0)];
        if (used.Length < 2)
            throw BadDataException.For("The Kruskal–Wallis test", $"{Checks.Text(used.Length)} groups with values", "two or more",
                "Collect more data.");
        Ranks ranks = Ranks.Of(used);
        double n = ranks.N, spread = 0;
        for (int g = 0; g < used.Length; g++)
        {
            // Σ nᵢ (R̄ᵢ − R̄)²: the textbook's difference of two large numbers without the cancellation.
            double off = ranks.Sums[g] / used[g].Length - (n + 1) / 2;
            spread += off * off * used[g].Length;
        }
        double untied = 1 - ranks.Ties / (n * n * n - n);
        double h = untied <= 0 || spread == 0 ? 0 : 12 / (n * (n + 1)) * spread / untied;
        return new(h, used.Length - 1, Tails.ChiSquareUpper(h, used.Length - 1));
    }
}
