using System.Text.Json.Nodes;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary><c>analysis.json</c>, written and read back. Names are in snake_case; what does not exist is left out or null, there is no NaN.
/// Equal analyses give equal bytes.</summary>
static class AnalysisJson
{
    const long MaxBytes = 64 << 20;

    public static string Text(EngagementAnalysis analysis)
    {
        return JsonSerializer.Serialize(analysis, JsonStyle.Page) + "\n";
    }

    public static void Write(string path, EngagementAnalysis analysis) => AtomicFile.WriteText(path, Text(analysis));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static EngagementAnalysis Read(string path)
    {
        string subject = $"The analysis '{SafePath.Shorten(path, 200)}'";
        const string again = "Make it again: alignment analyze --engagement FILE --out DIR";
        var file = new FileInfo(path);
        if (!file.Exists) throw BadDataException.For(subject, "no such file", "an analysis.json of 'alignment analyze'", again);
        if (file.Length > MaxBytes) throw BadDataException.For(subject, FormattableString.Invariant($"{file.Length >> 20} MB"),
            FormattableString.Invariant($"at most {MaxBytes >> 20} MB"), again);
        try
        {
            var node = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject;
            string format = node?["format"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
            if (format != EngagementAnalysis.CurrentFormat)
                throw BadDataException.For(subject, format.Length == 0 ? "no format" : $"the format '{SafePath.Shorten(format)}'",
                    $"'{EngagementAnalysis.CurrentFormat}'", "It is of another version. " + again);
            return node.Deserialize<EngagementAnalysis>(JsonStyle.Page)!;
        }
        catch (JsonException e)
        {
            throw BadDataException.For(subject, SafePath.Shorten(e.Message, 300), "an analysis.json of 'alignment analyze'", again, e);
        }
    }
}
