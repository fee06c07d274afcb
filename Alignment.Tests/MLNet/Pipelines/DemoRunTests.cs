using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Video;
using Alignment.Tests.MLNet.Editing;

namespace Alignment.Tests.MLNet.Pipelines;

[Parallelizable(ParallelScope.Self)]
public sealed class DemoRunTests
{
    /// <summary>The demo in small: the same path, fewer and smaller pictures.</summary>
    static readonly DemoOptions s_small = new()
    {
        Ads = 2,
        Drawing = new() { Width = 96, Height = 54, Scenes = 3, ShortestSceneSeconds = 0.2, LongestSceneSeconds = 0.4 },
        StudyRows = 40,
        Run = new DemoOptions().Run with { Width = 32, Height = 20, Edit = new() { InferenceSteps = 2 } },
    };

    [Test]
    public void Demo_MakesSevenVideosOfEveryDrawnAd_AndFindsThemDoneTheSecondTime()
    {
        using var temp = new TempFolder();
        DemoResult result = DemoJob.Run(temp["out"], s_small);

        Assert.That(result.Run.HasFailures, Is.False, string.Join('\n', result.Run.Problems));
        Assert.That(result.Ads, Has.Count.EqualTo(2).And.All.Matches<string>(File.Exists));
        Assert.That(result.Run.Assemble.Videos, Has.Count.EqualTo(14));
        foreach (AssembledVideo video in result.Run.Assemble.Videos)
        {
            long drawn = VideoProbe.Read(result.Ads.Single(a => Path.GetFileNameWithoutExtension(a) == video.VideoId),
                FfmpegTools.Find()).Frames;
            Assert.That(VideoProbe.Read(Path.Combine(result.Run.VideosFolder, video.File), FfmpegTools.Find()).Frames, Is.EqualTo(drawn),
                "each scene lasts as long as it was drawn");
        }
        Report_HasThePlantedEffects_WhatWasFound_AndSaysThatNobodyLooked(temp["out"], result);
        var before = Snapshot.Of(temp["out"]);
        Assert.That(DemoJob.Run(temp["out"], s_small).Run.AlreadyDone);
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(before));
    }

    static void Report_HasThePlantedEffects_WhatWasFound_AndSaysThatNobodyLooked(string output, DemoResult result)
    {
        Assert.That(result.Run.Validation.Attention.Drawn, Is.EqualTo(6), "two ads of three scenes");
        Assert.That(result.Run.Assemble.Videos.Select(v => v.AttentionOrigin!.By.Single()),
            Is.All.EqualTo("drawn by the demo, an imagined viewer"));
        Assert.That(Directory.GetFiles(result.SimulatedStudy!).Select(f => Path.GetFileName(f)), Is.All.Contains("simulated"));
        Assert.That(File.ReadLines(Path.Combine(result.SimulatedStudy!, "engagement_simulated.csv")).Skip(1), Is.All.EndsWith(",yes"),
            "every row says that it is simulated");
        using (var truth = System.Text.Json.JsonDocument.Parse(
            File.ReadAllText(Path.Combine(result.SimulatedStudy!, "truth_simulated.json"))))
            Assert.That(truth.RootElement.GetProperty("simulated").GetBoolean());
        Assert.That(result.Run.Analysis!.Simulated);

        string page = File.ReadAllText(result.Run.Report!.Html),
            text = System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(page, "<[^>]*>", "\n"));
        Assert.That(text, Does.Contain("Planted and found (SIMULATED)").And.Contain("The attention is imagined, not measured").And.Contain(
            "drawn for an imagined viewer; nobody looked").And.Contain("SIMULATED ENGAGEMENT DATA"));
        // The planted click rates as the simulator documents them, in points; and every answer that the analysis gave.
        foreach (string planted in new[] { "+0.7", "+0.5", "+0.3", "+0.9", "\u22120.5" })
            Assert.That(text, Does.Contain("\n" + planted + "\n"));
        foreach (var c in result.Run.Analysis.Metrics.SelectMany(m => m.Comparisons)) Assert.That(text, Does.Contain(c.Result.Sentence));
        string[] rows = File.ReadAllLines(Path.Combine(output, "report", "tables", "planted_and_found_simulated.csv"));
        Assert.That(rows, Has.Length.EqualTo(1 + 3 * 6).And.One.StartsWith("CTR,early_boost,0.007,").And.One.StartsWith(
            "CVR,full_boost,0,").And.One.StartsWith("watch_time,full_boost,1.5,"));
        Assert.That(rows.Skip(1), Is.All.EndsWith(",true"));
    }

    [Test]
    public void TooManyAds_AreRefused() => Assert.That(() => DemoJob.Run("nowhere", new() { Ads = 13 }),
        Throws.TypeOf<UsageException>().With.Message.Contains("1 to 12"));

    [Test, Explicit("The demo as it is, timed; ALIGNMENT_TEST_OUT keeps the outputs.")]
    public void Demo_WithItsDefaults_Timed()
    {
        using var temp = new TempFolder();
        long started = TimeProvider.System.GetTimestamp();
        DemoResult result = DemoJob.Run(Environment.GetEnvironmentVariable("ALIGNMENT_TEST_OUT") ?? temp["out"]);
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {result.Run.Edit.Counts}"));
        Assert.That(result.Run.HasFailures, Is.False);
    }
}
