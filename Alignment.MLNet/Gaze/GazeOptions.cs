namespace Alignment.MLNet.Gaze;

/// <summary>What x and y of gaze rows count.</summary>
public enum GazeCoordinates
{
    /// <summary>Pixels of the frame; the origin is the top left corner of the top left pixel, x to the right, y down.</summary>
    Pixels,

    /// <summary>Parts of the frame's width and height, from 0 up to 1.</summary>
    Normalised,
}

/// <summary>How gaze rows become heatmaps.</summary>
public sealed record GazeOptions
{
    /// <summary>Pixels: what eye trackers export. Rows that contradict it are an error, never another reading.</summary>
    public GazeCoordinates Coordinates { get; init; } = GazeCoordinates.Pixels;

    /// <summary>The size of the frame that pixel coordinates are given in; null: the still's own size. Both sides or none.</summary>
    public int? FrameWidth { get; init; }

    /// <inheritdoc cref="FrameWidth"/>
    public int? FrameHeight { get; init; }

    /// <summary>The Gaussian that each fixation is spread by.</summary>
    public GazeSigma Sigma { get; init; } = GazeSigma.Default;

    /// <summary>For a sigma in degrees: from the eye to the screen, in centimetres. 60 is the middle of what is recommended for a
    /// desk.</summary>
    public double ViewingDistanceCm { get; init; } = 60;

    /// <summary>For a sigma in degrees: how wide the video was on the screen, in centimetres. 53.1 is a 24-inch screen of 16:9.</summary>
    public double ScreenWidthCm { get; init; } = 53.1;

    /// <summary>Most line numbers kept for each reason why rows are dropped; the counts are always whole.</summary>
    public int MostLinesKept { get; init; } = 1000;

    /// <exception cref="UsageException">A value is out of range.</exception>
    public void Check()
    {
        Sigma.Check();
        this.Require(ViewingDistanceCm, ViewingDistanceCm is >= 1 and <= 100_000, "centimetres, from 1 to 100000",
            "Measure it, in centimetres.");
        this.Require(ScreenWidthCm, ScreenWidthCm is >= 1 and <= 100_000, "centimetres, from 1 to 100000", "Measure it, in centimetres.");
        this.Require($"{FrameWidth}x{FrameHeight}",
            FrameWidth is null == FrameHeight is null && FrameWidth is null or (>= 1 and <= 100_000)
            && FrameHeight is null or (>= 1 and <= 100_000),
            "a width and a height in pixels", "Give the size of the frame that x and y are measured in, such as 1920x1080.",
            nameof(FrameWidth));
        this.Require("normalised coordinates too", Coordinates != GazeCoordinates.Normalised || FrameWidth is null, "pixels",
            "Leave the size out: normalised coordinates fit every size.", nameof(FrameWidth));
        this.Require(MostLinesKept, MostLinesKept >= 0, "0 or more", "Leave it at its default if unsure.");
    }
}
