namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>One picture becoming another: Frame, shown at Seconds, is the cut (the middle of a gradual change), From the first frame that
/// is not the old picture, To the first that is wholly the new. A faint blank is what a fade has left of the other picture; undone: what
/// was there shortly before comes back.</summary>
sealed record Transition(long Frame, long From, long To, double Score, bool FromBlank, bool ToBlank, bool Faint, bool Undone,
    double Seconds)
{
    public bool IsHard => From == To;
}
