using System.Text.Json;
using System.Text.Json.Serialization;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.MLNet.Dataset;

/// <summary>How heatmaps were made: equal makers and inputs, equal maps.</summary>
sealed record HeatmapMethod
{
    [JsonConverter(typeof(ProvenanceKindConverter))]
    public ProvenanceKind Kind { get; init; }

    /// <summary>What reports say: the predictor's name, or gaze file and sigma.</summary>
    public string By { get; init; } = "";

    /// <summary>Predicted: the numbers of the predictors' methods, as <see cref="SaliencyPredictors.MethodsOf"/> has them; null where all are the first.</summary>
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

    /// <summary>Sigma in pixels of a blur after making; 0: none.</summary>
    public double Smoothing { get; init; }

    /// <summary>Moves when equal makers would give other maps than before.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Predicted by another version of its method than this program's, so that the same predictor gives other maps now.</summary>
    [JsonIgnore]
    public bool IsOfOtherMethod => Kind == ProvenanceKind.Predicted && Method != SaliencyPredictors.MethodsOf(By);

    /// <summary>"version 1".</summary>
    [JsonIgnore]
    public string MethodWords => "version " + (Method ?? "1");

    /// <summary>What it would be now.</summary>
    [JsonIgnore]
    public string MethodNowWords => "version " + (SaliencyPredictors.MethodsOf(By) ?? "1");
}

/// <summary>One heatmap: which file with which bytes, and what it was made from.</summary>
/// <param name="SceneNumber">The scene.</param>
/// <param name="File">Its name, beside the record.</param>
/// <param name="Sha256">Of the file; another file of that name was not made so.</param>
/// <param name="Maker">Place in <see cref="HeatmapRecord.Makers"/>.</param>
/// <param name="White">What the file's white (65535) stands for; 1 unless the map is a distribution.</param>
/// <param name="StillSha256">Predicted: of the still.</param>
/// <param name="Rows">Measured: gaze rows in it.</param>
/// <param name="Participants">Measured: viewers in it, counted up to a million.</param>
/// <param name="Weight">Measured: summed durations in seconds, or the number of rows.</param>
/// <param name="SigmaPixels">Measured: the Gaussian's sigma along x in pixels of the map.</param>
/// <param name="Place">Measured: when the scene is on, and the size of its map.</param>
sealed record HeatmapEntry(int SceneNumber, string File, string Sha256, int Maker, double White = 1, string? StillSha256 = null, long? Rows = null, int? Participants = null, double? Weight = null, double? SigmaPixels = null, string? Place = null);

/// <summary>
/// <c>attention_origin.json</c> beside a video's heatmaps: what produced each of them. It is written before the heatmaps it speaks of, so that a
/// killed run leaves no heatmap that would be taken for somebody else's; and it counts only for files with the hash it names.
/// </summary>
sealed record HeatmapRecord
{
    /// <summary>Its name.</summary>
    public const string FileName = "attention_origin.json";

    // A hundred thousand scenes are 30 MB.
    const long MostBytes = 64 << 20;

    static readonly JsonSerializerOptions s_style = new(OutputRecord.Style) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public int Format { get; init; } = 1;

    public string VideoId { get; init; } = "";

    public IReadOnlyList<HeatmapMethod> Makers { get; init; } = [];

    public IReadOnlyList<HeatmapEntry> Scenes { get; init; } = [];

    /// <summary>The record in a folder of heatmaps; null where there is none that can be read.</summary>
    public static HeatmapRecord? Read(string folder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, FileName));
            if (!file.Exists || file.Length > MostBytes || file.LinkTarget is not null) return null;
            HeatmapRecord? read = JsonSerializer.Deserialize<HeatmapRecord>(File.ReadAllBytes(file.FullName), s_style);
            return read is { Format: 1, Makers: not null, Scenes: not null } && !read.Makers.Contains(null!) && read.Scenes.All(s => s is { File: not null, Sha256: not null } && s.Maker >= 0 && s.Maker < read.Makers.Count) ? read : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null;   // damaged or foreign: then nothing is known
        }
    }

    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_style) + "\n", durable: false, keepEqual: true);
}

/// <summary>Looks up where heatmaps come from; keeps the record of the folder at hand. One thread at a time.</summary>
sealed class ProvenanceReader
{
    string? _folder;
    Dictionary<string, (HeatmapEntry Scene, HeatmapMethod Maker)> _scenes = [];

    /// <summary>The origin of one heatmap. The file is hashed only where a record speaks of it.</summary>
    public HeatmapProvenance Of(string heatmapPath) => OriginOf(Find(heatmapPath)?.Maker);

    /// <summary>What a maker's maps are; of none, provided.</summary>
    public static HeatmapProvenance OriginOf(HeatmapMethod? maker) => maker is null ? HeatmapProvenance.Provided : new(maker.Kind, maker.By.Length == 0 ? null : maker.By);

    /// <summary>What the record beside a heatmap says of this very file, or null.</summary>
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
