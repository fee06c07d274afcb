using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;
using static System.FormattableString;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Measured doses: how far each variant moved attention, of all videos or video by video. Reads what <c>alignment dose</c> writes
/// (the folder, <c>dose.json</c>, <c>dose_by_video.csv</c>, <c>dose_by_variant.csv</c>, <c>dose.csv</c>) and any CSV with
/// <c>variant,dose</c> or <c>video_id,variant,dose</c>.</summary>
sealed class DoseTable
{
    const long MaxBytes = 256 << 20;
    const string ByVideoFile = "dose_by_video.csv", ByVariantFile = "dose_by_variant.csv", JsonFile = "dose.json", Folder = "dose";
    // The column of a scene's row that is its dose.
    static readonly string[] s_doseColumns = ["dose", "share_difference"];
    readonly Dictionary<string, (double Sum, long N)> _variants = new(StringComparer.Ordinal);
    readonly Dictionary<(string Video, string Variant), (double Sum, long N)> _videos = [];
    readonly List<string> _notes = [];
    readonly SortedSet<string> _otherPredictors = new(StringComparer.Ordinal);

    DoseTable(string source, string units) => (Source, Units) = (source, units);

    public string Source { get; }
    public string Units { get; private set; }
    public IReadOnlyList<string> Notes => _notes;
    public bool ByVideo => _videos.Count > 0;

    /// <summary>A variant's mean dose; null where the table has none. The baseline's is 0 unless the table says otherwise: it is what doses
    /// are differences from.</summary>
    public double? Of(string variant, string baseline)
    {
        if (ByVideo && _videos.Where(v => v.Key.Variant == variant).Select(v => v.Value.Sum / v.Value.N).DefaultIfEmpty(double.NaN)
            .Average() is var mean && double.IsFinite(mean)) return mean;
        return _variants.TryGetValue(variant, out var sum) ? sum.Sum / sum.N : variant == baseline ? 0 : null;
    }

    public double? Of(string video, string variant, string baseline) => _videos.TryGetValue((video, variant), out var sum) ? sum.Sum / sum.N
        : variant == baseline ? 0 : null;

