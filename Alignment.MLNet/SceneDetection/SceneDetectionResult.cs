using Alignment.MLNet.SceneDetection.Detectors;

namespace Alignment.MLNet.SceneDetection;

/// <summary>What became of one video.</summary>
public enum DetectionState
{
    /// <summary>Its scenes were found and written now.</summary>
    Made,

    /// <summary>They were there already, from the same file and options.</summary>
    UpToDate,

    /// <summary>Its folder holds stills that this did not make; they were left alone (<see cref="SceneDetectionOptions.Force"/> replaces
    /// them).</summary>
    Provided,
}

/// <summary>The scenes of one video.</summary>
public sealed record DetectedVideo
{
    /// <summary>The file's name without its ending.</summary>
    public required string VideoId { get; init; }

    /// <summary>What was done.</summary>
    public required DetectionState State { get; init; }

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

    /// <summary>Where scenes begin, the first scene left out.</summary>
    public IReadOnlyList<SceneCut> Cuts { get; init; } = [];

    /// <summary>What a reader should know: a damaged end, a variable rate.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What <see cref="SceneDetectionJob"/> did.</summary>
/// <param name="Videos">In order of id.</param>
/// <param name="Problems">Videos of which no scenes, or not all, could be found, each with the reason.</param>
public sealed record SceneDetectionResult(IReadOnlyList<DetectedVideo> Videos, IReadOnlyList<string> Problems) : IJobResult
{
    bool IJobResult.HasFailures => Problems.Count > 0;

    /// <summary>Scenes of all videos.</summary>
    public int Scenes => Videos.Sum(v => v.Scenes);

    /// <summary>Videos whose scenes were written now.</summary>
    public int Made => Videos.Count(v => v.State == DetectionState.Made);
}
