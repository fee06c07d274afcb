using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Video;

/// <summary>The pictures of one video in one variant, found in <c>edited_scenes/{variant}/{video_id}/{video_id}-Scene-{n}.png</c> (or
/// .jpg). Pictures: scene number → file, ascending.</summary>
sealed record EditedVideo(string VideoId, string Variant, SortedDictionary<int, string> Pictures)
{
    // Best first: PNG is the edit itself, JPEG is written from it.
    static readonly string[] s_endings = [".png", ".jpg", ".jpeg"];

    // All of them, by video, then variant. folder is edited_scenes or the folder that holds it.
    public static List<EditedVideo> Find(string folder, IReadOnlyList<string>? videoIds)
    {
        string nested = Path.Combine(folder, Layout.Edited);
        string root = Directory.Exists(nested) ? nested : folder;
        if (!Directory.Exists(root)) throw BadDataException.For($"The edited scenes '{SafePath.Shorten(folder, 200)}'", "no such folder",
            "edited_scenes/{variant}/{video_id}/{video_id}-Scene-001.png", "Run 'alignment edit' first or correct the path.");
        List<EditedVideo> found = [];
        // the edits' proof, no variants
        foreach (var variant in new DirectoryInfo(root).EnumerateDirectories()
            .Where(d => d.Name is not (EditedFolder.Source or EditedFolder.Region)))
            foreach (var video in variant.EnumerateDirectories())
            {
                if (videoIds is not null && !videoIds.Contains(video.Name, StringComparer.Ordinal)) continue;
                SortedDictionary<int, string> pictures = [];
                foreach (string ending in s_endings)
                    foreach (var file in video.EnumerateFiles())
                        if (SceneNumber(file.Name, video.Name, ending) is { } number) pictures.TryAdd(number, file.FullName);
                if (pictures.Count > 0) found.Add(new(video.Name, variant.Name, pictures));
            }
        if (found.Count == 0) throw BadDataException.For($"The edited scenes '{SafePath.Shorten(root, 200)}'", "no edited scene",
            "{variant}/{video_id}/{video_id}-Scene-001.png", "Run 'alignment edit' first or correct the path.");
        return [.. found.OrderBy(f => f.VideoId, StringComparer.Ordinal).ThenBy(f => Order(f.Variant))
            .ThenBy(f => f.Variant, StringComparer.Ordinal)];
    }

    // Where the attention comes from that a picture was edited by; not known of pictures that no record speaks of with this hash.
    public static HeatmapProvenance AttentionOf(string picture, string sha256) =>
        OutputRecord.FactsOf<EditFacts>(Path.ChangeExtension(picture, ".json"), Path.GetFileName(picture), sha256)?.AttentionOrigin
        ?? HeatmapProvenance.Provided;

    // The order of reports; any further folder follows by name.
    static int Order(string variant) => Transforms.Attention.Variant.Find(variant)?.Position ?? Transforms.Attention.Variant.All.Count;

    static int? SceneNumber(string file, string videoId, string ending)
    {
        string prefix = videoId + "-Scene-";
        if (!file.StartsWith(prefix, StringComparison.Ordinal) || !file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return null;
        return int.TryParse(file.AsSpan(prefix.Length, Math.Max(0, file.Length - prefix.Length - ending.Length)), NumberStyles.None,
            CultureInfo.InvariantCulture, out int n) ? n : null;
    }
}

static class Still
{
    // Reads path into rgb (width × height × 3). A still of another size is scaled, its proportions kept, and centred on black.
    public static void Read(string path, int width, int height, byte[] rgb)
    {
        var own = PictureFile.ReadRgb8(path);
        if ((own.Width, own.Height) == (width, height))
        {
            own.Pixels.CopyTo(rgb, 0);
            return;
        }
        var (w, h) = Fit(own.Width, own.Height, width, height);
        float[] planes = new float[3 * w * h];
        PictureFile.ReadRgb(path, w, h, planes);
        byte[] scaled = RgbPicture.FromPlanes(planes, w, h).Pixels;
        Array.Clear(rgb);
        int left = (width - w) / 2, top = (height - h) / 2;
        for (int y = 0; y < h; y++) scaled.AsSpan(y * w * 3, w * 3).CopyTo(rgb.AsSpan(((top + y) * width + left) * 3));
    }

    internal static (int Width, int Height) Fit(int fromWidth, int fromHeight, int width, int height)
    {
        double scale = Math.Min((double)width / fromWidth, (double)height / fromHeight);
        return (Math.Clamp((int)Math.Round(fromWidth * scale), 1, width), Math.Clamp((int)Math.Round(fromHeight * scale), 1, height));
    }
}
