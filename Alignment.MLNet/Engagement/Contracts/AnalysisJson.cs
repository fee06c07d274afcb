using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>
/// <c>analysis.json</c>, written and read back. Names are in snake_case; what does not exist is left out or null, there is no NaN.
/// Equal analyses give equal bytes.
/// </summary>
public static class AnalysisJson
{
    /// <summary>An analysis of many metrics is a few megabytes; a bigger file is something else.</summary>
    const long MaxBytes = 64 << 20;

    static readonly JsonSerializerOptions s_style = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Letters stay letters; what could end a script element is escaped, so that a page can hold it.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new FiniteOrNull(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The JSON, with a line end after it.</summary>
    public static string Text(EngagementAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return JsonSerializer.Serialize(analysis, s_style) + "\n";
    }

    /// <summary>Writes the file, complete or not at all.</summary>
    public static void Write(string path, EngagementAnalysis analysis) => AtomicFile.WriteText(path, Text(analysis));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="BadDataException">No such file, too large, no JSON, of another layout, or with something missing.</exception>
    public static EngagementAnalysis Read(string path)
    {
        string subject = $"The analysis '{SafePath.Shorten(path, 200)}'";
        const string again = "Make it again: alignment analyze --engagement FILE --out DIR";
        var file = new FileInfo(path);
        if (!file.Exists) throw BadDataException.For(subject, "no such file", "an analysis.json of 'alignment analyze'", again);
        if (file.Length > MaxBytes) throw BadDataException.For(subject, FormattableString.Invariant($"{file.Length >> 20} MB"), FormattableString.Invariant($"at most {MaxBytes >> 20} MB"), again);
        try
        {
            var node = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject;
            string format = node?["format"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
            if (format != EngagementAnalysis.CurrentFormat)
                throw BadDataException.For(subject, format.Length == 0 ? "no format" : $"the format '{SafePath.Shorten(format)}'", $"'{EngagementAnalysis.CurrentFormat}'", "It is of another version. " + again);
            return node.Deserialize<EngagementAnalysis>(s_style)!;
        }
        catch (JsonException e)
        {
            throw BadDataException.For(subject, SafePath.Shorten(e.Message, 300), "an analysis.json of 'alignment analyze'", again, e);
        }
    }

    /// <summary>JSON has no NaN and no infinity.</summary>
    sealed class FiniteOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
