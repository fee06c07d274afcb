using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Pipelines;

/// <summary>A data set of two little videos: "spot" with four scenes, "ad-2 é" with three, whose second has no product.</summary>
static class MiniDataSet
{
    public const int Width = 90, Height = 62;

    /// <summary>
    /// Distinct controls, counted by hand from the variants' table. spot: four scenes in windows 0, 0, 1, 2; every scene has baseline, one
    /// boost, and placebo; the middle one has the reduction too: 13. The other: scenes in windows 0, 1, 2, where the second has no product
    /// and so one control: 3 + 1 + 3 = 7.
    /// </summary>
    public const int DistinctControls = 20;

    public const int Scenes = 7;

    public const string EngagementFile = "engagement.csv";

    public const int EngagementRows = 6;

    /// <summary>Writes it; every pixel follows from the scene's number.</summary>
    public static string Write(string folder)
    {
        foreach (var (video, scenes) in new[] { ("spot", 4), ("ad-2 é", 3) })
            for (int n = 1; n <= scenes; n++)
            {
                string id = FormattableString.Invariant($"{video}-Scene-{n:000}");
                byte[] still = new byte[3 * Width * Height], mask = new byte[Width * Height], heat = new byte[Width * Height];
                int cx = 20 + 8 * n, cy = 30;
                for (int y = 0; y < Height; y++)
                    for (int x = 0; x < Width; x++)
                    {
                        int i = y * Width + x, far = (x - cx) * (x - cx) + (y - cy) * (y - cy);
                        bool product = far < 12 * 12 && (video, n) != ("ad-2 é", 2);
                        mask[i] = product ? (byte)255 : (byte)0;
                        heat[i] = (byte)(20 + 180 / (1 + far / 200) + (x * 3 + y) % 17);
                        (still[3 * i], still[3 * i + 1], still[3 * i + 2]) = product ? ((byte)200, (byte)(40 + 2 * n), (byte)50)
                            : ((byte)(x * 2), (byte)(y * 3), (byte)(90 + 20 * n));
                    }
                PictureFile.WriteJpeg(Path.Combine(folder, "video_scene_cuts", video, id + "-01.jpg"),
                    new RgbPicture(Width, Height, still));
                PictureFile.WritePngGrey(Path.Combine(folder, "keyword_masks", video, FormattableString.Invariant($"scene_{n}.png")), Width,
                    Height, mask.AsSpan());
                PictureFile.WriteJpegGrey(Path.Combine(folder, "attention_heatmap", video, id + ".jpg"), Width, Height, heat.AsSpan());
            }
        File.WriteAllText(Path.Combine(folder, "keywords.csv"), "_id,keyword_list[0]\nspot,bottle\n\"ad-2 é\",red ball\n");
        File.WriteAllText(Path.Combine(folder, EngagementFile),
            "video_id,variant,CTR\nspot,baseline,0.1\nspot,baseline,0.2\nspot,baseline,0.15\n"
            + "spot,full_boost,0.3\nspot,full_boost,0.25\nspot,full_boost,0.2\n");
        return folder;
    }
}
