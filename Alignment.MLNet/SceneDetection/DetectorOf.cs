using Alignment.MLNet.SceneDetection.Detectors;

namespace Alignment.MLNet.SceneDetection;

/// <summary>The detector an options record asks for.</summary>
static class DetectorOf
{
    public static ICutDetector Make(SceneDetectionOptions options)
    {
        var minimum = new MinimumLength(options.MinSceneSeconds);
        return options.Detector switch
        {
            CutDetector.Content => new ContentDetector(options.ContentThreshold, minimum),
            CutDetector.Adaptive => new AdaptiveDetector(options.AdaptiveThreshold, options.AdaptiveLeast, minimum),
            CutDetector.Threshold => new ThresholdDetector(options.FadeThreshold, minimum),
            CutDetector.Histogram => new HistogramDetector(options.HistogramThreshold, minimum),
            _ => new ShotDetector(minimum),
        };
    }
}
