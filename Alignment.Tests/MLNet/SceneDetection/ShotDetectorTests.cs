using Alignment.MLNet.SceneDetection.Detectors;

namespace Alignment.Tests.MLNet.SceneDetection;

/// <summary>The default detector on drawn footage whose cuts are known because they were drawn.</summary>
public sealed class ShotDetectorTests
{
    static long[] Frames(IReadOnlyList<SceneCut> cuts) => [.. cuts.Select(c => c.Frame)];

    [TestCase(0)]
    [TestCase(1.5)]
    [TestCase(6)]
    public void HardCuts_BetweenMovingShots_AreExact(double speed) =>
        Assert.That(Frames(new DrawnShots().Shot(1, 40, speed).Shot(2, 30, -speed).Shot(3, 50, speed).Cuts()),
        Is.EqualTo(new[] { 40, 70 }));

    [TestCase(2)]
    [TestCase(3)]
    public void HardCut_WithRepeatedFrames_IsExact(int times) =>
        Assert.That(Frames(new DrawnShots().Shot(1, 40, 2).Shot(2, 40, 2).Repeated(times).Cuts()), Is.EqualTo(new[] { 40 * times }));

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(10)]
    public void Flash_OfAnyLengthBelowAScene_IsNoCut(int frames) =>
        Assert.That(new DrawnShots().Shot(1, 40).Colour(250, frames).Shot(1, 40).Cuts(), Is.Empty);

    // The picture goes white by so much for frames before and after the cut: at once, or rising to the cut and falling behind it.
    [TestCase(0, 1, 0.5, false)]
    [TestCase(0, 3, 0.5, false)]
    [TestCase(2, 0, 0.5, false)]
    [TestCase(2, 2, 0.5, false)]
    [TestCase(3, 3, 0.5, true)]
    [TestCase(0, 3, 0.5, true)]
    public void Flash_OverAHardCut_IsThatCut(int before, int after, double strength, bool rises)
    {
        const int cut = 40;
        // The drawn places are faint: under a flash they would be of one colour.
        var shots = new DrawnShots().Shot(1, cut).Shot(2, 40).Painted(0, (_, _, _, value) => 128 + 4 * (value - 128))
            .Painted(0, (i, _, _, value) =>
        {
            bool first = i < cut;
            int reach = first ? before : after, distance = first ? cut - 1 - i : i - cut;
            return distance >= reach ? value : value + (255 - value) * (rises ? strength * (reach - distance) / reach : strength);
        });
        Assert.That(Frames(shots.Cuts()), Is.EqualTo(new[] { cut }));
    }

    [TestCase(2)]
    [TestCase(4)]
    public void Flash_OverAMovingShot_IsNoCut(int frames) =>
        Assert.That(new DrawnShots().Shot(1, 80, 3).Painted(0,
        (i, _, _, value) => i >= 40 && i < 40 + frames ? value + (255 - value) * 0.6 : value).Cuts(), Is.Empty);

    [Test]
    public void OtherPicture_ShorterThanAScene_IsNoCut() =>
        Assert.That(new DrawnShots().Shot(1, 40).Shot(2, 8).Shot(1, 40).Cuts(), Is.Empty);

    [Test]
    public void OtherPicture_LongerThanAScene_IsTwoCuts() =>
        Assert.That(Frames(new DrawnShots().Shot(1, 40).Shot(2, 20).Shot(1, 40).Cuts()), Is.EqualTo(new[] { 40, 60 }));

    [TestCase(2)]
    [TestCase(8)]
    public void Pan_OverAWidePlace_IsNoCut(double pixelsAFrame) =>
        Assert.That(new DrawnShots().Shot(1, 20).Shot(1, 40, pixelsAFrame).Cuts(), Is.Empty);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(12)]
    [TestCase(25)]
    [TestCase(60)]
    public void Dissolve_OfAnyLength_IsOneCutAtItsMiddle(int frames)
    {
        var cuts = new DrawnShots().Shot(1, 50).Dissolve(1, 2, frames).Shot(2, 50).Cuts();
        Assert.That(cuts, Has.Count.EqualTo(1));
        Assert.That(cuts[0].Frame, Is.EqualTo(50 + frames / 2.0).Within(1));
        Assert.That(cuts[0].Kind, Is.EqualTo(CutKind.Dissolve));
    }

    [TestCase(0, 10, 0)]
    [TestCase(0, 12, 6)]
    [TestCase(255, 8, 3)]
    [TestCase(0, 20, 100)]
    public void Fade_OutAndIn_IsOneCutWithin(byte colour, int fade, int hold)
    {
        var cuts = new DrawnShots().Shot(1, 40).Fade(1, colour, fade, out_: true).Colour(colour, hold + 1)
            .Fade(2, colour, fade, out_: false).Shot(2, 40).Cuts();
        Assert.That(cuts, Has.Count.EqualTo(1));
        Assert.That(cuts[0].Frame, Is.EqualTo(40 + fade + hold / 2.0).Within(2));
        Assert.That(cuts[0].Kind, Is.EqualTo(CutKind.Fade));
    }

    [Test]
    public void Fade_AtStartAndEnd_IsNoCut() =>
        Assert.That(Frames(new DrawnShots().Fade(1, 0, 20, out_: false).Shot(1, 40).Shot(2, 40).Fade(2, 0, 20, out_: true).Colour(0, 20)
        .Cuts()), Is.EqualTo(new[] { 60 }));

    [Test]
    public void Strobe_OverAShot_IsNoCut()
    {
        var shots = new DrawnShots().Shot(1, 30);
        for (int i = 0; i < 10; i++) shots.Colour(250, 2).Shot(1, 2);
        Assert.That(shots.Shot(1, 30).Cuts(), Is.Empty);
    }

    [Test]
    public void CutsCloserThanTheMinimum_TheFirstCounts()
    {
        var shots = new DrawnShots().Shot(1, 40).Shot(2, 8).Shot(3, 40);
        Assert.That(Frames(shots.Cuts()), Is.EqualTo(new[] { 40 }));
        Assert.That(Frames(shots.Cuts(0.2)), Is.EqualTo(new[] { 40, 48 }));
    }

    /// <summary>A camera that is off at once, by a seventh of the picture's width a frame and more: its first frames can be fitted as
    /// blends, but are not as faint as blends are.</summary>
    [TestCase(13)]
    [TestCase(16)]
    [TestCase(20)]
    public void Pan_ThatBeginsAtOnceAndFast_IsNoCut(double pixelsAFrame) =>
        Assert.That(new DrawnShots().Shot(1, 30).Shot(1, 20, pixelsAFrame).Cuts(), Is.Empty);

    [TestCase(0, 1)]
    [TestCase(0, 4)]
    [TestCase(255, 2)]
    [TestCase(255, 4)]
    public void GapOfOneColour_BetweenTwoShots_IsOneCutWithin(byte colour, int frames)
    {
        var cuts = new DrawnShots().Shot(1, 40).Colour(colour, frames).Shot(2, 40).Cuts();
        Assert.That(cuts, Has.Count.EqualTo(1));
        Assert.That(cuts[0].Frame, Is.InRange(40, 40 + frames));
    }

    [Test]
    public void HardCutToBlack_AndAFadeIn_IsOneCutWithin([Values(1, 4, 9)] int hold)
    {
        var cuts = new DrawnShots().Shot(1, 40).Colour(0, hold).Fade(2, 0, 10, out_: false).Shot(2, 40).Cuts();
        Assert.That(cuts, Has.Count.EqualTo(1));
        Assert.That(cuts[0].Frame, Is.InRange(40, 50 + hold));
    }

    /// <summary>Darkened or brightened until a good part of the picture is black or white: a bent tone curve, one scene.</summary>
    [TestCase(-120, 20)]
    [TestCase(90, 30)]
    public void Light_ThatChangesUntilPartsDrown_IsNoCut(double change, int frames) =>
        Assert.That(new DrawnShots().Shot(1, 80).Painted(30, (i, _, _, value) => value + change * Math.Min(1, (i + 1.0) / frames)).Cuts(),
        Is.Empty);

    /// <summary>A lamp goes off or on: from one frame to the next, and it stays. Asked of pictures with good contrast: 2.2 times the drawn
    /// one.</summary>
    [TestCase(0.7)]
    [TestCase(1.3)]
    public void Light_ThatChangesAtOnce_IsNoCut(double gain) =>
        Assert.That(new DrawnShots().Shot(1, 80).Painted(0, (_, _, _, value) => 128 + (value - 128) * 2.2)
        .Painted(30, (_, _, _, value) => value * gain).Cuts(), Is.Empty);

    [Test]
    public void FadeOut_ThatTheVideosEndCutsShort_IsNoCut([Values(0, 2, 5)] int missing) =>
        Assert.That(new DrawnShots().Shot(1, 40).Shot(1, 20 - missing).Painted(40, (i, _, _, value) => value * (1 - (i + 1) / 20.0)).Cuts(),
        Is.Empty);

    /// <summary>A flat thing, as wide as the picture or half of it, passes the lens.</summary>
    [TestCase(48, 8)]
    [TestCase(96, 12)]
    public void SomethingThatPassesTheLens_IsNoCut(int width, int pixelsAFrame) =>
        Assert.That(new DrawnShots().Shot(1, 80).Painted(30,
        (i, x, _, value) => x < (i * pixelsAFrame) && x >= i * pixelsAFrame - width ? 20 : value).Cuts(), Is.Empty);

    [TestCase(1)]
    [TestCase(12)]
    public void Title_ThatComesUp_IsNoCut(int frames) =>
        Assert.That(new DrawnShots().Shot(1, 80).Painted(30,
        (i, x, y, value) => x is > 10 and < 86 && y is > 20 and < 32 && (x / 3 + y / 4) % 2 == 0
        ? value + (255 - value) * Math.Min(1, (i + 1.0) / frames) : value).Cuts(), Is.Empty);

    [Test]
    public void ManyShortScenes_EveryCutIsExact()
    {
        var shots = new DrawnShots();
        for (int place = 1; place <= 8; place++) shots.Shot(place, 16, place % 3 - 1);
        Assert.That(Frames(shots.Cuts()), Is.EqualTo(Enumerable.Range(1, 7).Select(i => 16 * i)));
    }

    [TestCase(20)]
    [TestCase(60)]
    public void HardCut_UnderGrain_IsExact(int amplitude) =>
        Assert.That(Frames(new DrawnShots().Shot(1, 40, 1).Shot(2, 40).Grainy(amplitude).Cuts()), Is.EqualTo(new[] { 40 }));

    [Test]
    public void Grain_IsNoCut([Values(20, 80)] int amplitude) =>
        Assert.That(new DrawnShots().Shot(1, 80).Grainy(amplitude).Cuts(), Is.Empty);

    /// <summary>A faint scene is not what a fade has left of another.</summary>
    [Test]
    public void Dissolve_FromAFaintSceneToAStrongOne_IsOneCutAtItsMiddle()
    {
        // 12 frames; the first scene has a quarter of its contrast, about a mean of 128.
        const int Frames = 12;
        var faint = new DrawnShots().Shot(1, 50 + Frames).Painted(0, (_, _, _, value) => 128 + (value - 128) / 4.0)
            .ShotsAfterDissolve(2, 50, Frames);
        var cuts = faint.Cuts();
        Assert.That(cuts, Has.Count.EqualTo(1));
        Assert.That(cuts[0].Frame, Is.EqualTo(50 + Frames / 2).Within(1));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void NothingButOneColour_IsOneScene(int frames) => Assert.That(new DrawnShots().Colour(0, frames).Cuts(), Is.Empty);

    /// <summary>What it remembers does not grow: a cut behind a long still picture is found like any other.</summary>
    [Test]
    public void HardCut_BehindAVeryLongStill_IsExact() =>
        Assert.That(Frames(new DrawnShots().Shot(1, 2000).Shot(2, 30).Cuts()), Is.EqualTo(new[] { 2000 }));
}
