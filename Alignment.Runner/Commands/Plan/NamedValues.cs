namespace Alignment.Runner.Commands.Plan;

// Options of the form NAME=VALUE. The last '=' divides, because a column's name may have one.
static class NamedValues
{
    public static (string Name, string Value) Split(string option, string text, string form)
    {
        int at = text.LastIndexOf('=');
        if (at <= 0 || at == text.Length - 1) throw UsageException.For(option, $"'{SafePath.Shorten(text)}'", form,
            $"Write {option} {form}.");
        return (text[..at].Trim(), text[(at + 1)..].Trim());
    }

    public static double Number(string option, string text, string form) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
        : throw UsageException.For(option, $"'{SafePath.Shorten(text)}'", $"a number in {form}", "Decimals have a point.");
}
