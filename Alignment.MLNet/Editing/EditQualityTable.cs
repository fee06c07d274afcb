using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;

namespace Alignment.MLNet.Editing;

/// <summary>What all edits did to their stills, in one line of the manifest.</summary>
/// <param name="Pictures">Edited pictures that were measured; scenes without product are none.</param>
/// <param name="MeanPsnrDb">Over those with a finite ratio; null where there are none.</param>
/// <param name="MeanSsim">Over those large enough for it; null where there are none.</param>
/// <param name="MeanLpips">Over those that have it; null where there are none.</param>
/// <param name="BackgroundMaxDifference">The largest of all. It must be 0.</param>
/// <param name="Lpips">By which network, or why it is left out.</param>
sealed record EditQualitySummary(long Pictures, double? MeanPsnrDb, double? MeanSsim, double? MeanLpips, int BackgroundMaxDifference,
    string Lpips);

/// <summary>
/// <c>edited_scenes/edit_quality.csv</c> and, with the same rows, <c>edit_quality.json</c>: a row for every edited picture, from the record
/// beside it, in the order of the variants' scenes. Videos that a run leaves alone keep theirs.
/// </summary>
static class EditQualityTable
{
    public const string FileName = "edit_quality.csv", JsonName = "edit_quality.json";

    static readonly string[] s_columns = ["video_id", "scene_id", "variant", "region_pixels", "psnr_db", "ssim", "lpips", "red_drift",
        "green_drift", "blue_drift", "background_max_difference", "prompt", "negative_prompt", "seed"];

    // What of a record's recipe the table tells; records of older versions may lack some.
    sealed record Told
    {
        public string? Prompt { get; init; }

        public ToldSettings? Settings { get; init; }
    }

    sealed record ToldSettings
    {
        public ulong? Seed { get; init; }

        public string? NegativePrompt { get; init; }
    }

    /// <summary>Writes both files, row by row.</summary>
    /// <param name="folder">With the records.</param>
    /// <param name="scenes">All that may have some.</param>
    /// <param name="lpips">By which network LPIPS is measured, or why it is left out.</param>
    /// <param name="cancellationToken">Looked at before each row.</param>
    public static EditQualitySummary Write(EditedFolder folder, IEnumerable<SetScene> scenes, string lpips,
        CancellationToken cancellationToken)
    {
        EditQualitySummary? summary = null;
        AtomicFile.Write(Path.Combine(folder.Root, FileName),
            csv => AtomicFile.Write(Path.Combine(folder.Root, JsonName),
            json => summary = Write(csv, json, folder, scenes, lpips, cancellationToken), keepEqual: true), keepEqual: true);
        return summary!;
    }

    static EditQualitySummary Write(Stream csv, Stream jsonStream, EditedFolder folder, IEnumerable<SetScene> scenes, string lpips,
        CancellationToken cancellationToken)
    {
        Mean psnr = new(), ssim = new(), distance = new();
        long pictures = 0;
        int background = 0;
        using StreamWriter to = CsvRows.To(csv);
        using var json = new Utf8JsonWriter(jsonStream,
            new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        CsvRows.Write(to, s_columns);
        json.WriteStartObject();
        json.WriteStartArray("edits");
        foreach (SetScene scene in scenes)
            foreach (string variant in scene.Variants.Select(v => v.Variant.Name))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (OutputRecord.Read(folder.Record(variant, scene.VideoId, scene.SceneId)) is not { } record
                    || Facts(record) is not { Quality: { } q } facts) continue;
                Told? told = Part<Told>(record, "recipe");
                pictures++;
                background = Math.Max(background, q.BackgroundMaxDifference);
                psnr.Add(q.PsnrDb);
                ssim.Add(q.Ssim);
                distance.Add(q.Lpips);
                object?[] cells =
                [
                    scene.VideoId, scene.SceneId, variant, facts.RegionPixels, q.PsnrDb, q.Ssim, q.Lpips,
                        q.ColourDrift.ElementAtOrDefault(0), q.ColourDrift.ElementAtOrDefault(1), q.ColourDrift.ElementAtOrDefault(2),
                    (long)q.BackgroundMaxDifference, told?.Prompt, told?.Settings?.NegativePrompt, told?.Settings?.Seed,
                ];
                CsvRows.Write(to, [.. cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture) ?? "")]);
                Write(json, cells);
            }
        json.WriteEndArray();
        var summary = new EditQualitySummary(pictures, psnr.Value, ssim.Value, distance.Value, background, lpips);
        json.WritePropertyName("summary");
        JsonSerializer.Serialize(json, summary, JsonStyle.Record);
        json.WriteEndObject();
        json.Flush();
        jsonStream.WriteByte((byte)'\n');
        return summary;
    }

    static void Write(Utf8JsonWriter json, object?[] cells)
    {
        json.WriteStartObject();
        for (int i = 0; i < cells.Length; i++)
            switch (cells[i])
            {
                case null: json.WriteNull(s_columns[i]); break;
                case string text: json.WriteString(s_columns[i], text); break;
                case long number: json.WriteNumber(s_columns[i], number); break;
                case ulong number: json.WriteNumber(s_columns[i], number); break;
                case double number: json.WriteNumber(s_columns[i], number); break;
            }
        json.WriteEndObject();
    }

    static EditFacts? Facts(JsonObject record) => Part<EditFacts>(record, "facts");

    // Null where the record is damaged there or foreign: then nothing is told.
    static T? Part<T>(JsonObject record, string part) where T : class
    {
        try
        {
            return OutputRecord.PartOf<T>(record, part);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    // A mean of those numbers that are there.
    sealed class Mean
    {
        double _sum;
        long _count;

        public void Add(double? number)
        {
            if (number is { } n) (_sum, _count) = (_sum + n, _count + 1);
        }

        public double? Value => _count == 0 ? null : Math.Round(_sum / _count, 4);
    }
}
