using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Synthetic;

/// <summary>Writes drawn ads as a data set in the usual layout (see <see cref="SceneFolder"/>), with the truth beside it.</summary>
static class DrawnDataSet
{
    // For reports: nobody looked at these ads.
    internal const string ImaginedViewer = "the demo, an imagined viewer";

    // Writes stills, masks, heatmaps (recorded as drawn for an imagined viewer), keywords.csv, and for each ad {video_id}.truth.json. Equal
    // options give equal bytes.
    public static IReadOnlyList<DrawnAd> Write(string folder, IReadOnlyList<AdDrawingOptions> ads, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        DrawnAd[] drawn = [.. ads.Select(AdDrawing.Draw)];
        if (ads.Select(a => a.VideoId).Distinct(StringComparer.Ordinal).Count() != ads.Count)
            throw UsageException.For("The drawn ads", "two with the same id", "a different id for every ad", "Rename one.");
        long scenes = drawn.Sum(a => a.Scenes.Count), done = 0;
        foreach (DrawnAd ad in drawn)
        {
            var heatmaps = new List<HeatmapEntry>();
            foreach (DrawnScene scene in ad.Scenes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                heatmaps.Add(Write(folder, ad, scene));
                progress?.Report(new("drawing scenes", ++done, scenes, ad.Options.VideoId));
            }
            new HeatmapRecord
            {
                VideoId = ad.Options.VideoId,
                Makers = [s_imagined],
                Scenes = heatmaps
            }.Write(SafePath.Under(folder, Layout.Heatmaps, ad.Options.VideoId));
            AtomicFile.WriteText(SafePath.Under(folder, ad.Options.VideoId + Layout.TruthEnding), JsonSerializer.Serialize(new
            {
                Video = ad.Options.VideoId,
                ad.Options.Width,
                ad.Options.Height,
                Fps = ad.Options.FramesPerSecond,
                ad.Frames,
                SceneStartFrames = ad.Scenes.Select(s => s.StartFrame),
                Product = ad.Keyword,
                ProductOnScreen = ad.Scenes.Select(s => s.HasProduct),
            }, JsonStyle.Record) + "\n");
        }
        AtomicFile.Write(Path.Combine(folder, Layout.Keywords), stream =>
        {
            using StreamWriter to = CsvRows.To(stream);
            CsvRows.Write(to, KeywordsCsv.IdColumn, KeywordsCsv.KeywordColumn);
            foreach (DrawnAd ad in drawn) CsvRows.Write(to, ad.Options.VideoId, ad.Keyword);
        });
        return drawn;
    }

    static readonly HeatmapMethod s_imagined = new() { Kind = ProvenanceKind.Drawn, By = ImaginedViewer };

    static HeatmapEntry Write(string folder, DrawnAd ad, DrawnScene scene)
    {
        string id = ad.Options.VideoId, sceneId = SceneId.Of(id, scene.Number);
        int frame = DrawnAd.StillOf(scene), width = ad.Options.Width, height = ad.Options.Height;
        byte[] rgb = new byte[width * height * 3];
        ad.Render(frame, rgb);
        PictureFile.WriteJpeg(SafePath.Under(folder, Layout.Stills, id, sceneId + "-01.jpg"), new(width, height, rgb));
        PictureFile.WritePngGrey(SafePath.Under(folder, Layout.Masks, id, Invariant($"scene_{scene.Number}.png")), width,
            height, ad.Mask(frame));
        byte[] grey = [.. ad.Heatmap(frame).Select(a => (byte)(a * 255f + 0.5f))];
        string heatmap = SafePath.Under(folder, Layout.Heatmaps, id, sceneId + ".jpg");
        PictureFile.WriteJpegGrey(heatmap, width, height, grey);
        return new(scene.Number, Path.GetFileName(heatmap), FileHash.OfFile(heatmap), Maker: 0);
    }
}
