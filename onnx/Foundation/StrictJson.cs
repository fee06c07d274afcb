using System.Text.Unicode;

namespace Alignment;

/// <summary>
/// JSON from outside: valid UTF-8, no duplicate key, comment or trailing comma, limited size and depth. Every error names the file.
/// </summary>
static class StrictJson
{
    // Model configs nest three or four levels.
    const int MaxDepth = 32;

    // CLIP's vocabulary is 0.9 MB, multilingual ones reach 20.
    public const int MaxFileBytes = 64 << 20;

    static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    public static T Read<T>(string subject, ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
    {
        if (!Utf8.IsValid(json.Span)) throw Bad(subject, "bytes that are no UTF-8");
        try
        {
            using var document = JsonDocument.Parse(json, s_strict);
            return read(document.RootElement);
        }
        // InvalidOperation: a value of another kind, or an escaped lone surrogate. Format, Overflow: a number that does not fit.
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException
            or KeyNotFoundException)
        {
            throw Bad(subject, SafePath.Shorten(e.Message.TrimEnd('.'), 200), e);
        }
    }

    public static T ReadFile<T>(string path, Func<JsonElement, T> read, int maxBytes = MaxFileBytes) =>
        Read(Subject(path), ReadBytes(path, maxBytes), read);

    public static byte[] ReadBytes(string path, int maxBytes = MaxFileBytes)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > maxBytes)
                throw BadDataException.For(Subject(path), $"{length} bytes", $"at most {maxBytes}",
                    "Check that this is the file you meant.");
            byte[] bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable(Subject(path), e, "Check the folder and its permissions.");
        }
    }

    static string Subject(string path) => $"The file '{path}'";

    static BadDataException Bad(string subject, string found, Exception? inner = null) =>
        BadDataException.For(subject, found, "valid JSON as the format defines it", "Download or export the file again.", inner);
}
