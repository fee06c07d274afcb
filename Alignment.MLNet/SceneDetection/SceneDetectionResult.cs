using Alignment.MLNet.SceneDetection.Detectors;

namespace Alignment.MLNet.SceneDetection;

/// <summary>What became of one video.</summary>
public enum DetectionState
{
    /// <summary>Its scenes were found and written now.</summary>
    Made,

    /// <summary>They were there already, from the same file and options.</summary>
    UpToDate,

    /// <summary>Its folder holds stills that this did not make; they were left alone (<see cref="SceneDetectionOptions.Force"/> replaces them).</summary>
    BroughtAlong,
}

/// <summary>The scenes of one video.</summary>
/// <param name="VideoId">The file's name without its ending.</param>
/// <param name="State">What was done.</param>
/// <param name="Scenes">How many scenes there are.</param>
/// <param name="Frames">Frames decoded.</param>
/// <param name="Seconds">Length, from the first frame's time to the end of the last.</param>
/// <param name="Fps">Nominal rate, "25" or "30000/1001".</param>
/// <param name="Stills">How many pictures there are.</param>
/// <param name="Cuts">Where scenes begin, the first scene left out.</param>
/// <param name="Notes">What a reader should know: a damaged end, a variable rate.</param>
public sealed record DetectedVideo(string VideoId, DetectionState State, int Scenes, long Frames, double Seconds, string Fps, int Stills, IReadOnlyList<SceneCut> Cuts, IReadOnlyList<string> Notes);

/// <summary>What <see cref="SceneDetectionJob"/> did.</summary>
/// <param name="Videos">In order of id.</param>
/// <param name="Problems">Videos of which no scenes, or not all, could be found, each with the reason.</param>
public sealed record SceneDetectionResult(IReadOnlyList<DetectedVideo> Videos, IReadOnlyList<string> Problems)
{
    /// <summary>Scenes of all videos.</summary>
    public int Scenes => Videos.Sum(v => v.Scenes);

    /// <summary>Videos whose scenes were written now.</summary>
    public int Made => Videos.Count(v => v.State == DetectionState.Made);
}
