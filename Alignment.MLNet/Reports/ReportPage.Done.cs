using Alignment.MLNet.Charts;
using Alignment.Transforms.Attention;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

// What was done: model, settings, versions, the data audit's counts, and every setting as it is recorded.
sealed partial class ReportPage
{
    void Done(HtmlWriter html)
    {
        html.Line().Element("h2", "What was done", ("id", "done"));
        JsonFacts model = run.Run["model"], counts = run.Edit["counts"], edit = run.EditSettings, variants = run.Variants["options"];
        string mass = variants["preserve_mass"].Flag == true ? ", total attention kept also where clipping bites" : "";
        using (html.Open("table", "pairs"))
        using (html.Open("tbody"))
        {
            Pair(html, "Program", run.Run["tool"].Text ?? run.Edit["tool"].Text);
            Pair(html, "ONNX Runtime", run.Run["onnx_runtime"].Text);
            Pair(html, "ffmpeg", FfmpegVersions());
            Pair(html, "Model", run.ModelSha256 is { } hash ? $"SHA-256 {hash}" : null);
            Pair(html, "Where it comes from", model["origin"].Text);
            Pair(html, "Its licence", model["license"].Text);
            Pair(html, "Control", model["control_trained"].Flag switch
            {
                true => "two channels, keyword mask and attention; trained",
                false => "two channels, keyword mask and attention; NOT trained",
                _ => "two channels, keyword mask and attention"
            });
            Pair(html, "Sampler", edit["scheduler"].Text is { } sampler ? $"{sampler}, {edit["steps"].Text} steps, guidance "
                + $"{edit["guidance"].Text}, strength {edit["strength"].Text}, control scale {edit["control_scale"].Text}" : null);
            Pair(html, "Size", edit["size"].Text);
            Pair(html, "Prompt", edit["prompt_template"].Text);
            Pair(html, "Seed", edit["seed"].Text);
            Pair(html, "Boost and reduction", variants["boost_alpha"].Text is { } boost ? $"× {boost} and × "
                + $"{variants["reduction_alpha"].Text}{mass}" : null);
            Pair(html, "Edits", counts.Any ? $"{N(counts["edits"].Count)} for {N(counts["outputs"].Count)} "
                + $"pictures: one for each different control; {N(counts["failed"].Count)} scenes failed" : null);
            Pair(html, "What edits did to their stills", run.Edit["quality"]["pictures"].Count > 0
                ? $"within the region mean PSNR {F(run.Edit["quality"]["mean_psnr_db"].Number)} dB and SSIM "
                    + $"{F(run.Edit["quality"]["mean_ssim"].Number)} over "
                    + $"{N(run.Edit["quality"]["pictures"].Count)} pictures; outside of it the largest difference is "
                    + $"{run.Edit["quality"]["background_max_difference"].Text} of 255" : null);
            Pair(html, "Smoothing in time", run.Run["options"]["assemble"]["smoothing"].Text);
        }
        Audit(html);
        AllSettings(html);
    }

    string? FfmpegVersions()
    {
        if (run.Set is not { } set) return null;
        var versions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string video in set.VideoIds.Take(50))
            if (run.Video(video, Variant.Baseline.Name) is { Ffmpeg: { Length: > 0 } version }) versions.Add(version);
        return versions.Count == 0 ? null : string.Join(", ", versions);
    }

    void Audit(HtmlWriter html)
    {
        html.Element("h3", "The data");
        if (IsMissing(html, run.Validation is not null, "the validation", "The validation of the data")) return;
        var data = run.Validation!;
        html.Element("p", $"{N(data.ValidScenes)} of {Count(data.Scenes, "scene", "scenes")} and "
            + $"{N(data.ValidVideos)} of {Count(data.Videos, "video", "videos")} can be "
            + $"used{(data.Deep ? "; every picture was decoded" : "")}. {run.AttentionOrigin.Text}");
        if (data.Counts.Count == 0)
        {
            html.Element("p", "Nothing was wrong with any of them.", "good");
            return;
        }
        using var table = html.Open("table");
        html.Header(("finding", null), ("", null), ("how often", "number"));
        using var body = html.Open("tbody");
        foreach (var (kind, count) in data.Counts.OrderBy(c => c.Key))
        {
            using var row = html.Line().Open("tr");
            html.Element("td", Spaced(kind.ToString()));
            bool rejects = new Alignment.MLNet.Dataset.SceneProblem(kind, null, null, "", "").Rejects;
            html.Element("td", rejects ? "left out" : "used all the same", ("class", rejects ? "small error" : "small soft"));
            html.Element("td", N(count), "number");
        }
    }

    void AllSettings(HtmlWriter html)
    {
        (string Path, string Value)[] settings = [.. (run.Run.Any ? run.Run["options"] : run.Edit["settings"]).Leaves()];
        if (settings.Length == 0) return;
        using var details = html.Line().Open("details");
        html.Element("summary", "Every setting, as recorded");
        using var table = html.Open("table", "pairs small");
        using var body = html.Open("tbody");
        foreach (var (path, value) in settings) Pair(html, path, value);
    }

    static string Spaced(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
}
