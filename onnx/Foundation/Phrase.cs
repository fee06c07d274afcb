using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>An option (a parameter where <paramref name="Owner"/> is null) as messages name it; a console names its flag instead.</summary>
public readonly record struct OptionName(Type? Owner, string Name)
{
    public static OptionName Of<T>(string property) => new(typeof(T), property);

    public static OptionName Parameter(string name) => new(null, name);

    public override string ToString() => Owner is null ? Name : $"{Owner.Name}.{Name}";
}

/// <summary>A message in the invariant culture that keeps the options it names until somebody says what they are called.</summary>
[InterpolatedStringHandler]
public readonly struct Phrase
{
    readonly List<object>? _parts;

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

    public static Phrase Join(string separator, IEnumerable<Phrase> phrases) =>
        new([.. phrases.SelectMany((p, i) => i == 0 ? p._parts ?? [] : [separator, .. p._parts ?? []])]);

    /// <summary>The text in the invariant culture.</summary>
    public static string Invariant(Phrase text) => text.ToString();

    /// <summary>The text with every option called by <paramref name="name"/>.</summary>
    public string Say(Func<OptionName, string> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Concat((_parts ?? []).Select(p => p is OptionName option ? name(option) : (string)p));
    }

    public override string ToString() => Say(o => o.ToString());
}
