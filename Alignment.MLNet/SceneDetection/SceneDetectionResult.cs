using System.Text.Json.Serialization;
using Alignment.MLNet.SceneDetection.Detectors;

namespace Alignment.MLNet.SceneDetection;

// What became of one video.
enum DetectionState
{
    // Its scenes were found and written now.
    Made,

    // They were there already, from the same file and options.
    UpToDate,

    // Its folder holds stills that this did not make; they were left alone (SceneDetectionOptions.Force replaces them).
    Provided,
}

/// <summary>The scenes of one video.</summary>
public sealed record DetectedVideo
{
    /// <summary>The file's name without its ending.</summary>
    public required string VideoId { get; init; }

    [JsonInclude]
    internal DetectionState State { get; init; }

    /// <summary>How many scenes there are.</summary>
    public int Scenes { get; init; }

    /// <summary>Frames decoded.</summary>
    public long Frames { get; init; }

    /// <summary>Length, from the first frame's time to the end of the last.</summary>
    public double Seconds { get; init; }

    /// <summary>Nominal rate, "25" or "30000/1001".</summary>
    public string Fps { get; init; } = "";

    /// <summary>How many pictures there are.</summary>
    public int Stills { get; init; }

    [JsonInclude]
    internal IReadOnlyList<SceneCut> Cuts { get; init; } = [];

    /// <summary>What a reader should know: a damaged end, a variable rate.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Videos in order of id; problems say of which no scenes, or not all, could be found, and why.</summary>
public sealed record SceneDetectionResult(IReadOnlyList<DetectedVideo> Videos, IReadOnlyList<string> Problems) : IJobResult
{
    bool IJobResult.HasFailures => Problems.Count > 0;

    /// <summary>Scenes of all videos.</summary>
    public int Scenes => Videos.Sum(v => v.Scenes);

    /// <summary>Videos whose scenes were written now.</summary>
    public int Made => Videos.Count(v => v.State == DetectionState.Made);
}
