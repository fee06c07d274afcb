using System.Globalization;
using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>A property of an options record, or a parameter of a job, as a message names it: <c>BoostAlpha</c>. A console names its flag
/// instead.</summary>
/// <param name="Owner">The record; null for a parameter.</param>
/// <param name="Name">The property or parameter.</param>
public readonly record struct OptionName(Type? Owner, string Name)
{
    /// <summary>A property of <typeparamref name="T"/>.</summary>
    public static OptionName Of<T>(string property) => new(typeof(T), property);

    /// <summary>A parameter of a method.</summary>
    public static OptionName Parameter(string name) => new(null, name);

    /// <summary>"VariantOptions.BoostAlpha", or the parameter.</summary>
    public override string ToString() => Owner is null ? Name : $"{Owner.Name}.{Name}";
}

/// <summary>
/// A message: text in the invariant culture, and the options it names. Written as a string or an interpolated string, in which an
/// <see cref="OptionName"/> stays one until somebody says how options are called.
/// </summary>
[InterpolatedStringHandler]
public readonly struct Phrase
{
    readonly List<object>? _parts;

    /// <summary>For the compiler: the beginning of an interpolated string.</summary>
    public Phrase(int literalLength, int formattedCount) => _parts = new((literalLength > 0 ? 1 : 0) + 2 * formattedCount);

    Phrase(List<object> parts) => _parts = parts;

    public static implicit operator Phrase(string text) => new([text ?? ""]);

    public void AppendLiteral(string text) => _parts!.Add(text);

    public void AppendFormatted<T>(T value) => AppendFormatted(value, null);

    public void AppendFormatted<T>(T value, string? format)
    {
        if (value is Phrase phrase) _parts!.AddRange(phrase._parts ?? []);
        else _parts!.Add(value is OptionName ? value : value is IFormattable f ? f.ToString(format, CultureInfo.InvariantCulture)
            : value?.ToString() ?? "");
    }

    /// <summary>Phrases one after the other.</summary>
    public static Phrase Join(string separator, IEnumerable<Phrase> phrases) =>
        new([.. phrases.SelectMany((p, i) => i == 0 ? p._parts ?? [] : [separator, .. p._parts ?? []])]);

    /// <summary>The text with every option called by <paramref name="name"/>.</summary>
    public string Say(Func<OptionName, string> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Concat((_parts ?? []).Select(p => p is OptionName option ? name(option) : (string)p));
    }

    /// <summary>The text in the library's words: options by property.</summary>
    public override string ToString() => Say(o => o.ToString());
}
