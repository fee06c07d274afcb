using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Alignment.Runner.Cli;

// What was typed wrongly, in the words of all other failures, with the parser's own suggestions.
static class ParseErrors
{
    public static string Say(ParseResult parse)
    {
        var said = parse.Errors.Select(Say);
        string command = string.Join(' ', Path(parse.CommandResult).Reverse());
        return string.Join(' ', said.Concat(Suggestions(parse)).Append($"'{command} --help' shows what there is."));
    }

    static string Say(ParseError error) => error.SymbolResult is OptionResult { Tokens: [var typed, ..] } option
        && Expected(option.Option.ValueType) is { } expected
        && error.Message.StartsWith("Cannot parse", StringComparison.Ordinal)
        ? $"{option.Option.Name}: found '{SafePath.Shorten(typed.Value)}', expected {expected}."
        : SafePath.Shorten(error.Message, 400);

    // A type as people call it; null where the parser says it as well.
    static string? Expected(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(int) => "a whole number",
        var t when t == typeof(ulong) => "a whole number, 0 or more",
        var t when t == typeof(float) || t == typeof(double) => "a number, such as 1.5",
        { IsEnum: true } t => $"one of {string.Join(", ", Enum.GetNames(t))}",
        _ => null,
    };

    // "Did you mean": the parser only prints them.
    static string[] Suggestions(ParseResult parse)
    {
        if (parse.Action is not ParseErrorAction action) return [];
        action.ShowHelp = false;
        using var printed = new StringWriter();
        parse.Invoke(new InvocationConfiguration { Output = printed, Error = TextWriter.Null });
        return printed.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    static IEnumerable<string> Path(SymbolResult? at)
    {
        for (; at is CommandResult command; at = at.Parent) yield return command.Command is RootCommand ? "alignment"
            : command.Command.Name;
    }
}
