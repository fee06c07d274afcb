using Alignment.MLNet.Charts;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>The page, in the order in which one should read it: what to know first, the answer, the dose, what was asked for, the pictures,
/// what was done, a paragraph for a paper. Written as a stream; scenes come and go one by one.</summary>
sealed partial class ReportPage(RunRecords run, ReportOptions options, IReadOnlyList<MissingPart> missing,
    IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
{
    const string Progress = "writing the report";

    static readonly (string Mark, string Style, string Word)[] s_levels = [("▲", "error", "alarm"), ("●", "warning", "warning"),
        ("■", "note", "note")];

    public int ScenesShown { get; private set; }
    public int VideosShown { get; private set; }
    public IReadOnlyList<string> UnreadablePictures => _pictures.Unreadable;

    public void Write(TextWriter to)
    {
        IReadOnlyList<ReportNote> notes = ReportNotes.Of(run, missing);
        HtmlPage.Write(to, IsSimulated ? "Alignment report – SIMULATED engagement" : "Alignment report", html =>
        {
            Head(html, notes);
            Notes(html, notes);
            Engagement(html);
            Dose(html);
            Asked(html);
            Pictures(html);
            Done(html);
            Methods(html);
            Files(html);
        }, ReportStyle.Sheet);
    }

    void Head(HtmlWriter html, IReadOnlyList<ReportNote> notes)
    {
        html.Element("h1", "Does it matter where and when viewers look at the product?");
        html.Element("p", $"Report of an Alignment run: {Summary()}.", "soft");
        if (IsSimulated) Loud(html);
        using (html.Open("div", "tiles"))
        {
            if (run.Set is { } set)
            {
                html.Tile(N(set.VideoIds.Count), set.VideoIds.Count == 1 ? "video" : "videos");
                html.Tile(N(set.Scenes), set.Scenes == 1 ? "scene" : "scenes");
            }
            if (run.Edit.Any) html.Tile(N(run.Edit["counts"]["edits"].Count),
                run.Edit["counts"]["edits"].Count == 1 ? "different edit" : "different edits");
            if (run.Analysis is { } a) html.Tile(N(a.Rows - a.Rejected),
                IsSimulated ? "SIMULATED rows of engagement" : "rows of engagement", IsSimulated ? "warning" : null);
            for (int i = 0; i < s_levels.Length; i++)
            {
                int count = notes.Count(n => (int)n.Level == i);
                if (count > 0 || i == 1) html.Tile(N(count), $"{s_levels[i].Mark} {s_levels[i].Word}{(count == 1 ? "" : "s")}",
                    count == 0 ? null : s_levels[i].Style);
            }
        }
        InShort(html);
        using (html.Open("ul", "toc"))
            foreach (var (id, title) in new[] { ("first", "Read this first"), ("engagement", "What viewers did"),
            ("dose", "How far attention moved"), ("asked", "What was asked for"), ("pictures", "Pictures"), ("done", "What was done"),
                ("methods", "Methods"), ("files", "Tables") })
                using (html.Open("li")) html.Element("a", title, ("href", "#" + id));
    }

    string Summary()
    {
        var parts = new List<string>();
        if (run.Set is { } set)
            parts.Add(Count(set.VideoIds.Count, "video", "videos") + ", " + Count(set.Scenes, "scene", "scenes")
                + $", {NumberWords.Of(Variant.All.Count)} variants");
        if (run.AttentionOrigin.Words is { Length: > 0 } attention) parts.Add(attention);
        if (run.ModelSha256 is { Length: >= 12 } model) parts.Add($"model {SafePath.Shorten(model, 12).TrimEnd('…')}");
        return parts.Count == 0 ? "an analysis alone" : string.Join("; ", parts);
    }

    static void Loud(HtmlWriter html)
    {
        using var box = html.Line().Open("div", ("class", "loud"), ("role", "note"));
        using var p = html.Open("p");
        html.Element("strong", "SIMULATED ENGAGEMENT DATA.")
            .Text(" No viewer has clicked, bought or watched. The numbers were drawn by a random generator with effects that were put "
                + "into it; they show what an analysis looks like, and say nothing of these videos or of anybody's behaviour.");
    }

    static void Notes(HtmlWriter html, IReadOnlyList<ReportNote> notes)
    {
        html.Line().Element("h2", "Read this first", ("id", "first"));
        if (notes.Count == 0)
        {
            html.Element("p", "Nothing speaks against taking the numbers as they are.", "good");
            return;
        }
        html.Element("p", "Warnings and assumptions, the worst first.", "soft");
        using var list = html.Open("ul", "notes");
        foreach (ReportNote note in notes)
        {
            var (mark, style, word) = s_levels[(int)note.Level];
            using var item = html.Line().Open("li", ("class", style));
            html.Element("strong", $"{mark} {note.Title}", ("title", word));
            foreach (string line in note.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                using (html.Open("p", "small")) html.Name(line);
            if (note.Next is { } next)
                using (html.Open("p", "small")) html.Element(next.StartsWith("alignment ", StringComparison.Ordinal) ? "code"
                    : "span", next);
        }
    }

    bool IsMissing(HtmlWriter html, bool there, string part, string what)
    {
        if (there) return false;
        MissingPart? known = missing.FirstOrDefault(m => m.What.StartsWith(part, StringComparison.Ordinal));
        using var p = html.Open("p");
        html.Text(known is null ? $"{what} cannot be read; see above." : $"{what} is not in this run. It is made by ");
        if (known is not null) html.Element("code", known.Command).Text(".");
        return true;
    }

    static void Pair(HtmlWriter html, string name, string? value)
    {
        if (value is null) return;
        using var row = html.Line().Open("tr");
        html.Element("td", name);
        using (html.Open("td")) html.Name(value);
    }
}
