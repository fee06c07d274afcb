using System.Globalization;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

/// <summary>The smaller tables of a report, and how their cells are written.</summary>
static class DoseTables
{
    static readonly string[] s_byVariant =
    [
        "variant", "predictor", "dose", "low", "high", "standard_error", "df", "p", "interval", "scenes", "videos",
        "dose_acted_on", "acted_on_low", "acted_on_high", "acted_on_scenes", "asked_acted_on", "part_of_asked", "part_low", "part_high",
        "alignment_dose", "alignment_low", "alignment_high", "share_before", "share_after", "alignment_before", "alignment_after",
            "target_share", "target_share_baseline",
        .. SaliencyMetrics.All.Select(m => m.Name),
    ];

    static readonly string[] s_byVideo = ["video_id", "variant", "predictor", "scenes", "acted_on_scenes", "share_before", "share_baseline",
        "share_after", "dose", "dose_acted_on", "asked"];

    /// <summary>One line a variant and predictor. The baseline's dose is 0: it is what the others are compared with.</summary>
    public static void ByVariant(string path, DoseReport report) => Write(path, s_byVariant, to =>
    {
        foreach (VariantDose v in report.Variants)
        {
            bool reference = v.Dose is null;
            string Or0(double? value) => reference ? "0" : Number(value);
            CsvRows.Write(to,
            [
                v.Variant, CsvCell.Guard(v.Predictor), Or0(v.Dose?.Value), Or0(v.Dose?.Low), Or0(v.Dose?.High),
                Or0(v.Dose?.StandardError), Number(v.Dose?.Df), Number(v.Dose?.P), reference ? "Reference" : v.Dose!.Method.ToString(),
                Number(v.Scenes),
                Number(reference ? report.Videos.Count(x => x.Scenes > 0 && x.Variant == v.Variant && x.Predictor == v.Predictor)
                    : v.Dose!.Videos),
                .. new[]
                {
                    v.DoseActedOn?.Value, v.DoseActedOn?.Low, v.DoseActedOn?.High, v.ActedOn, v.Manipulation?.Asked,
                    v.Manipulation?.PartOfAsked?.Value, v.Manipulation?.PartOfAsked?.Low, v.Manipulation?.PartOfAsked?.High,
                }.Select(Number),
                Or0(v.AlignmentDose?.Value), Or0(v.AlignmentDose?.Low), Or0(v.AlignmentDose?.High),
                .. new double?[]
                {
                    v.ShareBefore, v.ShareAfter, v.AlignmentBefore, v.AlignmentAfter, v.TargetShare, v.TargetShareBaseline,
                }.Concat(v.Agreement?.Means.Values ?? new double?[SaliencyMetrics.All.Count]).Select(Number),
            ]);
        }
    });

    /// <summary>One line a video, variant and predictor.</summary>
    public static void ByVideo(string path, DoseReport report) => Write(path, s_byVideo, to =>
    {
        foreach (VideoDose v in report.Videos)
            CsvRows.Write(to, CsvCell.Guard(v.VideoId), v.Variant, CsvCell.Guard(v.Predictor), Number(v.Scenes), Number(v.ActedOn),
                Number(v.ShareBefore), Number(v.ShareBaseline), Number(v.ShareAfter), Number(v.Dose), Number(v.DoseActedOn),
                Number(v.Asked));
    });

    public static void Write(string path, string[] columns, Action<TextWriter> rows) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter to = CsvRows.To(stream);
        CsvRows.Write(to, columns);
        rows(to);
    }, keepEqual: true);

    /// <summary>Every digit, so that sums can be checked; empty where there is none.</summary>
    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
