namespace Alignment.MLNet.SceneDetection.Detectors;

// Compares times with the minimum scene length: in seconds, so that irregular frame times count as they are shown.
readonly record struct MinimumLength(double Seconds)
{
    // Containers round times to milliseconds; frames are further apart.
    const double Rounding = 1.5e-3;

    public bool IsMet(double from, double to) => to - from >= Seconds - Rounding;
}
