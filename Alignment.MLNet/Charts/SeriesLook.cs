using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Charts;

/// <summary>A colour on white and on black, and a marker (SVG path data within 6 pixels about zero) for each series: Okabe and Ito's,
/// "Color Universal Design" (2008), without the yellow, which is faint on white, and three more; darkened a little on white and lightened
/// on black. The first is the ink's own.</summary>
sealed record SeriesLook(string Light, string Dark, string Shape)
{
    static readonly SeriesLook[] s_all =
    [
        new(Ink.Text, "", "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z"),
        new("#d98e00", "#f2b134", "M-4.5 -4.5H4.5V4.5H-4.5Z"),
        new("#3f9fd6", "#7cc8f2", "M0 -5.5L5.5 4.5H-5.5Z"),
        new("#009e73", "#1fc196", "M0 -6L6 0L0 6L-6 0Z"),
        new("#0065a8", "#4c9fe6", "M0 5.5L5.5 -4.5H-5.5Z"),
        new("#d55e00", "#f4813a", "M-2 -5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z"),
        new("#c2659a", "#e293bf", "M-3 -5.2H3L6 0L3 5.2H-3L-6 0Z"),
        new("#767676", "#b0b0b0", "M5.5 0L-4.5 5.5V-5.5Z"),
        new("#8b5a2b", "#c79a6b", "M-5.5 0L4.5 -5.5V5.5Z"),
        new("#6a3d9a", "#b39ddb", "M-5 -5H5L-5 5H5Z"),
    ];

    // One for each variant.
    static readonly int s_count = Math.Min(Variant.All.Count, s_all.Length);

    public static SeriesLook Of(int series) => s_all[series % s_count];

    // The class of a page's style that colours a series.
    public static string Class(int series) => Invariant($"c{series % s_count}");

    // "--c1: #d98e00; …" for a style sheet, all but the first.
    public static string Declared(Func<SeriesLook, string> colour) =>
        string.Join(' ', Enumerable.Range(1, s_count - 1).Select(i => $"--{Class(i)}: {colour(s_all[i])};"));

    public static string Classes => string.Join(' ',
        Enumerable.Range(0, s_count).Select(i => $".{Class(i)} {{ color: var(--{Class(i)}); }}"));
}
