namespace Alignment.Transforms.Attention;

// Scene i of n (0-based, by order) belongs to window ⌊3 i / n⌋.
static class TemporalWindows
{
    // Number of windows.
    public const int Count = 3;

    // Scenes a video needs for no window to be empty.
    public const int FewestScenes = Count;

    // By window.
    public static IReadOnlyList<string> Names { get; } = ["early", "middle", "late"];

    // Which third of the video each is, in words.
    public static IReadOnlyList<string> Thirds { get; } = ["first", "middle", "last"];

    /// <summary>0 early, 1 middle, 2 late.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such scene.</exception>
    public static int Of(int index, int scenes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, scenes);
        return (int)((long)Count * index / scenes);
    }
}
