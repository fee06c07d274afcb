using Alignment.MLNet.Demo;
using Alignment.MLNet.Video;
using Alignment.Tests.MLNet.Editing;

namespace Alignment.Tests.MLNet.Demo;

public sealed class DemoRunTests
{
    /// <summary>The demo in small: the same path, fewer and smaller pictures.</summary>
    static readonly DemoOptions s_small = new()
    {
        Ads = 2,
        Drawing = new() { Width = 96, Height = 54, Scenes = 3, ShortestSceneSeconds = 0.2, LongestSceneSeconds = 0.4 },
        Run = new DemoOptions().Run with { Width = 32, Height = 20, Edit = new() { Steps = 2 } },
    };

    [Test]
    public void Demo_MakesSevenVideosOfEveryDrawnAd_AndFindsThemDoneTheSecondTime()
    {
        using var temp = new TempFolder();
        DemoResult result = DemoRun.Run(temp["out"], s_small);

        Assert.That(result.Run.HasFailures, Is.False, string.Join('\n', result.Run.Problems));
        Assert.That(result.Ads, Has.Count.EqualTo(2).And.All.Matches<string>(File.Exists));
        Assert.That(result.Run.Assemble.Videos, Has.Count.EqualTo(14));
        foreach (AssembledVideo video in result.Run.Assemble.Videos)
        {
            long drawn = VideoProbe.Read(result.Ads.Single(a => Path.GetFileNameWithoutExtension(a) == video.VideoId), FfmpegTools.Find()).Frames;
            Assert.That(VideoProbe.Read(Path.Combine(result.Run.VideosFolder, video.File), FfmpegTools.Find()).Frames, Is.EqualTo(drawn), "each scene lasts as long as it was drawn");
        }
        var before = Snapshot.Of(temp["out"]);
        Assert.That(DemoRun.Run(temp["out"], s_small).Run.AlreadyDone);
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(before));
    }

    [Test]
    public void TooManyAds_AreRefused() => Assert.That(() => DemoRun.Run("nowhere", new() { Ads = 13 }), Throws.TypeOf<UsageException>().With.Message.Contains("1 to 12"));

    [Test, Explicit("The demo as it is, timed; ALIGNMENT_TEST_OUT keeps the outputs.")]
    public void Demo_WithItsDefaults_Timed()
    {
        using var temp = new TempFolder();
        long started = TimeProvider.System.GetTimestamp();
        DemoResult result = DemoRun.Run(Environment.GetEnvironmentVariable("ALIGNMENT_TEST_OUT") ?? temp["out"]);
        TestContext.Out.WriteLine(FormattableString.Invariant($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {result.Run.Edit.Counts}"));
        Assert.That(result.Run.HasFailures, Is.False);
    }
}
