using Alignment.MLNet.Video;

namespace Alignment.Tests.MLNet.Video;

public sealed class StillSequenceTests
{
    static readonly byte[] s_greys = [100, 120, 20];

    static List<int> Play(Smoothing? smoothing, params long[] lengths)
    {
        List<TimedScene> scenes = [];
        foreach (long length in lengths) scenes.Add(new(scenes.Count + 1, scenes.Sum(s => s.Frames), length, true));
        var stills = new StillSequence(scenes, 3, (i, rgb) => Array.Fill(rgb, s_greys[i]), smoothing);
        byte[] frame = new byte[3];
        return [.. Enumerable.Range(0, (int)lengths.Sum()).Select(t => { stills.Draw(t, frame); return (int)frame[0]; })];
    }

    [Test]
    public void Draw_NoSmoothing_CutsHard() =>
        Assert.That(Play(null, 3, 2, 2), Is.EqualTo(new[] { 100, 100, 100, 120, 120, 20, 20 }));

    // By hand: k = 3: w = 1/4, 2/4, 3/4, then 1; from 100 to 120: 105, 110, 115. k is cut to the scene's length − 1 = 1: w = 1/2: 120 → 20:
    // 70.
    [Test]
    public void Draw_Fade_BlendsTheFirstFramesAfterTheCutOnly() =>
        Assert.That(Play(new() { FadeFrames = 3, DeflickerRadius = 0 }, 2, 5, 2),
        Is.EqualTo(new[] { 100, 100, 105, 110, 115, 120, 120, 70, 20 }));

    // By hand, radius 1, window 3 (2 at the ends): means of (100,100,100) = 100, (100,100,120) = 106.67, (100,120,120) = 113.33, 120.
    [Test]
    public void Draw_Deflicker_MovesBrightnessTowardsTheMeanOfTheWindow() =>
        Assert.That(Play(new() { FadeFrames = 0, DeflickerRadius = 1 }, 3, 3), Is.EqualTo(new[] { 100, 100, 107, 113, 120, 120 }));

    // 120 → 20 within one frame: mean 86.7 asks for gain 0.72, held at 1/1.25 = 0.8 → 96; mean 53.3 asks for 2.67, held at 1.25 → 25.
    [Test]
    public void Draw_DeflickerOverARealCut_IsHeldByTheLargestGain() =>
        Assert.That(Play(new() { FadeFrames = 0, DeflickerRadius = 1 }, 1, 3, 3)[2..], Is.EqualTo(new[] { 120, 96, 25, 20, 20 }));

    [Test]
    public void MeanLuma_PureGreen_IsItsBt709Weight() => Assert.That(StillSequence.MeanLuma([0, 200, 0]), Is.EqualTo(143.04).Within(1e-9));

    [TestCase("off", null)]
    [TestCase("on", "fade=4,deflicker=2")]
    [TestCase("fade=6", "fade=6,deflicker=2")]
    [TestCase("fade=0,deflicker=9", "fade=0,deflicker=9")]
    public void Parse_Text_IsUnderstood(string text, string? expected) =>
        Assert.That(Smoothing.Parse(text)?.ToString(), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("fade=-1")]
    [TestCase("fade")]
    [TestCase("blur=3")]
    [TestCase("fade=99999")]
    public void Parse_Nonsense_SaysWhatIsUnderstood(string text) =>
        Assert.That(() => Smoothing.Parse(text), Throws.InstanceOf<UsageException>().With.Message.Contains("fade=6,deflicker=0"));
}
