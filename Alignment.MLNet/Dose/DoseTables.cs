using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

// The smaller tables of a report, and how their cells are written.
static class DoseTables
{
    static readonly string[] s_byVariant =
    [
        "variant", "predictor", "dose", "low", "high", "standard_error", "df", "p", "interval", "scenes", "videos", "dose_acted_on",
        "acted_on_low", "acted_on_high", "acted_on_scenes", "asked_acted_on", "part_of_asked", "part_low", "part_high", "alignment_dose",
        "alignment_low", "alignment_high", "share_before", "share_after", "alignment_before", "alignment_after", "target_share",
        "target_share_baseline", .. SaliencyMetrics.All.Select(m => m.Name),
    ];

    static readonly string[] s_byVideo = ["video_id", "variant", "predictor", "scenes", "acted_on_scenes", "share_before", "share_baseline",
        "share_after", "dose", "dose_acted_on", "asked"];

    // The baseline's dose is 0: it is what the others are compared with.
    public static void ByVariant(string path, DoseReport report) => Write(path, s_byVariant, report.Variants.Select(v =>
    {
        bool reference = v.Dose is null;
        IEnumerable<string> Or0(params double?[] values) => values.Select(x => reference ? "0" : Number(x));
        int videos = v.Dose?.Videos
            ?? report.Videos.Count(x => x.Scenes > 0 && x.Variant == v.Variant && x.Predictor == v.Predictor);
        DoseEstimate? part = v.Manipulation?.PartOfAsked;
        return (string[])
        [
            v.Variant, CsvCell.Guard(v.Predictor), .. Or0(v.Dose?.Value, v.Dose?.Low, v.Dose?.High, v.Dose?.StandardError),
            Number(v.Dose?.Df), Number(v.Dose?.P), v.Dose?.Method.ToString() ?? "Reference",
            .. Numbers(v.Scenes, videos, v.DoseActedOn?.Value, v.DoseActedOn?.Low, v.DoseActedOn?.High, v.ActedOn, v.Manipulation?.Asked,
                part?.Value, part?.Low, part?.High),
            .. Or0(v.AlignmentDose?.Value, v.AlignmentDose?.Low, v.AlignmentDose?.High),
            .. Numbers(v.ShareBefore, v.ShareAfter, v.AlignmentBefore, v.AlignmentAfter, v.TargetShare, v.TargetShareBaseline),
            .. Numbers([.. ByMetric(v.Agreement)]),
        ];
    }));

    public static void ByVideo(string path, DoseReport report) => Write(path, s_byVideo, report.Videos.Select(v => (string[])
    [
        CsvCell.Guard(v.VideoId), v.Variant, CsvCell.Guard(v.Predictor),
        .. Numbers(v.Scenes, v.ActedOn, v.ShareBefore, v.ShareBaseline, v.ShareAfter, v.Dose, v.DoseActedOn, v.Asked),
    ]));

    public static void Write(string path, string[] columns, IEnumerable<string[]> rows) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter to = CsvRows.To(stream);
        CsvRows.Write(to, columns);
        foreach (string[] row in rows) CsvRows.Write(to, row);
    }, keepEqual: true);

    // In the order of the metrics' table.
    public static IEnumerable<double?> ByMetric(IReadOnlyDictionary<string, double?>? agreement) =>
        SaliencyMetrics.All.Select(m => agreement?.GetValueOrDefault(m.Name));

    public static IEnumerable<string> Numbers(params double?[] values) => values.Select(Number);

    // Every digit, so that sums can be checked; empty where there is none.
    static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
