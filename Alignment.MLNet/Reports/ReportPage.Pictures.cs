using Alignment.MLNet.Charts;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>The contact sheet, scene × variant. The picture before the edit comes out when the pointer is over an edited one or it has the
/// focus; where there is no pointer, a switch above shows all of them; on paper the source stands first in every row. The control is beside
/// each. No script.</summary>
sealed partial class ReportPage
{
    const int Sampled = 4;
    const int MostUnread = 20;
    readonly SmallPictures _pictures = new(options.PictureWidth, options.JpegQuality);

    void Pictures(HtmlWriter html)
    {
        html.Line().Element("h2", "Pictures", ("id", "pictures"));
        if (IsMissing(html, run.Edit.Any && run.Set is not null, run.Edit.Any ? "the variants" : "edited scenes", "Edited scenes")) return;
        VariantSet set = run.Set!;
        int wanted = Math.Min(options.ScenesShown, set.Scenes), shown = Fit(set, wanted);
        _pictures.Forget();   // those of the trial may not be shown
        Choice(html, set, wanted, shown, options.PictureMegabytes);
        if (shown > 0)
        {
            html.Element("p", "Under each edit is the control it was made under: the attention the variant asks for as colour over the "
                + "scene, dark blue for none to light yellow for all, and in green the outline of the region that may change. Everything "
                + "outside of it is the source's, pixel for pixel.", "soft small");
            html.Element("p", "Hold the pointer over an edit, or tap it, to see the scene before it.", "soft small screen");
            using (html.Open("div"))
            {
                html.Empty("input", ("type", "radio"), ("name", "show"), ("id", "show-after"), ("class", "switch"), ("checked", "checked"))
                    .Element("label", "show edits", ("for", "show-after"));
                html.Empty("input", ("type", "radio"), ("name", "show"), ("id", "show-before"), ("class", "switch"))
                    .Element("label", "show before", ("for", "show-before"));
                using (html.Open("div", "scenes"))
                    foreach (IReadOnlyList<VariantScene> scene in SceneChoice.Of(set, shown))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        Scene(html, scene);
                        ScenesShown++;
                        progress?.Report(new(Progress, ScenesShown, shown, scene[0].Scene.SceneId));
                    }
            }
            Unread(html);
        }
        Videos(html, set);
    }

    void Unread(HtmlWriter html)
    {
        if (UnreadablePictures.Count == 0) return;
        html.Element("p",
            $"▲ {Count(UnreadablePictures.Count, "file of these pictures", "files of these pictures")} cannot be read:",
            "error");
        using var list = html.Open("ul", "small");
        foreach (string why in UnreadablePictures.Take(MostUnread)) html.Element("li", SafePath.Shorten(why, 400));
        if (UnreadablePictures.Count > MostUnread) html.Element("li",
            $"… and {N(UnreadablePictures.Count - MostUnread)} more.");
    }

    static void Choice(HtmlWriter html, VariantSet set, int wanted, int shown, double megabytes)
    {
        if (shown == set.Scenes)
        {
            html.Element("p", $"All {N(set.Scenes)} scenes.");
            return;
        }
        using var p = html.Open("p");
        html.Text($"{N(shown)} of {N(set.Scenes)} scenes, spread over the videos and over their length; the "
            + $"other {N(set.Scenes - shown)} are in edited_scenes, and on the contact sheets in contact_sheets. ");
        html.Element("a", ReportTables.Scenes, ("href", $"{ReportTables.Folder}/{ReportTables.Scenes}")).Text(" has the numbers of all. ");
        html.Text(shown < wanted ? $"Asked for were {N(wanted)}; no more fit into {F(megabytes)} megabytes of "
            + $"pictures: --picture-megabytes MB." : "More here: --scenes N.");
    }

    int Fit(VariantSet set, int wanted)
    {
        if (wanted <= Sampled) return wanted;
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var trial = new HtmlWriter(text);
        int tried = 0;
        foreach (IReadOnlyList<VariantScene> scene in SceneChoice.Of(set, Sampled))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Scene(trial, scene);
            tried++;
        }
        return tried == 0 ? wanted : (int)Math.Clamp(options.PictureMegabytes * (1 << 20) * tried / text.GetStringBuilder().Length, 1,
            wanted);
    }

    void Scene(HtmlWriter html, IReadOnlyList<VariantScene> scene)
    {
        var edited = new EditedFolder(run.Folder.Root);
        (string video, string id) = (scene[0].Scene.VideoId, scene[0].Scene.SceneId);
        string source = edited.Png(EditedFolder.Source, video, id), region = edited.Png(EditedFolder.Region, video, id);
        if (!File.Exists(source)) source = scene[0].Scene.SceneImagePath;
        using var block = html.Line().Open("section", "scene");
        using (html.Open("h4"))
        {
            html.Name(video).Text(FormattableString.Invariant($", scene {scene[0].Scene.SceneNumber} "));
            using var soft = html.Open("span", "soft small");
            html.Name(scene[0].Scene.Keyword).Text($", {TemporalWindows.Names[scene[0].Window]} third, {Origin(scene[0])} attention");
        }
        using var cells = html.Open("div", "cells");
        using (html.Open("figure", "cell"))
        {
            Picture(html, _pictures.Source(source, region), "the source");
            using var caption = html.Open("figcaption");
            html.Element("b", "source").Text($", untouched; share of attention on the product {Percent(scene[0].ShareBefore)}");
        }
        SmallPicture? before = _pictures.Of(source);
        foreach (VariantScene variant in scene) Cell(html, edited, variant, source, region, before);
    }

    void Cell(HtmlWriter html, EditedFolder edited, VariantScene variant, string source, string region, SmallPicture? before)
    {
        (string video, string id, string name) = (variant.Scene.VideoId, variant.Scene.SceneId, variant.Variant.Name);
        string png = edited.Png(name, video, id);
        JsonFacts record = RecordOf(edited.Record(name, video, id));
        string words = Label(name), of = record["recipe"]["edit_of"].Text ?? name;
        if (variant.Variant.Strength != VariantStrength.None && !variant.Modified && of == Variant.Baseline.Name && File.Exists(png))
        {
            using var same = html.Line().Open("figure", "cell");
            html.Element("div", !variant.Variant.ActsIn(variant.Window) ? "as the baseline: outside its window"
                : "as the baseline: nothing to change", "same");
            using (html.Open("figcaption")) html.Element("b", words);
            return;
        }
        using var figure = html.Line().Open("figure", ("class", "cell"), ("tabindex", "0"));
        if (!File.Exists(png) && !record.Any) html.Element("div", "not edited: see the failures", "same");
        else if (_pictures.Of(png) is not { } after) Picture(html, null, $"{words}, after the edit");
        else
            using (html.Open("div", "flip"))
            {
                Picture(html, after, $"{words}, after the edit");
                if (before is not null)
                    using (html.Open("div", "before"))
                    {
                        Picture(html, before, "before the edit");
                        html.Element("span", "before", "tag");
                    }
            }
        Picture(html, _pictures.Control(source, region, variant.AttentionMapPath), $"the control of {words}");
        using var caption = html.Open("figcaption");
        html.Element("b", words);
        if (variant.Modified && variant.Variant.Target == VariantTarget.Product)
            html.Text($" asked share {Percent(variant.ShareAfter)}");
        else if (variant.Variant.Target == VariantTarget.Background) html.Text(" asked share unchanged");
        if (of != name) html.Text($"; the same edit as {Label(of)}");
    }

    static void Picture(HtmlWriter html, SmallPicture? picture, string alt)
    {
        if (picture is { } p) html.Empty("img", ("src", p.Address), ("width", p.Width), ("height", p.Height), ("alt", alt),
            ("decoding", "async"));
        else html.Element("div", $"{alt}: cannot be read", "same");
    }

    static JsonFacts RecordOf(string path)
    {
        try
        {
            return JsonFacts.Read(path);
        }
        catch (BadDataException)
        {
            return JsonFacts.None;   // the picture says that it is there; only its caption is shorter
        }
    }

    string Origin(VariantScene scene)
    {
        if (_originsOf != scene.Scene.VideoId) (_originsOf, _origins) = (scene.Scene.VideoId, run.Set!.AttentionOf(scene.Scene.VideoId));
        return _origins!.TryGetValue(scene.Scene.SceneNumber, out HeatmapProvenance? origin) ? origin.Word
            : HeatmapProvenance.Provided.Word;
    }

    string? _originsOf;
    IReadOnlyDictionary<int, HeatmapProvenance>? _origins;
}
