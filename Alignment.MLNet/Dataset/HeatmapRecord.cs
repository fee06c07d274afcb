using System.Text.Json.Serialization;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.MLNet.Dataset;

// How heatmaps were produced: equal methods and inputs give equal maps.
sealed record HeatmapMethod
{
    [JsonConverter(typeof(ProvenanceKindConverter))]
    public ProvenanceKind Kind { get; init; }

    // For reports: the predictor's name, or gaze file and sigma.
    public string By { get; init; } = "";

    // Predicted: the versions of the predictors' methods (SaliencyPredictors.MethodsOf); null where all are the first.
    public string? Method { get; init; }

    public string? GazeFile { get; init; }

    public string? GazeSha256 { get; init; }

    public string? Coordinates { get; init; }

    public string? Frame { get; init; }

    public string? Sigma { get; init; }

    public double? ViewingDistanceCm { get; init; }

    public double? ScreenWidthCm { get; init; }

    public IReadOnlyList<string>? ModelSha256 { get; init; }

    public double? CentreWeight { get; init; }

    public string Normalization { get; init; } = "";

    // Sigma in pixels of a further blur; 0: none.
    public double Smoothing { get; init; }

    // Raised when equal methods would give other maps than before.
    public int Format { get; init; } = 1;

    // Predicted by another version of its method: the same predictor gives other maps now.
    [JsonIgnore]
    public bool IsOfOtherMethod => Kind == ProvenanceKind.Predicted && Method != SaliencyPredictors.MethodsOf(By);

    [JsonIgnore]
    public string MethodWords => "version " + (Method ?? "1");

    [JsonIgnore]
    public string MethodNowWords => "version " + (SaliencyPredictors.MethodsOf(By) ?? "1");
}

// One heatmap: its file, and what it was produced from. The entry holds for no other file of that name.
sealed record HeatmapEntry(int SceneNumber, string File, string Sha256, int Maker)
{
    // The value of the file's white (65535); 1 unless the map is a distribution.
    public double White { get; init; } = 1;

    // Predicted: of the still.
    public string? StillSha256 { get; init; }

    // Measured: gaze rows.
    public long? Rows { get; init; }

    // Measured: viewers, counted up to a million.
    public int? Participants { get; init; }

    // Measured: summed durations in seconds, or the number of rows.
    public double? Weight { get; init; }

    // Measured: the Gaussian's sigma along x in pixels of the map.
    public double? SigmaPixels { get; init; }

    // Measured: when the scene is on, and the size of its map.
    public string? Place { get; init; }
}

/// <summary><c>attention_origin.json</c> beside a video's heatmaps: what produced each of them. It is written before the heatmaps, so that
/// those of a killed run do not pass for provided ones; and it holds only for files with the hash it names.</summary>
sealed record HeatmapRecord
{
    public const string FileName = Layout.HeatmapRecord;

    // A hundred thousand scenes are 30 MB.
    const long MostBytes = 64 << 20;

    public int Format { get; init; } = 1;

    public string VideoId { get; init; } = "";

    public IReadOnlyList<HeatmapMethod> Makers { get; init; } = [];

    public IReadOnlyList<HeatmapEntry> Scenes { get; init; } = [];

    public static HeatmapRecord? Read(string folder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, FileName));
            if (!file.Exists || file.Length > MostBytes || file.LinkTarget is not null) return null;
            HeatmapRecord? read = JsonSerializer.Deserialize<HeatmapRecord>(File.ReadAllBytes(file.FullName), JsonStyle.SparseRecord);
            return read is { Format: 1, Makers: not null, Scenes: not null } && !read.Makers.Contains(null!)
                && read.Scenes.All(s => s is { File: not null, Sha256: not null } && s.Maker >= 0 && s.Maker < read.Makers.Count) ? read
                : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null;   // damaged or foreign
        }
    }

    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName),
        JsonSerializer.Serialize(this, JsonStyle.SparseRecord) + "\n", durable: false, keepEqual: true);
}

// Looks up where heatmaps come from; caches the record of one folder. One thread at a time.
sealed class ProvenanceReader
{
    string? _folder;
    Dictionary<string, (HeatmapEntry Scene, HeatmapMethod Maker)> _scenes = [];

    public HeatmapProvenance Of(string heatmapPath) => OriginOf(Find(heatmapPath)?.Maker);

    public static HeatmapProvenance OriginOf(HeatmapMethod? maker) => maker is null ? HeatmapProvenance.Provided
        : new(maker.Kind, maker.By.Length == 0 ? null : maker.By);

    // What the record beside a heatmap says of this very file, or null. The file is hashed only where it is listed.
    public (HeatmapEntry Scene, HeatmapMethod Maker)? Find(string heatmapPath)
    {
        string folder = Path.GetDirectoryName(heatmapPath)!;
        if (folder != _folder)
        {
            _folder = folder;
            _scenes = [];
            if (HeatmapRecord.Read(folder) is { } record)
                foreach (HeatmapEntry s in record.Scenes) _scenes[s.File] = (s, record.Makers[s.Maker]);
        }
        if (!_scenes.TryGetValue(Path.GetFileName(heatmapPath), out var known)) return null;
        try
        {
            return FileHash.OfFile(heatmapPath) == known.Scene.Sha256 ? known : null;
        }
        catch (BadDataException)
        {
            return null;
        }
    }
}
