using System.Globalization;
using Alignment.Transforms.Attention;

namespace Alignment.Transforms.Stages;

/// <summary>Checks several stages' options share.</summary>
static class StageCheck
{
    /// <summary>A picture's side beyond which its float planes no longer fit one array.</summary>
    const int MaxSide = 16384;

    public static void Size(string stage, int width, int height)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
            throw UsageException.For($"{stage}: size", FormattableString.Invariant($"{width}x{height}"), $"1x1 to {MaxSide}x{MaxSide}", "512x512 is Stable Diffusion 1.5's own size.");
    }

    public static void AtLeastOne(string subject, long value)
    {
        if (value < 1) throw UsageException.For(subject, value.ToString(CultureInfo.InvariantCulture), "1 or more", "Leave it at its default if unsure.");
    }

    public static void Smoothing(string subject, float value)
    {
        if (!(value is >= 0 and <= HeatmapSmoothing.MostSigma))
            throw UsageException.For(subject, FormattableString.Invariant($"{value}"), FormattableString.Invariant($"a sigma in pixels, 0 (none) to {HeatmapSmoothing.MostSigma}"), "Leave it at 0 if unsure.");
    }

    public static void Alpha(string subject, double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw UsageException.For(subject, value.ToString(CultureInfo.InvariantCulture), "a finite number, 0 or more", "1 changes nothing, 1.5 is the usual boost, 0.5 the usual reduction.");
    }

    public static void Known<T>(string subject, T value) where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw UsageException.For(subject, value.ToString(), string.Join(", ", Enum.GetNames<T>()), "Use one of these.");
    }
}
