using System.Text.Encodings.Web;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Audit;

// Writes findings and scenes as they come: nothing is kept.
sealed class AuditTables : IDisposable
{
    static readonly JsonWriterOptions s_json = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    readonly StreamWriter _findings, _scenes;
    readonly Utf8JsonWriter _json;

    public AuditTables(Stream findings, Stream scenes, Stream json)
    {
        (_findings, _scenes, _json) = (CsvRows.To(findings), CsvRows.To(scenes), new(json, s_json));
        CsvRows.Write(_findings, "severity", "kind", "video_id", "scene_number", "found", "expected", "what_to_do", "related_scene",
            "file");
        CsvRows.Write(_scenes, "video_id", "scene_number", "keyword", "still_size", "mask_size", "heatmap_size", "mask_format",
            "product_share", "mask_between_share",
            "heatmap_min", "heatmap_max", "heatmap_white_share", "alignment_score", "attention_share", "attention_share_boosted",
            "perceptual_hash", "attention_origin");
        _json.WriteStartObject();
        _json.WriteStartArray("findings");
    }

    public void Write(AuditFinding f)
    {
        CsvRows.Write(_findings, Name(f.Severity), f.Kind.ToString(), f.VideoId ?? "", N(f.SceneNumber), f.Found, f.Expected, f.Next,
            f.Related ?? "", f.File ?? "");
        _json.WriteStartObject();
        _json.WriteString("kind", f.Kind.ToString());
        _json.WriteString("severity", Name(f.Severity));
        if (f.VideoId is not null) _json.WriteString("video_id", f.VideoId);
        if (f.SceneNumber is { } number) _json.WriteNumber("scene_number", number);
        _json.WriteString("found", f.Found);
        _json.WriteString("expected", f.Expected);
        _json.WriteString("what_to_do", f.Next);
        if (f.Related is not null) _json.WriteString("related_scene", f.Related);
        if (f.File is not null) _json.WriteString("file", f.File);
        _json.WriteEndObject();
        if (_json.BytesPending > 1 << 16) _json.Flush();
    }

    public void Write(SceneRecord scene, SceneFacts facts, HeatmapProvenance origin)
    {
        PixelFacts? p = facts.Pixels;
        CsvRows.Write(_scenes, scene.VideoId, N(scene.SceneNumber), scene.Keyword, Size(facts.Still), Size(facts.Mask), Size(facts.Heatmap),
            facts.Mask.Format == PictureFormat.Jpeg ? "jpeg" : "png",
            N(p?.ProductShare), N(p?.MaskBetween), N(p?.HeatmapLeast), N(p?.HeatmapMost), N(p?.HeatmapWhite), N(p?.Before.Alignment),
            N(p?.Before.Share), N(p?.Boosted.Share),
            p?.Hash.ToString("x16", CultureInfo.InvariantCulture) ?? "", origin.ToString());
    }

    public void Finish(AuditResult audit, AuditOptions options, IReadOnlyList<VideoFacts> videos)
    {
        ValidationResult validation = audit.Validation;
        _json.WriteEndArray();
        _json.WriteNumber("format", 1);
        _json.WriteString("data_folder", validation.DataFolder);
        _json.WriteBoolean("deep", options.Deep);
        _json.WriteNumber("videos", validation.Videos);
        _json.WriteNumber("valid_videos", validation.ValidVideos);
        _json.WriteNumber("scenes", validation.Scenes);
        _json.WriteNumber("valid_scenes", validation.ValidScenes);
        _json.WriteNumber("errors", audit.Errors);
        _json.WriteNumber("warnings", audit.Warnings);
        _json.WriteNumber("notes", audit.Notes);
        _json.WriteStartObject("attention");
        _json.WriteNumber("measured", validation.Attention.Measured);
        _json.WriteNumber("predicted", validation.Attention.Predicted);
        if (validation.Attention.Drawn > 0) _json.WriteNumber("drawn", validation.Attention.Drawn);
        _json.WriteNumber("provided", validation.Attention.Provided);
        _json.WriteStartArray("by");
        foreach (string by in validation.Attention.By) _json.WriteStringValue(by);
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteStartObject("counts");
        foreach (var (kind, count) in audit.Counts) _json.WriteNumber(kind.ToString(), count);
        _json.WriteEndObject();
        _json.WriteStartArray("per_video");
        foreach (VideoFacts v in videos) Video(v);
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    void Video(VideoFacts v)
    {
        _json.WriteStartObject();
        _json.WriteString("video_id", v.Id);
        _json.WriteNumber("valid_scenes", v.Scenes);
        if (v.Scenes > 0) _json.WriteString("split", v.Trained ? "train" : "validation");
        else _json.WriteNull("split");
        for (int s = 0; s < v.Findings.Length; s++) _json.WriteNumber(Name((AuditSeverity)s) + "s", v.Findings[s]);
        if (v.Windows is { } windows)
        {
            _json.WriteStartObject("windows");
            for (int w = 0; w < windows.Count; w++)
            {
                _json.WriteStartObject(TemporalWindows.Names[w]);
                _json.WriteNumber("scenes", windows[w].Scenes);
                _json.WriteNumber("with_product", windows[w].WithProduct);
                _json.WriteEndObject();
            }
            _json.WriteEndObject();
        }
        if (v.Shares.Count > 0)
        {
            _json.WriteStartObject("attention_share");
            _json.WriteNumber("scenes", v.Shares.Count);
            string[] names = ["min", "q1", "median", "q3", "max"];
            for (int q = 0; q < names.Length; q++) _json.WriteNumber(names[q],
                Math.Round(Alignment.MLNet.Charts.SvgPlots.Quantile(v.Shares, q / 4.0), 6));
            _json.WriteEndObject();
        }
        _json.WriteEndObject();
        if (_json.BytesPending > 1 << 16) _json.Flush();
    }

    public void Dispose()
    {
        _findings.Dispose();
        _scenes.Dispose();
        _json.Dispose();
    }

    public static string Name(AuditSeverity severity) =>
        severity switch { AuditSeverity.Error => "error", AuditSeverity.Warning => "warning", _ => "note" };

    static string Size(PictureHeader h) => FormattableString.Invariant($"{h.Width}x{h.Height}");

    static string N(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    static string N(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";
}
