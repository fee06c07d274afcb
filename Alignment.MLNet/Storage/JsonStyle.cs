using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Alignment.MLNet.Storage;

// The styles of the JSON files: indented, snake_case, the same line ends on every system.
static class JsonStyle
{
    // Records and manifests: readable letters, enum members as in C#.
    public static readonly JsonSerializerOptions Record = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    // Records without their null members.
    public static readonly JsonSerializerOptions SparseRecord = new(Record)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    // Records whose enum members are in snake_case.
    public static readonly JsonSerializerOptions SnakeRecord = With(Record, Snake());

    // Results that a page may embed: what could end a script element is escaped; numbers that are not finite are null.
    public static readonly JsonSerializerOptions Page = new(With(SparseRecord, new FiniteOrNull(), Snake()))
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    // Files that people write: a member that is unknown, missing or there twice is an error.
    public static readonly JsonSerializerOptions Strict = new(With(SparseRecord, Snake(allowIntegerValues: false)))
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    static JsonStringEnumConverter Snake(bool allowIntegerValues = true) => new(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues);

    static JsonSerializerOptions With(JsonSerializerOptions style, params ReadOnlySpan<JsonConverter> converters)
    {
        var with = new JsonSerializerOptions(style);
        with.Converters.Clear();
        foreach (JsonConverter converter in converters) with.Converters.Add(converter);
        return with;
    }

    sealed class FiniteOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
