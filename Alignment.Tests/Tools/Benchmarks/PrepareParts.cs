using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Where the time of <see cref="PrepareSpeed"/> goes: each step of a scene on its own, wall clock, over scenes.</summary>
/// <example><c>dotnet run -c Release --project Alignment.Tests -- prepare-parts [scenes 60]</c></example>
static class PrepareParts
{
    public const string Switch = "prepare-parts";

    public static int Run(string[] args)
    {
        const int side = PrepareSpeed.Side, pixels = side * side;
        int scenes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
        string folder = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        try
        {
            SceneRecord[] records = PrepareSpeed.Draw(Path.Combine(folder, "data"), scenes);
            var options = new VariantOptions { Width = side, Height = side };
            float[] image = new float[3 * pixels], attention = new float[pixels], mask = new float[pixels], made = new float[pixels];
            byte[] jpeg = [], grey = new byte[pixels];
            var place = default(PlaceboPlacement);
            int file = 0;
            (string Name, Action<SceneRecord> Work)[] parts =
            [
                ("still: decoded", r => PictureFile.ReadRaw(r.SceneImagePath, null).Dispose()),
                ("still: decoded and sized", r => PictureFile.ReadRgb(r.SceneImagePath, side, side, image)),
                ("still: to -1..1", _ => SizeImageTransformer.ToSigned(image)),
                ("mask: decoded", r => PictureFile.ReadRaw(r.KeywordMaskPath, null).Dispose()),
                ("mask: decoded and sized", r => MapFile.Read(r.KeywordMaskPath, side, side, mask)),
                ("mask: binary", _ => BinarizeMaskTransformer.Binarize(mask, options.MaskThreshold, mask)),
                ("heatmap: decoded", r => PictureFile.ReadRaw(r.AttentionHeatmapPath, null).Dispose()),
                ("heatmap: decoded and sized", r => MapFile.Read(r.AttentionHeatmapPath, side, side, attention, 255)),
                ("heatmap: normalised", _ => NormalizeHeatmapTransformer.Normalize(attention, new NormalizeHeatmapOptions().Mode, 1, 99,
                    attention)),
                ("boost", _ => AttentionChange.Apply(attention, mask, 1.5, false, made)),
                ("placebo: running sums", _ => new MaskRuns(attention, mask, side, side, 1.5).Dispose()),
                ("placebo: place, sums and all", r => place = PlaceboRegion.Find(attention, mask, side, side, 1, r.SceneId, 1.5)),
                ("placebo: change", _ => PlaceboChange.Apply(attention, mask, side, side, place, 1.5, made)),
                ("score", _ => AttentionScore.Of(made, mask)),
                ("to bytes", _ => VariantWriter.Grey(made, grey)),
                ("JPEG", _ => jpeg = GreyJpeg.Encode(grey, side, side, PictureFile.DefaultJpegQuality)),
                ("a file", _ => AtomicFile.WriteBytes(Path.Combine(folder, FormattableString.Invariant($"{file++}.jpg")), jpeg,
                    durable: false)),
            ];
            var times = parts.Select(_ => new List<double>()).ToArray();
            for (int round = -20; round < scenes; round++)
            {
                SceneRecord record = records[(round + 20) % records.Length];
                for (int p = 0; p < parts.Length; p++)
                {
                    long clock = Stopwatch.GetTimestamp();
                    parts[p].Work(record);
                    if (round >= 0) times[p].Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
                }
            }
            for (int p = 0; p < parts.Length; p++)
            {
                times[p].Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{parts[p].Name,-28} {times[p][times[p].Count / 2],8:0.00} ms, best quarter {times[p][times[p].Count / 4],8:0.00}"));
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
