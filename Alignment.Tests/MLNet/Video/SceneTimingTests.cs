using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Video;

namespace Alignment.Tests.MLNet.Video;

public sealed class SceneTimingTests
{
    static readonly SceneList s_list = SceneList.FromStarts(new FrameRate(25), [0, 40, 79, 109], 139);
    static readonly VideoInfo s_source = new()
    {
        Width = 640,
        Height = 360,
        SquareWidth = 640,
        Fps = new(25),
        Frames = 139,
        Seconds = 5.56,
        VideoCodec = "h264",
        AudioCodec = "aac",
    };

    [Test]
    public void Of_SceneList_HoldsEachSceneForItsFrames()
    {
        var timing = SceneTiming.Of("v", [1, 2, 3, 4], s_list, s_source, new());
        Assert.That(timing.Scenes.Select(s => s.Frames), Is.EqualTo(new long[] { 40, 39, 30, 30 }));
        Assert.That((timing.Frames, timing.From, timing.Notes.Count), Is.EqualTo((139L, DurationSource.SceneList, 0)));
    }

    [Test]
    public void Of_OtherRate_RoundsBoundariesSoThatErrorsDoNotAddUp()
    {
        var timing = SceneTiming.Of("v", [1, 2, 3, 4], s_list, null, new() { Fps = "30000/1001" });
        // 139/25 s · 30000/1001 = 166.63
        Assert.That(timing.Frames, Is.EqualTo(167));
    }

    [Test]
    public void Of_SourceOnly_SharesItsFramesAndSaysItIsAnEstimate()
    {
        var timing = SceneTiming.Of("v", [2, 5, 9], null, s_source, new());
        Assert.That(timing.Scenes.Select(s => (s.SceneNumber, s.Frames)), Is.EqualTo(new[] { (2, 46L), (5, 46L), (9, 47L) }));
        Assert.That((timing.From, timing.Notes.Single()),
            Is.EqualTo((DurationSource.EqualShareOfSource,
            "The scenes' real lengths are not known: each got an equal share of the source video's length.")));
    }

    [Test]
    public void Of_NothingKnown_HoldsEachForTheGivenSeconds()
    {
        var timing = SceneTiming.Of("v", [1, 2, 3], null, null, new() { SceneSeconds = 0.3, Fps = "10" });
        Assert.That((timing.Frames, timing.From), Is.EqualTo((9L, DurationSource.Fixed)));
    }

    [Test]
    public void Of_SceneWithoutPicture_IsFilledFromTheSourceOrLeftOut()
    {
        var filled = SceneTiming.Of("v", [1, 3, 4], s_list, s_source, new());
        var leftOut = SceneTiming.Of("v", [1, 3, 4], s_list, null, new());
        Assert.Multiple(() =>
        {
            Assert.That(filled.Frames, Is.EqualTo(139));
            Assert.That(filled.Scenes.Single(s => !s.Edited).SceneNumber, Is.EqualTo(2));
            Assert.That(filled.Notes.Single(), Does.Contain("own still: scene 2"));
            Assert.That(leftOut.Frames, Is.EqualTo(100));
            Assert.That(leftOut.Notes.Single(), Does.Contain("Left out").And.Contain("scene 2"));
        });
    }

    [Test]
    public void Of_ListOfAnotherVideo_SaysSo()
    {
        Assert.That(() => SceneTiming.Of("v", [1, 7], s_list, null, new()),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("scene 7"));
        Assert.That(SceneTiming.Of("v", [1, 2, 3, 4], s_list, s_source with { Frames = 300 }, new()).Notes.Single(),
            Does.Contain("139").And.Contain("300"));
    }
}
