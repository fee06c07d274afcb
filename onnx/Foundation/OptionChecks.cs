using System.Runtime.CompilerServices;

namespace Alignment;

// Checks of options records, whose errors name the property.
static class OptionChecks
{
    // The largest side whose float planes still fit one array.
    public const int MaxSide = 16384;

    /// <summary><paramref name="property"/> is the name of <paramref name="found"/>, where that is an expression.</summary>
    public static void Require<T>(this T options, object? found, bool right, Phrase expected, Phrase nextStep,
        [CallerArgumentExpression(nameof(found))] string property = "") where T : notnull
    {
        if (!right) throw UsageException.For($"{OptionName.Of<T>(property[(property.LastIndexOf('.') + 1)..])}", Text(found), expected,
            nextStep);
    }

    public static void RequireKnown<T, TEnum>(this T options, TEnum found, [CallerArgumentExpression(nameof(found))] string property = "")
        where T : notnull where TEnum : struct, Enum =>
        options.Require(found, Enum.IsDefined(found), string.Join(", ", Enum.GetNames<TEnum>()), "Use one of these.", property);

    public static void RequireSize<T>(this T options, int width, int height, int least = 1, int most = MaxSide,
        [CallerArgumentExpression(nameof(width))] string property = "") where T : notnull =>
        options.Require(FormattableString.Invariant($"{width}x{height}"),
        width >= least && width <= most && height >= least && height <= most,
            $"{least} to {most} pixels a side", "512x512 is Stable Diffusion 1.5's own size.", property);

    public static void RequirePixels<T>(this T options, long maxPixels,
        [CallerArgumentExpression(nameof(maxPixels))] string property = "") where T : notnull =>
        options.Require(maxPixels, maxPixels >= 1, "1 or more", "Leave it at its default if unsure.", property);

    static string Text(object? value) => value switch
    {
        null => "nothing",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
