using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Charts;

/// <summary>
/// A colour a series: Okabe and Ito's, "Color Universal Design" (2008), without the yellow, which is faint on
/// white; three more for tables of more variants.
/// Pages darken them a little on white and lighten them on black; the first is the ink's.
/// </summary>
static class SeriesColours
{
    static readonly (string Plot, string Light, string Dark)[] s_all =
    [
        ("#000000", "", ""), ("#E69F00", "#d98e00", "#f2b134"), ("#56B4E9", "#3f9fd6", "#7cc8f2"), ("#009E73", "#009e73", "#1fc196"),
        ("#0072B2", "#0065a8", "#4c9fe6"), ("#D55E00", "#d55e00", "#f4813a"), ("#CC79A7", "#c2659a", "#e293bf"),
        ("#7F7F7F", "#767676", "#b0b0b0"), ("#8B5A2B", "#8b5a2b", "#c79a6b"), ("#6A3D9A", "#6a3d9a", "#b39ddb"),
    ];

    /// <summary>One for each variant.</summary>
    public static int Count { get; } = Math.Min(Variant.All.Count, s_all.Length);

    public static (string Plot, string Light, string Dark) Of(int series) => s_all[series % Count];

    /// <summary>"--c1: #d98e00; …", all but the first.</summary>
    public static string Declared(Func<(string Plot, string Light, string Dark), string> colour) =>
        string.Join(' ', Enumerable.Range(1, Count - 1).Select(i => FormattableString.Invariant($"--c{i}: {colour(s_all[i])};")));

    /// <summary>The classes <c>.c0</c>, <c>.c1</c>, … of a page's style.</summary>
    public static string Classes => string.Join(' ', Enumerable.Range(0, Count).Select(i => FormattableString.Invariant($".c{i} {{ color: var(--c{i}); }}")));
}
