using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Synthetic;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>A data set of 100,000 scenes, 1,000 videos of 100, in a temporary folder: 300,000 small files, there until
/// <see cref="Remove"/>.</summary>
sealed class ManyScenes
{
    const int Videos = 1000, ScenesPerVideo = 100;

    public ManyScenes()
    {
        Folder = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        AdDrawingOptions ad = AdDrawing.Set(1, new() { Width = 64, Height = 36 })[0];
        string one = Path.Combine(Folder, "one"), id = ad.VideoId;
        DrawnDataSet.Write(one, [ad]);
        byte[] still = File.ReadAllBytes(Path.Combine(one, "video_scene_cuts", id, $"{id}-Scene-001-01.jpg"));
        byte[] mask = File.ReadAllBytes(Path.Combine(one, "keyword_masks", id, "scene_1.png")),
            heatmap = File.ReadAllBytes(Path.Combine(one, "attention_heatmap", id, $"{id}-Scene-001.jpg"));
        using var keywords = new StreamWriter(Path.Combine(Folder, "keywords.csv"));
        keywords.WriteLine("_id,keyword_list[0]");
        for (int v = 0; v < Videos; v++)
        {
            string video = string.Create(CultureInfo.InvariantCulture, $"video {v:0000}");
            keywords.WriteLine($"{video},bottle");
            string Kind(string kind) => Directory.CreateDirectory(Path.Combine(Folder, kind, video)).FullName;
            string stills = Kind("video_scene_cuts"), masks = Kind("keyword_masks"), heatmaps = Kind("attention_heatmap");
            for (int n = 1; n <= ScenesPerVideo; n++)
            {
                string number = n.ToString("000", CultureInfo.InvariantCulture);
                File.WriteAllBytes(Path.Combine(stills, $"{video}-Scene-{number}-01.jpg"), still);
                File.WriteAllBytes(Path.Combine(masks, string.Create(CultureInfo.InvariantCulture, $"scene_{n}.png")), mask);
                File.WriteAllBytes(Path.Combine(heatmaps, $"{video}-Scene-{number}.jpg"), heatmap);
            }
        }
    }

    public string Folder { get; }

    /// <summary>Validates them and writes the CSV; looks at the process's memory meanwhile.</summary>
    /// <returns>Valid scenes, seconds, and the most private megabytes above those at the start.</returns>
    public (long Valid, double Seconds, long PeakMegabytes) Validate()
    {
        GC.Collect();
        long before = PrivateMegabytes(), peak = before, valid = 0;
        using var look = new Timer(_ => peak = Math.Max(peak, PrivateMegabytes()), null, 0, 50);
        double seconds = Timing.Seconds(() => valid = ValidationJob.Run(Folder, Path.Combine(Folder, ValidScenesCsv.FileName)).ValidScenes);
        return (valid, seconds, Math.Max(peak, PrivateMegabytes()) - before);
    }

    static long PrivateMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PrivateMemorySize64 >> 20;
    }

    public void Remove() => Directory.Delete(Folder, recursive: true);
}
