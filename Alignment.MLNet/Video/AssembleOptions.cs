using System.Globalization;
using Alignment.MLNet.Ffmpeg;

namespace Alignment.MLNet.Video;

/// <summary>How edited scenes become videos.</summary>
public sealed record AssembleOptions
{
    /// <summary>How long a scene is held where neither a scene list nor a source video says it.</summary>
    public double SceneSeconds { get; init; } = 2;

    /// <summary>Frame rate of the videos; null = that of the scene list or source, else <see cref="DefaultFps"/>.</summary>
    public FrameRate? Fps { get; init; }

    /// <summary>Frame rate where nothing else says it.</summary>
    public FrameRate DefaultFps { get; init; } = new(25);

    /// <summary>x264's constant rate factor, 0 … 51.</summary>
    public int Crf { get; init; } = new VideoWriteOptions().Crf;

    /// <summary>Smoothing in time, or null for none.</summary>
    public SmoothingOptions? Smoothing { get; init; }

    /// <summary>Only these videos; null = all that are there.</summary>
    public IReadOnlyList<string>? VideoIds { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        this.Require(SceneSeconds, SceneSeconds is > 0 and <= 3600, "more than 0 and at most 3600 seconds", "2 is the default.");
        this.Require($"{Smoothing}, gain {Smoothing?.MaxGain}",
            Smoothing is not { } s || s.FadeFrames is >= 0 and <= 1000 && s.DeflickerRadius is >= 0 and <= 1000
            && s.MaxGain is >= 1 and <= 100,
            "0 to 1000 frames and a gain of 1 to 100", "'on' has sensible values.", nameof(Smoothing));
        this.Require(Crf, Crf is >= 0 and <= VideoWriter.MaxCrf, $"0 (lossless) to {VideoWriter.MaxCrf} (worst)", "18 is the default.");
    }
}

/// <summary>Smoothing in time: a motion-free cross-fade over the first frames after a cut, then deflicker. <see cref="StillSequence"/> has
/// the formulas.</summary>
public sealed record SmoothingOptions
{
    /// <summary>Frames after a cut in which the scene before still shows; 0 = none.</summary>
    public int FadeFrames { get; init; } = 4;

    /// <summary>Frames to each side over which brightness is averaged; 0 = no deflicker. 2 is a window of 5, as ffmpeg's own deflicker
    /// has.</summary>
    public int DeflickerRadius { get; init; } = 2;

    /// <summary>Deflicker multiplies a frame's brightness by at most this, and divides by at most this.</summary>
    public double MaxGain { get; init; } = 1.25;

    /// <summary>Reads "off", "on", "fade=6", "deflicker=3", "fade=6,deflicker=0".</summary>
    /// <returns>The options, or null for "off".</returns>
    /// <exception cref="UsageException">Something else.</exception>
    public static SmoothingOptions? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase)) return null;
        var options = new SmoothingOptions();
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

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"fade={FadeFrames},deflicker={DeflickerRadius}");
}
