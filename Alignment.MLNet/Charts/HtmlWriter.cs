using System.Buffers;

namespace Alignment.MLNet.Charts;

/// <summary>Writes HTML and inline SVG as a stream. Nothing from outside can become markup: text and attribute values are always escaped,
/// names of tags and attributes are checked, there is no raw markup or script, and an address can only be a place in the page, a file
/// beside it or below, or a picture or small video inside it.</summary>
sealed class HtmlWriter(TextWriter to)
{
    // Elements that have no content, of HTML and of SVG; all others are closed by the scope that opened them.
    static readonly HashSet<string> s_empty = ["meta", "img", "br", "hr", "col", "input", "line", "rect", "circle", "path", "polyline",
        "polygon"];

    // Would run or load something, or end the text they stand in.
    static readonly HashSet<string> s_refused = ["script", "style", "iframe", "object", "embed", "link", "base", "form", "use", "image",
        "foreignObject", "title", "textarea", "xmp", "noscript", "template"];

    static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    static readonly SearchValues<char> s_styleCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789 .,%:;#()-");

    readonly Stack<string> _open = [];

    // Opens an element; disposing the result closes it.
    public Scope Open(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        if (s_empty.Contains(tag)) throw new ArgumentException($"<{tag}> has no content; write it with Empty.", nameof(tag));
        Start(tag, attributes);
        to.Write('>');
        _open.Push(tag);
        return new(this);
    }

    public HtmlWriter Element(string tag, string? text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        using (Open(tag, attributes)) Text(text);
        return this;
    }

    public HtmlWriter Empty(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        if (!s_empty.Contains(tag)) throw new ArgumentException($"<{tag}> must be closed; write it with Open or Element.", nameof(tag));
        Start(tag, attributes);
        to.Write("/>");
        return this;
    }

    public HtmlWriter Text(string? text)
    {
        Escape(text);
        return this;
    }

    // A name from outside (an id, a path), isolated so that a right-to-left one does not turn the text around it.
    public HtmlWriter Name(string? name) => Element("bdi", name);

    public HtmlWriter Line()
    {
        to.Write('\n');
        return this;
    }

    // The page's title and style sheet; the only text that is not escaped is the style sheet, a constant of ours.
    internal void Head(string title, string styleSheet)
    {
        if (styleSheet.Contains('<', StringComparison.Ordinal))
            throw new ArgumentException("A style sheet has no '<'.", nameof(styleSheet));
        to.Write("<title>");
        Escape(title);
        to.Write("</title>\n<style>\n");
        to.Write(styleSheet);
        to.Write("</style>\n");
    }

    internal void Doctype() => to.Write("<!DOCTYPE html>\n");

    void Start(string tag, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        if (!IsName(tag) || s_refused.Contains(tag))
            throw new ArgumentException($"'{SafePath.Shorten(tag)}' is no element that a page may have.", nameof(tag));
        to.Write('<');
        to.Write(tag);
        foreach (var (name, value) in attributes)
        {
            if (value is null) continue;
            Check(name, value);
            to.Write(' ');
            to.Write(name);
            to.Write("=\"");
            Escape(value);
            to.Write('"');
        }
    }

    static void Check(string name, string value)
    {
        bool good = IsName(name) && !name.StartsWith("on", StringComparison.OrdinalIgnoreCase) && name.ToUpperInvariant() switch
        {
            "HREF" or "SRC" => IsAddress(value),
            "STYLE" => value.AsSpan().IndexOfAnyExcept(s_styleCharacters) < 0 && !value.Contains("url", StringComparison.Ordinal),
            "SRCDOC" or "ACTION" or "FORMACTION" or "SRCSET" or "DATA" or "POSTER" or "PING" => false,
            _ => true,
        };
        if (!good) throw new ArgumentException($"The attribute {SafePath.Shorten(name)}=\"{SafePath.Shorten(value)}\" may not stand in a "
            + $"page: it could run or load something.", nameof(name));
    }

    static readonly string[] s_inside = ["data:image/jpeg;base64,", "data:image/png;base64,", "data:video/mp4;base64,"];

    // A place in this page, a file in the same folder or below it, or a picture or video written into the page.
    static bool IsAddress(string value) =>
        value.StartsWith('#') || s_inside.Any(i => value.StartsWith(i, StringComparison.Ordinal))
        || value.Split('/').All(part => SafePath.IsName(part));

    static bool IsName(string name) => name.Length > 0 && char.IsAsciiLetter(name[0])
        && name.AsSpan().IndexOfAnyExcept(s_nameCharacters) < 0;

    void Escape(string? text)
    {
        Span<char> pair = stackalloc char[2];
        foreach (Rune rune in (text ?? "").EnumerateRunes())   // a lone surrogate comes as U+FFFD
        {
            switch (rune.Value)
            {
                case '&': to.Write("&amp;"); break;
                case '<': to.Write("&lt;"); break;
                case '>': to.Write("&gt;"); break;
                case '"': to.Write("&quot;"); break;
                case '\'': to.Write("&#39;"); break;
                // Control characters are not allowed in HTML, nor the last two in XML; the bidirectional overrides would show a name as
                // another one.
                case not ('\n' or '\t') and (< 0x20 or (>= 0x7F and < 0xA0) or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)
                    or 0xFFFE or 0xFFFF):
                    to.Write('\uFFFD'); break;
                case < 0x10000: to.Write((char)rune.Value); break;
                default: to.Write(pair[..rune.EncodeToUtf16(pair)]); break;
            }
        }
    }

    void Close()
    {
        to.Write("</");
        to.Write(_open.Pop());
        to.Write('>');
    }

    public readonly struct Scope(HtmlWriter writer) : IDisposable
    {
        public void Dispose() => writer.Close();
    }
}
