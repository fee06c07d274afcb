using System.Globalization;
using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>The checks of options records: a value out of range is a <see cref="UsageException"/> that names its property.</summary>
static class OptionChecks
{
    /// <summary>A side of a picture beyond which its float planes no longer fit one array.</summary>
    public const int MaxSide = 16384;

    /// <param name="options">The record.</param>
    /// <param name="found">The property: its value and, by the compiler, its name.</param>
    /// <param name="right">Whether the value is accepted.</param>
    /// <param name="expected">What is.</param>
    /// <param name="nextStep">A sentence.</param>
    /// <param name="property">Where <paramref name="found"/> is not the property itself: its name.</param>
    /// <exception cref="UsageException">It is not.</exception>
    public static void Require<T>(this T options, object? found, bool right, Phrase expected, Phrase nextStep,
        [CallerArgumentExpression(nameof(found))] string property = "") where T : notnull
    {
        if (!right) throw UsageException.For($"{OptionName.Of<T>(property[(property.LastIndexOf('.') + 1)..])}", Text(found), expected,
            nextStep);
    }

    /// <summary>A named value of its enum.</summary>
    public static void RequireKnown<T, TEnum>(this T options, TEnum found, [CallerArgumentExpression(nameof(found))] string property = "")
        where T : notnull where TEnum : struct, Enum =>
        options.Require(found, Enum.IsDefined(found), string.Join(", ", Enum.GetNames<TEnum>()), "Use one of these.", property);

    /// <summary>A picture's size, in pixels.</summary>
    public static void RequireSize<T>(this T options, int width, int height, int least = 1, int most = MaxSide,
        [CallerArgumentExpression(nameof(width))] string property = "") where T : notnull =>
        options.Require(FormattableString.Invariant($"{width}x{height}"),
        width >= least && width <= most && height >= least && height <= most,
            $"{least} to {most} pixels a side", "512x512 is Stable Diffusion 1.5's own size.", property);

    static string Text(object? value) => value switch
    {
        null => "nothing",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
