using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.Tests.MLNet.SceneDetection;

/// <summary>What tells one scene in two lights from two scenes, and a blend from a move.</summary>
public sealed class OtherLightTests
{
    static SmallPicture Grey(Func<int, int, double> value, long index = 0)
    {
        const int Width = 64, Height = 36;
        byte[] planes = new byte[3 * Width * Height + FrameShrink.Slack];
        Array.Fill(planes, (byte)128);
        for (int i = 0; i < Width * Height; i++) planes[i] = (byte)Math.Clamp(value(i % Width, i / Width), 0, 255);
        var picture = new SmallPicture(Width, Height);
        picture.Set(new() { Width = Width, Height = Height, Picture = planes, Index = index });
        return picture;
    }

    static double Scene(int x, int y) => 128 + 90 * Math.Sin(x * 0.31) * Math.Cos(y * 0.4) + 30 * Math.Sin((x + 2 * y) * 0.17);

    // Curves of a lamp, of exposure and of film, from a textbook; each rises.
    [TestCase("half", true)]
    [TestCase("gamma", true)]
    [TestCase("drowned in white", true)]
    [TestCase("negative", false)]
    [TestCase("elsewhere", false)]
    public void OneScene_UnderATone_IsKnown(string tone, bool same)
    {
        Func<int, int, double> other = tone switch
        {
            "half" => (x, y) => Scene(x, y) / 2,
            "gamma" => (x, y) => 255 * Math.Pow(Scene(x, y) / 255, 2.2),
            "drowned in white" => (x, y) => Scene(x, y) * 1.3 + 90,
            "negative" => (x, y) => 255 - Scene(x, y),
            _ => (x, y) => Scene(x + 9, y + 5),
        };
        Assert.That(OtherLight.IsOneScene(Grey(Scene), Grey(other)), Is.EqualTo(same));
        Assert.That(OtherLight.IsOneScene(Grey(other), Grey(Scene)), Is.EqualTo(same));
    }
}
