using Alignment.MLNet.Charts;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>Small copies of the videos inside the page, where they were asked for, as many as fit; and where the scenes' lengths come
/// from.</summary>
sealed partial class ReportPage
{
    void Videos(HtmlWriter html, VariantSet set)
    {
        html.Element("h3", "Videos");
        int there = 0, estimated = 0;
        foreach (string id in set.VideoIds)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (run.Video(id, Variant.Baseline.Name) is not { } note) continue;
            there++;
            if (note.Durations == "equal_share_of_source") estimated++;
        }
        if (IsMissing(html, there > 0, "videos", "Videos")) return;
        html.Element("p",
            $"{Text.Capitalize(NumberWords.Of(Variant.All.Count))} versions of {Count(there, "video", "videos")} are in the "
            + $"folder videos.");
        if (estimated > 0) html.Element("p", $"● Of {Count(estimated, "video", "videos")} the scenes' lengths are an "
            + $"estimate, equal shares of the source: there is no list of scenes.", "warning");
        if (!options.Videos)
        {
            html.Element("p", "Small copies can stand in this page: --videos.", "soft small");
            return;
        }
        long room = (long)(options.VideoMegabytes * (1 << 20));
        int left = 0;
        FfmpegTools tools = FfmpegTools.Find();
        foreach (string id in set.VideoIds)
        {
            // A video is compared with its other versions: all or none.
            if (left > 0 || Copies(id, tools, ref room) is not { } copies)
            {
                left++;
                continue;
            }
            Video(html, id, copies);
        }
        if (left > 0) html.Element("p", $"{Count(left, "video has", "videos have")} no copy here: the page holds at most "
            + $"{F(options.VideoMegabytes)} megabytes of video (--video-megabytes), or a file cannot be read.",
            "soft");
    }

    void Video(HtmlWriter html, string id, IReadOnlyList<(string Variant, string Address)> copies)
    {
        using var block = html.Line().Open("section", "scene");
        using (html.Open("h4")) html.Name(id);
        using var cells = html.Open("div", "cells");
        foreach (var (variant, address) in copies)
        {
            using var figure = html.Line().Open("figure", "cell");
            using (html.Open("video", ("src", address), ("controls", "controls"), ("loop", "loop"), ("muted", "muted"),
                ("playsinline", "playsinline"), ("preload", "metadata"),
                ("aria-label", $"{Label(variant)}, without sound"))) { }
            using (html.Open("figcaption")) html.Element("b", Label(variant));
            VideosShown++;
        }
    }

    List<(string Variant, string Address)>? Copies(string id, FfmpegTools tools, ref long room)
    {
        var copies = new List<(string, string)>();
        long bytes = 0;
        DirectoryInfo workspace = Directory.CreateTempSubdirectory("alignment-report-");
        try
        {
            foreach (string variant in Variant.Names)
            {
                string from = SafePath.Under(run.Folder.Videos, $"{id}_{variant}.mp4"), to = Path.Combine(workspace.FullName, "small.mp4");
                if (!File.Exists(from)) continue;
                progress?.Report(new("copying videos small", VideosShown, 0, $"{id} {variant}"));
                SmallVideo.Write(from, to, options.VideoWidth, room - bytes, tools, cancellationToken);
                bytes += new FileInfo(to).Length;
                if (bytes > room) return null;
                copies.Add((variant, "data:video/mp4;base64," + Convert.ToBase64String(File.ReadAllBytes(to))));
            }
        }
        catch (BadDataException)
        {
            return null;
        }
        finally
        {
            workspace.Delete(recursive: true);
        }
        room -= bytes;
        return copies.Count > 0 ? copies : null;
    }
}
