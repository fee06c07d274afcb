using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Audit;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// Time, memory and size of the page of an audit of very many small scenes, of which the search for copies sees the worst: all copies of a
/// few scenes, all different, or all alike but none the same (one still with noise, one heatmap that drifts). One kind and number a
/// process.
/// </summary>
static class AuditScale
{
    public const string Switch = "audit-scale";

    const int Width = 48, Height = 32, ScenesPerVideo = 100, Pool = 50;

    static readonly string[] s_kinds = ["copies", "different", "alike"];

    public static int Run(string kind, string scenes)
    {
        if (!s_kinds.Contains(kind)) throw UsageException.For("The kind of scenes", $"'{kind}'", string.Join(", ", s_kinds),
            "Choose one of these.");
        int count = int.Parse(scenes, CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        try
        {
            double drawn = Timing.Seconds(() => Draw(folder, kind, count));
            long before = Private(), peak = before;
            using var look = new Timer(_ => peak = Math.Max(peak, Private()), null, 0, 50);
            AuditResult? made = null;
            string last = "";
            var clock = Stopwatch.StartNew();
            var phases = new List<string>();
            double seconds = Timing.Seconds(() => made = AuditJob.Run(folder, Path.Combine(folder, "audit"), progress: new Now(p =>
            {
                if (p.Stage == last) return;
                phases.Add(string.Create(CultureInfo.InvariantCulture, $"{(last = p.Stage)} from {clock.Elapsed.TotalSeconds:0.0} s"));
            })));
            long Bytes(string name) => new FileInfo(Path.Combine(folder, "audit", name)).Length >> 10;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {made!.Validation.ValidScenes} scenes in "
                + $"{seconds:0.0} s, {Math.Max(peak, Private()) - before} MB above {before} MB; page {Bytes(AuditResult.PageName)} KB, "
                + $"findings {Bytes(AuditResult.CsvName)} KB, {string.Join(", ", made.Counts.Select(c => $"{c.Key} {c.Value}"))}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  drawn in {drawn:0} s; {string.Join("; ", phases)}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    sealed class Now(Action<WorkProgress> told) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => told(value);
    }

    internal static void Draw(string folder, string kind, int count)
    {
        byte[] mask = new byte[Width * Height];
        for (int i = 0; i < mask.Length; i++) mask[i] = i % Width is >= 18 and < 30 && i / Width is >= 10 and < 24 ? (byte)255 : (byte)0;
        byte[] maskFile = PngWriter.Grey8(mask, Width, Height);
        using var keywords = new StreamWriter(Path.Combine(folder, "keywords.csv"));
        keywords.WriteLine("_id,keyword_list[0]");
        for (int v = 0; v * ScenesPerVideo < count; v++)
        {
            string video = string.Create(CultureInfo.InvariantCulture, $"video {v:0000}");
            keywords.WriteLine($"{video},bottle");
            string Kind(string name) => Directory.CreateDirectory(Path.Combine(folder, name, video)).FullName;
            string stills = Kind("video_scene_cuts"), masks = Kind("keyword_masks"), heatmaps = Kind("attention_heatmap");
            Parallel.For(1, Math.Min(ScenesPerVideo, count - v * ScenesPerVideo) + 1, n =>
            {
                int scene = v * ScenesPerVideo + n - 1, like = kind == "copies" ? scene % Pool : scene;
                string id = string.Create(CultureInfo.InvariantCulture, $"{video}-Scene-{n:000}");
                File.WriteAllBytes(Path.Combine(stills, id + "-01.png"), Still(like, kind == "alike"));
                File.WriteAllBytes(Path.Combine(masks, string.Create(CultureInfo.InvariantCulture, $"scene_{n}.png")), maskFile);
                File.WriteAllBytes(Path.Combine(heatmaps, id + ".png"), Heatmap(like, kind == "alike"));
            });
        }
    }

    /// <summary>Patches of random colour, blended; alike: always the same ones, with noise of one level.</summary>
    static byte[] Still(int seed, bool alike)
    {
        const int side = 8;
        var random = new Random(alike ? 0 : seed + 1);
        double[] patches = [.. Enumerable.Range(0, 3 * side * side).Select(_ => 250 * random.NextDouble())];
        var noise = new Random(seed + 1);
        byte[] rgb = new byte[3 * Width * Height];
        for (int y = 0, i = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
                for (int c = 0; c < 3; c++, i++)
                {
                    double u = (double)x / Width * (side - 1), w = (double)y / Height * (side - 1), fu = u % 1, fw = w % 1;
                    double At(int column, int row) => patches[3 * (((int)w + row) * side + (int)u + column) + c];
                    rgb[i] = (byte)((At(0, 0) * (1 - fu) + At(1, 0) * fu) * (1 - fw) + (At(0, 1) * (1 - fu) + At(1, 1) * fu) * fw
                        + (alike ? noise.Next(2) : 0));
                }
        return PngWriter.Rgb8(rgb, Width, Height);
    }

    /// <summary>A spot near the middle, as attention often is; alike: always at nearly the same place.</summary>
    static byte[] Heatmap(int seed, bool alike)
    {
        var random = new Random(seed + 1);
        double Near(double spread) => spread * (random.NextDouble() + random.NextDouble() - 1);
        double reach = alike ? 0.001 : 0.3, cx = Width * (0.5 + Near(reach)), cy = Height * (0.5 + Near(reach)),
            sigma = Height * (0.2 + Near(alike ? 0.001 : 0.1));
        byte[] grey = new byte[Width * Height];
        for (int i = 0; i < grey.Length; i++)
        {
            double dx = i % Width - cx, dy = i / Width - cy;
            grey[i] = (byte)(240 * Math.Exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)) + (alike ? 2 * random.NextDouble() : 0));
        }
        return PngWriter.Grey8(grey, Width, Height);
    }

    static long Private()
    {
        using var process = Process.GetCurrentProcess();
        return process.PrivateMemorySize64 >> 20;
    }
}
