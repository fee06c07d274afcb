using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Alignment.Runner.Cli;

// Where a command prints: results on standard output, progress and warnings on standard error.
sealed class Terminal
{
    Terminal(TextWriter output, TextWriter error, bool interactive, int width)
    {
        (OutputWriter, ErrorWriter, IsInteractive) = (output, error, interactive);
        Out = Make(output, interactive, width);
        Error = Make(error, interactive, width);
    }

    public TextWriter OutputWriter { get; }

    public TextWriter ErrorWriter { get; }

    // Somebody is watching: bars may move. Otherwise plain lines.
    public bool IsInteractive { get; }

    public IAnsiConsole Out { get; }

    public IAnsiConsole Error { get; }

    // Indented JSON whose text stays readable (no \uXXXX for ordinary letters).
    public static readonly JsonSerializerOptions JsonStyle = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteOrNull(), new JsonStringEnumConverter() },
    };

    public static Terminal OfProcess() => new(Console.Out, Console.Error,
        !Console.IsOutputRedirected && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("CI") is null,
        Console.IsOutputRedirected ? PlainWidth : Math.Max(Console.WindowWidth, 80));

    public static Terminal Of(TextWriter output, TextWriter error) => new(output, error, interactive: false, PlainWidth);

    // Wide enough that a table in a log is not folded.
    const int PlainWidth = 160;

    public void WriteJson(object result) => OutputWriter.WriteLine(JsonSerializer.Serialize(result, JsonStyle));

    // The result with one part more, where there is one.
    public void WriteJson(object result, (string Name, object Value)? part)
    {
        JsonObject json = JsonSerializer.SerializeToNode(result, JsonStyle)!.AsObject();
        if (part is { } more) json[more.Name] = JsonSerializer.SerializeToNode(more.Value, JsonStyle);
        OutputWriter.WriteLine(json.ToJsonString(JsonStyle));
    }

    // JSON has no NaN: a spread of one value, or a sum beyond a double, is null.
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

    static IAnsiConsole Make(TextWriter to, bool interactive, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(to),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        console.Profile.Width = width;
        return console;
    }
}
