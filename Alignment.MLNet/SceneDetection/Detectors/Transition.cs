namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>One picture becoming another.</summary>
/// <param name="Frame">The cut: first frame of the new picture, or the middle of a gradual change.</param>
/// <param name="From">First frame that is not the old picture any more.</param>
/// <param name="To">First frame that is wholly the new picture.</param>
/// <param name="Score">Difference of the two pictures, as a share.</param>
/// <param name="FromBlank">The old picture is of one colour.</param>
/// <param name="ToBlank">The new picture is of one colour.</param>
/// <param name="Faint">The picture of one colour is only nearly one: what a fade has left of the other.</param>
/// <param name="Undone">What was there shortly before comes back.</param>
/// <param name="Seconds">When <paramref name="Frame"/> is shown.</param>
sealed record Transition(long Frame, long From, long To, double Score, bool FromBlank, bool ToBlank, bool Faint, bool Undone,
    double Seconds)
{
    public bool IsHard => From == To;
}
