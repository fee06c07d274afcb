using Alignment.Transforms.Attention;

namespace Alignment.Tests.Transforms.Attention;

public sealed class TemporalWindowsTests
{
    // Literal lists of floor(3 i / n).
    [TestCase(1, new[] { 0 })]
    [TestCase(2, new[] { 0, 1 })]
    [TestCase(3, new[] { 0, 1, 2 })]
    [TestCase(4, new[] { 0, 0, 1, 2 })]
    [TestCase(5, new[] { 0, 0, 1, 1, 2 })]
    [TestCase(7, new[] { 0, 0, 0, 1, 1, 2, 2 })]
    [TestCase(9, new[] { 0, 0, 0, 1, 1, 1, 2, 2, 2 })]
    public void Of_EveryScene_IsItsThird(int scenes, int[] expected) =>
        Assert.That(Enumerable.Range(0, scenes).Select(i => TemporalWindows.Of(i, scenes)), Is.EqualTo(expected));

    [Test]
    public void Of_HugeVideo_DoesNotOverflow() => Assert.That(TemporalWindows.Of(int.MaxValue - 1, int.MaxValue), Is.EqualTo(2));

    [TestCase(-1, 3)]
    [TestCase(3, 3)]
    [TestCase(0, 0)]
    public void Of_NoSuchScene_Throws(int index, int scenes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TemporalWindows.Of(index, scenes));
}
