using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Gaze;

/// <summary>The sigma of the Gaussian that a fixation is spread by, above 0: pixels of the frame that gaze coordinates are given in, or
/// degrees of visual angle, which need the viewing distance and the screen width (<see cref="GazeOptions"/>).</summary>
public sealed record GazeSigma(double Value, bool IsDegrees = false)
{
    /// <summary>30 pixels: about one degree, the span of sharp sight, where a video of 1280 to 1920 pixels fills a 24-inch screen at 60
    /// cm.</summary>
    public static GazeSigma Default { get; } = new(30);

    /// <summary>Reads "30px" or "1deg"; a bare number is pixels.</summary>
    /// <exception cref="UsageException">It is neither, or out of range.</exception>
    public static GazeSigma Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim();
        bool degrees = t.EndsWith("deg", StringComparison.OrdinalIgnoreCase);
        string number = degrees ? t[..^3] : t.EndsWith("px", StringComparison.OrdinalIgnoreCase) ? t[..^2] : t;
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)) throw Bad(text);
        var sigma = new GazeSigma(value, degrees);
        sigma.Check();
        return sigma;
    }

    /// <exception cref="UsageException">The value is out of range.</exception>
    public void Check()
    {
        if (!(Value > 0 && Value <= (IsDegrees ? 60 : FixationDensity.MostSigma))) throw Bad(ToString());
    }

    // 2 · D · tan(θ / 2) · frameWidth / W for the angle θ, the distance D and the width W at which the frame was seen (Holmqvist et al.,
    // Eye Tracking, Oxford University Press 2011, ch. 2).
    internal double InPixels(GazeOptions viewing, int frameWidth) => !IsDegrees ? Value
        : 2 * viewing.ViewingDistanceCm * Math.Tan(Value * Math.PI / 360) * frameWidth / viewing.ScreenWidthCm;

    /// <summary>"30px", "1deg".</summary>
    public override string ToString() => Invariant($"{Value}{(IsDegrees ? "deg" : "px")}");

    static UsageException Bad(string found) => UsageException.For(
        $"{OptionName.Of<GazeOptions>(nameof(GazeOptions.Sigma))}", $"'{SafePath.Shorten(found)}'",
        $"pixels above 0 and up to {FixationDensity.MostSigma}, such as 30px, or degrees up to 60, such as 1deg", "Decimals have a point.");
}
