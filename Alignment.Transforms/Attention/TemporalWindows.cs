namespace Alignment.Transforms.Attention;

/// <summary>Scene i of n (0-based, by order) belongs to window ⌊3 i / n⌋.</summary>
static class TemporalWindows
{
    /// <summary>Number of windows.</summary>
    public const int Count = 3;

    /// <summary>Scenes a video needs for no window to be empty.</summary>
    public const int FewestScenes = Count;

    /// <summary>By window.</summary>
    public static IReadOnlyList<string> Names { get; } = ["early", "middle", "late"];

    /// <summary>Which third of the video each is, in words.</summary>
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
