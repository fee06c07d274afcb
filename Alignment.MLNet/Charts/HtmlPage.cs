namespace Alignment.MLNet.Charts;

/// <summary>A page that needs nothing but itself: style and pictures inside, no script, no network (a content security policy says so),
/// readable from 400 pixels upwards, in light, dark and on paper.</summary>
static class HtmlPage
{
    // Writes the page around body; style, a constant of ours, is added to the common style sheet.
    public static void Write(TextWriter to, string title, Action<HtmlWriter> body, string style = "")
    {
        var html = new HtmlWriter(to);
        html.Doctype();
        using (html.Open("html", ("lang", "en")))
        {
            using (html.Open("head"))
            {
                html.Empty("meta", ("charset", "utf-8")).Line();
                html.Empty("meta", ("http-equiv", "Content-Security-Policy"),
                    ("content", "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
                        + "form-action 'none'")).Line();
                html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1")).Line();
                html.Empty("meta", ("name", "color-scheme"), ("content", "light dark")).Line();
                html.Head(title, HtmlStyle.Sheet + style);
            }
            html.Line();
            using (html.Open("body"))
            using (html.Open("main")) body(html);
        }
        html.Line();
    }
}
