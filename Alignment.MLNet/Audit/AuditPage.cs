using Alignment.MLNet.Charts;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Audit;

// The report for people: one page with everything inside, bounded in size however large the data set is.
sealed class AuditPage(AuditResult audit, AuditOptions options, AuditSamples samples, IReadOnlyList<VideoFacts> videos,
    IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
{
    const int Bins = 20;

    static readonly (AuditSeverity Severity, string Mark, string One, string Many)[] s_severities =
        [(AuditSeverity.Error, "▲", "error", "errors"), (AuditSeverity.Warning, "●", "warning", "warnings"),
        (AuditSeverity.Note, "■", "note", "notes")];

    public void Write(TextWriter to) => HtmlPage.Write(to, "Data set audit", html =>
    {
        Head(html);
        Summary(html);
        Attention(html);
        Videos(html);
        Findings(html);
        html.Element("h2", "Files");
        using (html.Open("p"))
        {
            html.Text("Every finding: ").Element("a", AuditResult.CsvName, ("href", AuditResult.CsvName)).Text(", ")
                .Element("a", AuditResult.JsonName, ("href", AuditResult.JsonName));
            html.Text(". Every scene with what was measured: ").Element("a", AuditResult.ScenesName, ("href", AuditResult.ScenesName))
                .Text(".");
        }
    });

    void Head(HtmlWriter html)
    {
        html.Element("h1", "Data set audit");
        using (html.Open("p", "soft")) html.Element("code", audit.Validation.DataFolder);
        var (v, a) = (audit.Validation, audit);
        string verdict = a.Errors > 0 ? "Something must be put right first: look at the errors."
            : a.Warnings > 0 ? "Usable. The warnings say where results will be weaker than they look." : "Nothing stands in the way.";
        using (html.Open("p")) html.Element("strong", v.ValidScenes == 0 ? "No scene can be used." : verdict);
        html.Element("p", v.Attention.Text, ("class", v.Attention.Predicted > 0 ? "warning" : "soft"));
        if (!options.Deep) html.Element("p",
            "Pictures were not decoded: masks, heatmaps, copies and attention were not looked at. Run again with --deep.",
            "warning");
        using (html.Open("div", "tiles"))
        {
            html.Tile(N(v.ValidScenes), v.ValidScenes == v.Scenes ? "scenes, all usable" : $"of {N(v.Scenes)} scenes usable", null);
            html.Tile(N(v.ValidVideos), v.ValidVideos == v.Videos ? "videos, all usable" : $"of {N(v.Videos)} videos usable", null);
            long[] counts = [a.Errors, a.Warnings, a.Notes];
            foreach (var (severity, mark, one, many) in s_severities)
            {
                long count = counts[(int)severity];
                html.Tile(N(count), $"{mark} {(count == 1 ? one : many)}", count == 0 ? "soft" : one);
            }
        }
    }

    void Summary(HtmlWriter html)
    {
        if (audit.Counts.Count == 0) return;
        html.Element("h2", "What was found");
        using var table = html.Open("table", "stack");
        html.Header(("", null), ("finding", null), ("how often", "number"), ("what it means", null));
        using var body = html.Open("tbody");
        foreach (var (kind, severity) in Kinds())
        {
            using var row = html.Line().Open("tr");
            using (html.Open("td")) Badge(html, severity);
            using (html.Open("td")) html.Element("a", AuditKinds.Title(kind), ("href", $"#{kind}"));
            html.Element("td", N(audit.Counts[kind]), "number", "how often");
            html.Element("td", AuditKinds.Why(kind), "small");
        }
    }

    IEnumerable<(AuditKind Kind, AuditSeverity Severity)> Kinds() =>
        audit.Counts.Keys.Select(k => (Kind: k, Severity: samples.Of(k).Min(f => f.Severity))).OrderBy(k => k.Severity)
        .ThenByDescending(k => audit.Counts[k.Kind]).ThenBy(k => k.Kind);

    void Attention(HtmlWriter html)
    {
        float[] shares = [.. videos.SelectMany(v => v.Shares)];
        if (shares.Length == 0) return;
        Array.Sort(shares);
        html.Element("h2", "Attention on the product");
        html.Element("p", $"The share of each scene's attention that lies on the product already, before any variant. A boost of "
            + $"{Text(options.BoostAlpha)} moves a share s to about {Text(options.BoostAlpha)} s ÷ (1 + {Text(options.BoostAlpha - 1)} "
            + $"s): most where s is around 40 %, next to nothing near 0 and near 100 %.");
        long[] counts = new long[Bins];
        foreach (float share in shares) counts[Math.Min(Bins - 1, (int)(share * Bins))]++;
        using (html.Open("figure"))
        {
            SvgPlots.Histogram(html, counts, $"Histogram of the attention share of {shares.Length} scenes");
            SvgPlots.Axis(html);
            string Quantile(double q) => Percent(SvgPlots.Quantile(shares, q));
            html.Element("p", $"{N(shares.Length)} scenes with product and attention; median {Quantile(0.5)}, half of them between "
                + $"{Quantile(0.25)} and {Quantile(0.75)}.", "small soft");
        }
    }

    void Videos(HtmlWriter html)
    {
        if (videos.Count == 0) return;
        html.Element("h2", "Videos");
        IReadOnlyList<VideoFacts> shown = videos.Count <= options.VideosShown ? videos
            : [.. videos.OrderByDescending(v => v.Findings[0]).ThenByDescending(v => v.Findings[1]).ThenByDescending(v => v.Findings[2])
            .ThenBy(v => v.Id, StringComparer.Ordinal).Take(options.VideosShown)];
        if (options.Deep) html.Element("p", "Windows: scenes with the product, of all in that third of the video. The strip shows each "
            + "scene's attention share: dots are scenes, the box holds the middle half, the line is the median.", "small soft");
        using (html.Open("table", "stack"))
        {
            html.Header(("video", null), ("scenes", "number"), ("split", "whole"), ("early", "number"), ("middle", "number"),
                ("late", "number"), ("findings", "whole"), (options.Deep ? "attention on the product, 0 to 100 %" : "", "plot"));
            using var body = html.Open("tbody");
            foreach (VideoFacts v in shown) Video(html, v);
        }
        if (shown.Count < videos.Count) html.Element("p",
            $"… and {N(videos.Count - shown.Count)} more, with fewer findings; audit.json has them all.", "soft");
    }

    static void Video(HtmlWriter html, VideoFacts v)
    {
        using var row = html.Line().Open("tr", "row");
        using (html.Open("td", "name"))
        using (html.Open("strong")) html.Name(v.Id);
        html.Element("td", N(v.Scenes), "number", "valid scenes");
        html.Element("td", v.Scenes == 0 ? "–" : v.Trained ? "train" : "validation", "whole", "split");
        for (int w = 0; w < TemporalWindows.Count; w++)
        {
            var (text, bad) = v.Windows is { } windows
                ? ($"{N(windows[w].WithProduct)} of {N(windows[w].Scenes)}{(windows[w].WithProduct == 0 ? " ●" : "")}",
                windows[w].WithProduct == 0) : ("–", false);
            html.Element("td", text, ("class", bad ? "number warning" : "number"), ("data-label", TemporalWindows.Names[w]));
        }
        using (html.Open("td", ("class", "whole"), ("data-label", "findings")))
        {
            if (v.Findings.All(f => f == 0)) html.Element("span", "✓ none", "good");
            foreach (var (severity, mark, one, many) in s_severities)
                if (v.Findings[(int)severity] is > 0 and var count)
                    html.Element("span", $"{mark} {N(count)} ", ("class", one), ("title", count == 1 ? one : many));
        }
        using (html.Open("td", "plot"))
        {
            if (v.Shares.Count == 0)
            {
                html.Element("span", "no scene with product and attention", "soft small");
                return;
            }
            SvgPlots.Strip(html, v.Shares,
                $"Attention share of {v.Shares.Count} scenes, median {Percent(SvgPlots.Quantile(v.Shares, 0.5))}");
            html.Element("span", $"median {Percent(SvgPlots.Quantile(v.Shares, 0.5))}, {Percent(v.Shares[0])} to {Percent(v.Shares[^1])}",
                "soft small");
        }
    }

    void Findings(HtmlWriter html)
    {
        html.Element("h2", "Findings");
        if (audit.Counts.Count == 0)
        {
            html.Element("p", "✓ None.", "good");
            return;
        }
        long done = 0;
        foreach (var (kind, severity) in Kinds())
        {
            IReadOnlyList<AuditFinding> shown = samples.Of(kind);
            using (html.Line().Open("h3", ("id", kind.ToString())))
            {
                html.Text(AuditKinds.Title(kind) + " ");
                Badge(html, severity);
            }
            html.Element("p", AuditKinds.Why(kind), "soft");
            using (html.Open("div", "cards"))
                foreach (AuditFinding finding in shown)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Card(html, finding);
                }
            long more = audit.Counts[kind] - shown.Count;
            if (more > 0) html.Element("p", $"… and {N(more)} more in {AuditResult.CsvName}.", "soft");
            progress?.Report(new("writing the report", ++done, audit.Counts.Count, kind.ToString()));
        }
    }

    static void Card(HtmlWriter html, AuditFinding f)
    {
        using var card = html.Line().Open("div", "card");
        using (html.Open("h4"))
        {
            if (f.VideoId is null) html.Text(f.File is null ? "data set" : Path.GetFileName(f.File));
            else html.Name(f.VideoId);
            if (f.SceneNumber is { } number) html.Text(FormattableString.Invariant($", scene {number}"));
        }
        if (f.Pictures.Count > 0)
            using (html.Open("div", "pictures"))
                foreach (AuditPicture picture in f.Pictures) Picture(html, picture);
        Said(html, "Found", f.Found);
        Said(html, "Expected", f.Expected);
        Said(html, "To do", f.Next);
        if (f.File is not null)
            using (html.Open("p", "small soft")) html.Element("code", f.File);
    }

    static void Picture(HtmlWriter html, AuditPicture picture)
    {
        using var figure = html.Open("figure");
        if (Thumbnail.Of(picture) is var (address, width, height))
            html.Empty("img", ("src", address), ("width", N(width)), ("height", N(height)), ("alt", picture.Caption));
        else html.Element("div", "cannot be read", "unread");
        html.Element("figcaption", picture.Caption);
    }

    static void Said(HtmlWriter html, string label, string text)
    {
        using var p = html.Open("p");
        html.Element("span", label + ": ", "soft small").Name(text);
    }

    static void Badge(HtmlWriter html, AuditSeverity severity)
    {
        var (_, mark, one, _) = s_severities[(int)severity];
        html.Element("span", $"{mark} {one}", ("class", "badge " + one));
    }

    static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    static string Percent(double share) => (100 * share).ToString(share is > 0 and < 0.1 ? "0.0" : "0", CultureInfo.InvariantCulture)
        + " %";
}
