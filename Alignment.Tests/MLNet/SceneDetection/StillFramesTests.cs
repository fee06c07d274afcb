using Alignment.MLNet.SceneDetection;

namespace Alignment.Tests.MLNet.SceneDetection;

public sealed class StillFramesTests
{
    // Worked by hand from PySceneDetect's rule: numpy.array_split of the scene's frames, margin of one frame, middle = [length // 2].
    [TestCase(0, 40, 1, new long[] { 20 })]
    [TestCase(40, 79, 1, new long[] { 59 })]
    [TestCase(0, 40, 2, new long[] { 1, 38 })]
    [TestCase(0, 40, 3, new long[] { 1, 20, 38 })]     // runs 0–13, 14–26, 27–39
    [TestCase(100, 110, 4, new long[] { 101, 104, 107, 108 })]   // runs of 3, 3, 2, 2
    [TestCase(7, 8, 1, new long[] { 7 })]
    [TestCase(7, 8, 3, new long[] { 7, 7, 7 })]
    [TestCase(0, 2, 3, new long[] { 0, 1, 1 })]
    public void Of_Scene_IsPySceneDetectsChoice(long start, long end, int images, long[] expected) =>
        Assert.That(StillFrames.Of(start, end, images), Is.EqualTo(expected));
}
