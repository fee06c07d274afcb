using System.Globalization;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Gaze;

/// <summary>What a blur's sigma is measured in.</summary>
public enum SigmaUnit
{
    /// <summary>Pixels of the frame that gaze coordinates are given in.</summary>
    Pixels,

    /// <summary>Degrees of visual angle; needs <see cref="ViewingGeometry"/>.</summary>
    Degrees,
}

/// <summary>How far from how large a picture the viewers sat.</summary>
public sealed record ViewingGeometry
{
    /// <summary>From the eye to the screen, in centimetres. 60 cm is the middle of what is recommended for a desk (50 to 70 cm).</summary>
    public double DistanceCm { get; init; } = 60;

    /// <summary>How wide the video was on the screen, in centimetres. 53.1 cm is the full width of a 24-inch screen of 16:9.</summary>
    public double WidthCm { get; init; } = 53.1;

    /// <exception cref="UsageException">A length is none.</exception>
    public void Check()
    {
        this.Require(DistanceCm, DistanceCm is >= 1 and <= 100_000, "centimetres, from 1 to 100000", "Measure it, in centimetres.");
        this.Require(WidthCm, WidthCm is >= 1 and <= 100_000, "centimetres, from 1 to 100000", "Measure it, in centimetres.");
    }
}

/// <summary>The sigma of the Gaussian that a fixation is spread by.</summary>
/// <param name="Value">Above 0.</param>
/// <param name="Unit">What it counts.</param>
public sealed record GazeSigma(double Value, SigmaUnit Unit)
{
    /// <summary>
    /// 30 pixels: about one degree – the span of sharp sight, and what fixation maps are usually blurred by – where a video of 1280 to 1920
    /// pixels fills a 24-inch screen at 60 cm, or a smaller one is shown pixel by pixel.
    /// </summary>
    public static GazeSigma Default { get; } = new(30, SigmaUnit.Pixels);

    /// <summary>Reads "30px" or "1deg"; a bare number is pixels.</summary>
    /// <exception cref="UsageException">It is neither, or out of range.</exception>
    public static GazeSigma Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim();
        SigmaUnit unit = t.EndsWith("deg", StringComparison.OrdinalIgnoreCase) ? SigmaUnit.Degrees : SigmaUnit.Pixels;
        string number = unit == SigmaUnit.Degrees ? t[..^3] : t.EndsWith("px", StringComparison.OrdinalIgnoreCase) ? t[..^2] : t;
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)) throw Bad(text);
        var sigma = new GazeSigma(value, unit);
        sigma.Check();
        return sigma;
    }

    /// <exception cref="UsageException">The value is out of range.</exception>
    public void Check()
    {
        if (!(Value > 0 && Value <= (Unit == SigmaUnit.Degrees ? 60 : FixationDensity.MostSigma))) throw Bad(ToString());
    }

    /// <summary>
    /// In pixels of a frame of <paramref name="frameWidth"/> pixels: with the angle θ, 2 · D · tan(θ / 2) · frameWidth / W, where D is the
    /// distance and W the width at which the frame was seen (the definition of visual angle, e.g. Holmqvist et al., Eye Tracking, Oxford
    /// University Press 2011, ch. 2).
    /// </summary>
    public double InPixels(ViewingGeometry geometry, int frameWidth)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        return Unit == SigmaUnit.Pixels ? Value : 2 * geometry.DistanceCm * Math.Tan(Value * Math.PI / 360) * frameWidth / geometry.WidthCm;
    }

    /// <summary>"30px", "1deg".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Value}{(Unit == SigmaUnit.Degrees ? "deg" : "px")}");

    static UsageException Bad(string found) => UsageException.For(
        $"{OptionName.Of<GazeOptions>(nameof(GazeOptions.Sigma))}", $"'{SafePath.Shorten(found)}'",
        $"pixels above 0 and up to {FixationDensity.MostSigma}, such as 30px, or degrees up to 60, such as 1deg", "Decimals have a point.");
}
