using System.Runtime.CompilerServices;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.SceneDetection;

/// <summary>How cuts are found.</summary>
public enum CutDetector
{
    /// <summary>Ours: compares the pictures on both sides of every change, so that repeated frames, flashes and moves are no cuts and
    /// gradual transitions are one (docs/scene-cuts.md).</summary>
    Shots,

    /// <summary>PySceneDetect's detect-content.</summary>
    Content,

    /// <summary>PySceneDetect's detect-adaptive.</summary>
    Adaptive,

    /// <summary>PySceneDetect's detect-threshold, for fades through black.</summary>
    Threshold,

    /// <summary>PySceneDetect's detect-hist.</summary>
    Histogram,
}

/// <summary>Options of <see cref="SceneDetectionJob"/>. Thresholds are PySceneDetect 0.7's own defaults.</summary>
public sealed record SceneDetectionOptions
{
    /// <summary>Most pictures a scene may be given.</summary>
    public const int MostImages = 99;

    /// <summary>How cuts are found.</summary>
    public CutDetector Detector { get; init; } = CutDetector.Shots;

    /// <summary>Shortest scene, in seconds: a cut that comes sooner after the one before (or after the start) is passed over.
    /// PySceneDetect's min-scene-len.</summary>
    public double MinSceneSeconds { get; init; } = 0.6;

    /// <summary>Least content_val of a cut, 0..255; <see cref="CutDetector.Content"/> only.</summary>
    public double ContentThreshold { get; init; } = 27;

    /// <summary>Least ratio of content_val to its neighbours'; <see cref="CutDetector.Adaptive"/> only.</summary>
    public double AdaptiveThreshold { get; init; } = 3;

    /// <summary>Least content_val of a cut whatever the ratio; <see cref="CutDetector.Adaptive"/> only.</summary>
    public double AdaptiveLeast { get; init; } = 15;

    /// <summary>Mean brightness below which a frame is dark, 0..255; <see cref="CutDetector.Threshold"/> only.</summary>
    public double FadeThreshold { get; init; } = 12;

    /// <summary>A cut is where histograms correlate by at most 1 − this; <see cref="CutDetector.Histogram"/> only.</summary>
    public double HistogramThreshold { get; init; } = 0.2;

    /// <summary>Pictures per scene, 1 … <see cref="MostImages"/>. One is the scene's middle frame, which no transition touches; see <see
    /// cref="StillFrames"/>.</summary>
    public int Images { get; init; } = 1;

    /// <summary>JPEG quality of the stills, 1..100; PySceneDetect's own.</summary>
    public int JpegQuality { get; init; } = PictureFile.DefaultJpegQuality;

    /// <summary>Also write every frame's scores as CSV.</summary>
    public bool Stats { get; init; }

    /// <summary>Draw the frames around each cut with the scores.</summary>
    public bool Strip { get; init; } = true;

    /// <summary>Only these videos, by id; null for all.</summary>
    public IReadOnlyList<string>? VideoIds { get; init; }

    /// <summary>Make again what is there already, also stills that this did not make.</summary>
    public bool Force { get; init; }

    internal ICutDetector NewDetector()
    {
        var minimum = new MinimumLength(MinSceneSeconds);
        return Detector switch
        {
            CutDetector.Content => new ContentDetector(ContentThreshold, minimum),
            CutDetector.Adaptive => new AdaptiveDetector(AdaptiveThreshold, AdaptiveLeast, minimum),
            CutDetector.Threshold => new ThresholdDetector(FadeThreshold, minimum),
            CutDetector.Histogram => new HistogramDetector(HistogramThreshold, minimum),
            _ => new ShotDetector(minimum),
        };
    }

    /// <exception cref="UsageException">An option is out of range.</exception>
    public void Check()
    {
        Within(MinSceneSeconds, 0, 3600, "0.6 is usual.");
        Within(ContentThreshold, 0, 255, "27 is usual.");
        Within(AdaptiveThreshold, 0, 255, "3 is usual.");
        Within(AdaptiveLeast, 0, 255, "15 is usual.");
        Within(FadeThreshold, 0, 255, "12 is usual.");
        Within(HistogramThreshold, 0, 2, "0.2 is usual.");
        Within(Images, 1, MostImages, "1 is enough for a data set.");
        Within(JpegQuality, 1, 100, "95 is usual.");

        void Within(double found, double least, double most, string advice,
            [CallerArgumentExpression(nameof(found))] string property = "") =>
            this.Require(found, found >= least && found <= most, $"{least} to {most}", advice, property);
    }
}
