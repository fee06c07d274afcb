using Alignment.MLNet.Data;
using Alignment.MLNet.Drawing;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;

namespace Alignment.Tests.Benchmarks;

/// <summary>
/// Validates 100,000 scenes (1,000 videos of 100) without <c>Deep</c>: run once, since the file system's cache is part of it.
/// <c>--filter *ValidateBenchmark*</c>; needs 300,000 small files of temporary space.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 1)]
[MemoryDiagnoser]
public class ValidateBenchmark
{
    const int Videos = 1000, ScenesPerVideo = 100;
    string _root = "";

    [GlobalSetup]
    public void Make()
    {
        _root = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        AdDrawingOptions ad = AdDrawing.Set(1, new() { Width = 64, Height = 36 })[0];
        string one = Path.Combine(_root, "one"), id = ad.VideoId;
        DrawnDataSet.Write(one, [ad]);
        byte[] still = File.ReadAllBytes(Path.Combine(one, "video_scene_cuts", id, $"{id}-Scene-001-01.jpg"));
        byte[] mask = File.ReadAllBytes(Path.Combine(one, "keyword_masks", id, "scene_1.png")), heatmap = File.ReadAllBytes(Path.Combine(one, "attention_heatmap", id, $"{id}-Scene-001.jpg"));
        using var keywords = new StreamWriter(Path.Combine(_root, "keywords.csv"));
        keywords.WriteLine("_id,keyword_list[0]");
        for (int v = 0; v < Videos; v++)
        {
            string video = $"video {v:0000}";
            keywords.WriteLine($"{video},bottle");
            string Folder(string kind) => Directory.CreateDirectory(Path.Combine(_root, kind, video)).FullName;
            string stills = Folder("video_scene_cuts"), masks = Folder("keyword_masks"), heatmaps = Folder("attention_heatmap");
            for (int n = 1; n <= ScenesPerVideo; n++)
            {
                File.WriteAllBytes(Path.Combine(stills, $"{video}-Scene-{n:000}-01.jpg"), still);
                File.WriteAllBytes(Path.Combine(masks, $"scene_{n}.png"), mask);
                File.WriteAllBytes(Path.Combine(heatmaps, $"{video}-Scene-{n:000}.jpg"), heatmap);
            }
        }
    }

    [Benchmark]
    public long HundredThousandScenes() => SceneValidator.Run(_root).ValidScenes;

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_root, recursive: true);
}