    public static DoseTable Read(string path, AnalysisOptions options, string? predictor = null)
    {
        if (Directory.Exists(path))
        {
            string folder = Directory.Exists(Path.Combine(path, Folder)) ? Path.Combine(path, Folder) : path;
            path = new[] { ByVideoFile, ByVariantFile, JsonFile }.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists)
                ?? Path.Combine(folder, ByVideoFile);
        }
        string subject = $"The dose table '{SafePath.Shorten(path, 200)}'";
        var file = new FileInfo(path);
        if (!file.Exists) throw BadDataException.For(subject, "no such file",
            "a CSV with the columns variant and dose, or what 'alignment dose' writes", "Check the path.");
        if (file.Length > MaxBytes) throw BadDataException.For(subject, Invariant($"{file.Length >> 20} MB"),
            Invariant($"at most {MaxBytes >> 20} MB"), "Give dose_by_video.csv.");
        var table = new DoseTable(file.Name, "dose");
        if (Text.Same(file.Extension, ".json")) table.ReadJson(path, subject, options, predictor);
        else table.ReadCsv(path, subject, options, predictor);
        if (table._variants.Count == 0 && predictor is not null && table._otherPredictors.Count > 0)
            throw BadDataException.For(subject, $"doses by "
                + $"{string.Join(", ", table._otherPredictors.Select(p => $"'{SafePath.Shorten(p, 60)}'"))}, none by "
                + $"'{SafePath.Shorten(predictor, 60)}'", "a predictor of the table",
                $"The nearest is '{SafePath.Shorten(NearestName.Of(predictor, [.. table._otherPredictors]), 60)}'.");
        if (table._variants.Count == 0) throw BadDataException.For(subject, "no dose of any variant",
            $"doses of {string.Join(", ", options.Variants.Take(10).Select(v => SafePath.Shorten(v, 40)))}",
            "Check its columns variant and dose.");
        return table;
    }

    void ReadCsv(string path, string subject, AnalysisOptions options, string? predictor)
    {
        using CsvTable csv = CsvTable.Open(path, "The dose table", [], multiline: true);
        string[] columns = csv.Header;
        int Find(string name) => Array.FindIndex(columns, c => Text.Same(c, name));
        int variant = Find("variant"), video = Find("video_id"), by = Find("predictor"),
            dose = s_doseColumns.Select(Find).FirstOrDefault(c => c >= 0, -1), product = Find("has_product"), scenes = Find("scenes");
        if (variant < 0 || dose < 0)
            throw BadDataException.For(subject, $"the columns {string.Join(", ", columns.Take(20).Select(c => SafePath.Shorten(c, 40)))}",
                "variant and dose (and video_id, if by video)", "Rename the columns.");
        if (by >= 0) Units = "attention share";
        while (csv.Next())
        {
            string Cell(int at) => CsvCell.Unguard(csv.Cell(at).Trim());
            if (Cell(product) == "false" || Cell(scenes) == "0") continue;   // without the product nothing can move
            double value = double.NaN;
            string text = Cell(dose);
            if (text.Length > 0 && (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
                || !double.IsFinite(value)))
                throw BadDataException.For(Invariant($"{subject}, line {csv.Line}"),
                    $"'{SafePath.Shorten(text, 40)}' as {columns[dose]}", "a number with a decimal point", "Correct it.");
            Take(Cell(video), Cell(variant), Cell(by), value, options, ref predictor);
        }
    }

    void ReadJson(string path, string subject, AnalysisOptions options, string? predictor)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            Units = "attention share";
            foreach (string list in new[] { "videos", "variants" })
            {
                if (!json.RootElement.TryGetProperty(list, out JsonElement rows) || rows.ValueKind != JsonValueKind.Array) continue;
                foreach (JsonElement row in rows.EnumerateArray())
                {
                    if (row.TryGetProperty("scenes", out JsonElement scenes) && scenes.ValueKind == JsonValueKind.Number
                        && scenes.GetDouble() == 0) continue;
                    string Text(string name) => row.TryGetProperty(name, out JsonElement cell) && cell.ValueKind == JsonValueKind.String
                        ? cell.GetString()! : "";
                    double value = !row.TryGetProperty("dose", out JsonElement dose) ? double.NaN
                        : dose.ValueKind == JsonValueKind.Number ? dose.GetDouble()
                        : dose.ValueKind == JsonValueKind.Object && dose.TryGetProperty("value", out JsonElement inner)
                        && inner.ValueKind == JsonValueKind.Number ? inner.GetDouble() : double.NaN;
                    Take(Text("video_id"), Text("variant"), Text("predictor"), value, options, ref predictor);
                }
                if (_variants.Count > 0) return;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw BadDataException.For(subject, SafePath.Shorten(e.Message, 200), "the dose.json of 'alignment dose'",
                "Give dose_by_video.csv, or a CSV with variant and dose.", e);
        }
    }

    void Take(string video, string variant, string by, double dose, AnalysisOptions options, ref string? predictor)
    {
        predictor ??= by;
        if (by != predictor)
        {
            if (_otherPredictors.Count < 20) _otherPredictors.Add(by);
            Note($"Doses by other predictors than {SafePath.Shorten(predictor, 60)} were left out.");
            return;
        }
        if (options.Variants.FirstOrDefault(v => Text.Same(v, variant)) is not { } known)
        {
            Note($"The dose table has the unknown variant '{SafePath.Shorten(variant, 40)}'; the nearest is "
                + $"'{NearestName.Of(variant, options.Variants)}'.");
            return;
        }
        if (double.IsNaN(dose)) return;
        _variants[known] = (_variants.GetValueOrDefault(known).Sum + dose, _variants.GetValueOrDefault(known).N + 1);
        if (video.Length > 0) _videos[(video, known)] = (_videos.GetValueOrDefault((video, known)).Sum + dose,
            _videos.GetValueOrDefault((video, known)).N + 1);
    }

    void Note(string text)
    {
        if (_notes.Count < 20 && !_notes.Contains(text)) _notes.Add(text);
    }
}
