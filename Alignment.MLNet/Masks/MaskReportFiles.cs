using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Masks;

/// <summary><c>masks.csv</c>, a row for every mask, and <c>masks.json</c>, the whole in numbers. A run that changes nothing leaves them
/// alone.</summary>
static class MaskReportFiles
{
    public const string Csv = "masks.csv", Json = "masks.json";

    public static void WriteCsv(string folder, IEnumerable<MaskRow> rows) => AtomicFile.Write(Path.Combine(folder, Csv), stream =>
    {
        using StreamWriter to = CsvRows.To(stream);
        CsvRows.Write(to, "video_id", "scene_number", "keyword", "origin", "area_percent", "empty", "full", "components", "neighbour_iou",
            "mask_path");
        foreach (MaskRow row in rows)
            CsvRows.Write(to, row.VideoId, Invariant($"{row.SceneNumber}"), row.Keyword, Name(row.Origin),
                (100 * row.Area).ToString("0.###", CultureInfo.InvariantCulture),
                row.Empty ? "1" : "0", row.Full ? "1" : "0", Invariant($"{row.Components}"),
                row.NeighbourIou?.ToString("0.####", CultureInfo.InvariantCulture) ?? "", row.MaskPath);
    }, keepEqual: true);

    // Says what there is, not which run wrote it: a run with nothing to do leaves the file as it was.
    public static void WriteJson(string folder, MaskResult report) =>
        AtomicFile.WriteText(Path.Combine(folder, Json),
        JsonSerializer.Serialize(report with { Made = report.Made + report.UpToDate, UpToDate = 0 }, JsonStyle.Record) + "\n",
        keepEqual: true);

    static string Name(MaskOrigin origin) => origin switch { MaskOrigin.Existing => "existing", _ => "clipseg" };
}
