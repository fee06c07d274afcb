using Alignment.MLNet.Scenes;

namespace Alignment.Tests.MLNet.Scenes;

/// <summary>The default detector on drawn footage whose cuts are known because they were drawn.</summary>
public sealed class ShotDetectorTests
{
    static long[] Frames(IReadOnlyList<SceneCut> cuts) => [.. cuts.Select(c => c.Frame)];

    [TestCase(0)]
    [TestCase(1.5)]
    [TestCase(6)]
    public void HardCuts_BetweenMovingShots_AreExact(double speed) =>
        Assert.That(Frames(new DrawnShots().Shot(1, 40, speed).Shot(2, 30, -speed).Shot(3, 50, speed).Cuts()), Is.EqualTo(new[] { 40, 70 }));

    [TestCase(2)]
    [TestCase(3)]
    public void HardCut_WithRepeatedFrames_IsExact(int times) =>
        Assert.That(Frames(new DrawnShots().Shot(1, 40, 2).Shot(2, 40, 2).Repeated(times).Cuts()), Is.EqualTo(new[] { 40 * times }));

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(10)]
    public void Flash_OfAnyLengthBelowAScene_IsNoCut(int frames) =>
        Assert.That(new DrawnShots().Shot(1, 40).Colour(250, frames).Shot(1, 40).Cuts(), Is.Empty);

    [Test]
    public void OtherPicture_ShorterThanAScene_IsNoCut() => Assert.That(new DrawnShots().Shot(1, 40).Shot(2, 8).Shot(1, 40).Cuts(), Is.Empty);

    [Test]
    public void OtherPicture_LongerThanAScene_IsTwoCuts() => Assert.That(Frames(new DrawnShots().Shot(1, 40).Shot(2, 20).Shot(1, 40).Cuts()), Is.EqualTo(new[] { 40, 60 }));

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
        var cuts = new DrawnShots().Shot(1, 40).Fade(1, colour, fade, out_: true).Colour(colour, hold + 1).Fade(2, colour, fade, out_: false).Shot(2, 40).Cuts();
        Assert.That(cuts, Has.Count.EqualTo(1));
        Assert.That(cuts[0].Frame, Is.EqualTo(40 + fade + hold / 2.0).Within(2));
        Assert.That(cuts[0].Kind, Is.EqualTo(CutKind.Fade));
    }

    [Test]
    public void Fade_AtStartAndEnd_IsNoCut() =>
        Assert.That(Frames(new DrawnShots().Fade(1, 0, 20, out_: false).Shot(1, 40).Shot(2, 40).Fade(2, 0, 20, out_: true).Colour(0, 20).Cuts()), Is.EqualTo(new[] { 60 }));

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

    [TestCase(1)]
    [TestCase(3)]
    public void NothingButOneColour_IsOneScene(int frames) => Assert.That(new DrawnShots().Colour(0, frames).Cuts(), Is.Empty);

    /// <summary>What it remembers does not grow: a cut behind a long still picture is found like any other.</summary>
    [Test]
    public void HardCut_BehindAVeryLongStill_IsExact() => Assert.That(Frames(new DrawnShots().Shot(1, 2000).Shot(2, 30).Cuts()), Is.EqualTo(new[] { 2000 }));
}
