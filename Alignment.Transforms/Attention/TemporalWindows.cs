namespace Alignment.Transforms.Attention;

/// <summary>The thirds of a video by scene order: scene i of n (0-based) belongs to window ⌊3 i / n⌋.</summary>
public static class TemporalWindows
{
    /// <summary>Number of windows.</summary>
    public const int Count = 3;

    /// <summary>Scenes a video needs for no window to be empty; shorter ones are reported.</summary>
    public const int FewestScenes = Count;

    /// <summary>The windows' names, indexed by window: early, middle, late.</summary>
    public static IReadOnlyList<string> Names { get; } = ["early", "middle", "late"];

    /// <summary>Which third of the video each is, in words.</summary>
    internal static IReadOnlyList<string> Thirds { get; } = ["first", "middle", "last"];

    /// <summary>The window (0 early, 1 middle, 2 late) of scene <paramref name="index"/> (0-based, by order, whatever its number) of
    /// <paramref name="scenes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such scene.</exception>
    public static int Of(int index, int scenes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, scenes);
        return (int)((long)Count * index / scenes);
    }
}
