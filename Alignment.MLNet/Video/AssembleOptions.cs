using Alignment.MLNet.Ffmpeg;

namespace Alignment.MLNet.Video;

/// <summary>How edited scenes become videos.</summary>
public sealed record AssembleOptions
{
    /// <summary>How long a scene is held where neither a scene list nor a source video says it.</summary>
    public double SceneSeconds { get; init; } = 2;

    /// <summary>Frame rate of the videos, such as 25 or 30000/1001; null = that of the scene list or source, else <see
    /// cref="DefaultFps"/>.</summary>
    public string? Fps { get; init; }

    /// <summary>Frame rate where nothing else says it.</summary>
    public string DefaultFps { get; init; } = "25";

    /// <summary>x264's constant rate factor, 0 … 51.</summary>
    public int Crf { get; init; } = new VideoWriteOptions().Crf;

    /// <summary>Smoothing in time: "off", "on", or "fade=4,deflicker=2". For so many frames after a cut the scene before still shows;
    /// brightness is averaged over so many frames to each side.</summary>
    public string Smoothing { get; init; } = "off";

    internal FrameRate? Rate => Fps is null ? null : RateOf(Fps, nameof(Fps));

    internal FrameRate DefaultRate => RateOf(DefaultFps, nameof(DefaultFps));

    /// <summary>Only these videos; null = all that are there.</summary>
    public IReadOnlyList<string>? VideoIds { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        this.Require(SceneSeconds, SceneSeconds is > 0 and <= 3600, "more than 0 and at most 3600 seconds", "2 is the default.");
        _ = (Rate, DefaultRate, Video.Smoothing.Parse(Smoothing));
        this.Require(Crf, Crf is >= 0 and <= VideoWriter.MaxCrf, $"0 (lossless) to {VideoWriter.MaxCrf} (worst)", "18 is the default.");
    }

    static FrameRate RateOf(string text, string property) => FrameRate.TryParse(text, out var rate) ? rate
        : throw UsageException.For($"{OptionName.Of<AssembleOptions>(property)}", $"'{SafePath.Shorten(text)}'",
            "a rate such as 25, 29.97 or 30000/1001", "Leave it out for the source's own.");
}

/// <summary>A motion-free cross-fade over the first frames after a cut, then deflicker; <see cref="StillSequence"/> has the
/// formulas.</summary>
sealed record Smoothing
{
    public int FadeFrames { get; init; } = 4;

    // A window of 5, as ffmpeg's own deflicker has.
    public int DeflickerRadius { get; init; } = 2;

    // Deflicker multiplies a frame's brightness by at most this, and divides by at most this.
    public const double MaxGain = 1.25;

    public static Smoothing? Parse(string text)
    {
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase)) return null;
        var options = new Smoothing();
        if (text.Equals("on", StringComparison.OrdinalIgnoreCase)) return options;
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=');
            int value = 0;
            bool known = pair.Length == 2 && pair[0] is "fade" or "deflicker"
                && int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 1000;
            if (!known) throw UsageException.For($"{OptionName.Of<AssembleOptions>(nameof(AssembleOptions.Smoothing))}",
                $"'{SafePath.Shorten(text)}'", "off, on, or fade=FRAMES and deflicker=FRAMES (0 to 1000) with a comma between",
                "For example on, or fade=6,deflicker=0.");
            options = pair[0] == "fade" ? options with { FadeFrames = value } : options with { DeflickerRadius = value };
        }
        return options;
    }

    public override string ToString() => Invariant($"fade={FadeFrames},deflicker={DeflickerRadius}");
}
