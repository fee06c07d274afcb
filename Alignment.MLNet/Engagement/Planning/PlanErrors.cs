using System.Text.RegularExpressions;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Planning;

// What the JSON reader has against a plan, for people who never heard of its types.
static partial class PlanErrors
{
    // The words of the fields that have words.
    static readonly (string Field, Type Words)[] s_words = [(".test", typeof(PrimaryTest)), (".correction", typeof(MultiplicityMethod)),
        (".kind", typeof(HypothesisKind)), (".rule", typeof(StoppingRule))];

    public static (string Found, string Expected) Say(JsonException error)
    {
        string path = error.Path is { Length: > 2 } p ? $"'{SafePath.Shorten(p[2..], 60)}'" : "the plan",
            line = error.LineNumber is { } n ? FormattableString.Invariant($" (line {n + 1})") : "";
        string said = error.Message;
        if (Missing().Match(said) is { Success: true } missing)
            return ($"no {missing.Groups[1].Value} in {path}{line}", "all that belongs to it");
        if (Unknown().Match(said) is { Success: true } unknown)
            return ($"the unknown field '{SafePath.Shorten(unknown.Groups[1].Value, 60)}'{line}", "fields that a plan has");
        if (said.Contains("null values", StringComparison.Ordinal)) return ($"null as {path}{line}", "a value, or no such field");
        if (said.Contains("could not be converted", StringComparison.Ordinal))
            return ($"a value of another kind as {path}{line}",
                s_words.FirstOrDefault(w => error.Path?.EndsWith(w.Field, StringComparison.Ordinal) == true) is { Words: { } type }
                ? string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))
                    : "what the documentation has there");
        return (SafePath.Shorten(said, 300), "a plan.json");
    }

    [GeneratedRegex("missing required properties including: (.*?)\\.?$")]
    private static partial Regex Missing();

    [GeneratedRegex("JSON property '(.*?)' could not be mapped")]
    private static partial Regex Unknown();
}
