namespace Alignment.MLNet.Charts;

// What pages write again and again: elements with a class, and with the label a table's cell has on a phone.
static class HtmlParts
{
    extension(HtmlWriter html)
    {
        public HtmlWriter.Scope Open(string tag, string style) => html.Open(tag, ("class", style));

        public HtmlWriter Element(string tag, string? text, string style) => html.Element(tag, text, ("class", style));

        public HtmlWriter Element(string tag, string? text, string style, string label) =>
            html.Element(tag, text, ("class", style), ("data-label", label));

        // A number large, and what it counts below.
        public void Tile(string number, string what, string? style = null)
        {
            using (html.Open("div", "tile"))
                html.Element("b", number, ("class", style)).Element("span", what, style is null ? "soft small" : style + " small");
        }

        public void Header(params ReadOnlySpan<(string Text, string? Style)> cells)
        {
            using var head = html.Open("thead");
            using var row = html.Open("tr");
            foreach (var (text, style) in cells) html.Element("th", text, ("class", style));
        }
    }
}
