using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;

namespace Alignment.Tests.MLNet.Dataset;

public sealed class SceneListTests
{
    [Test]
    public void Read_TruthOfRealFootage_HasItsScenes()
    {
        var list = SceneList.Read(Shared.Path("media", "apple_ad.truth.json"));
        Assert.That(list.Fps, Is.EqualTo(new FrameRate(25)));
        Assert.That(list.Scenes, Is.EqualTo(new SceneSpan[] { new(1, 0, 40), new(2, 40, 79), new(3, 79, 109), new(4, 109, 139) }));
    }

    [TestCase(25, 1)]
    [TestCase(30000, 1001)]
    public void Write_ThenRead_IsTheSameList(long numerator, long denominator)
    {
        using var temp = new TempFolder();
        var list = SceneList.FromStarts(new FrameRate(numerator, denominator), [0, 7, 100_000], 100_001);
        list.Write(temp["scenes.csv"]);
        var read = SceneList.Read(temp["scenes.csv"]);
        Assert.That((read.Fps, read.Frames), Is.EqualTo((list.Fps, 100_001L)));
        Assert.That(read.Scenes, Is.EqualTo(list.Scenes));
    }

    [Test]
    public void Write_TwoScenes_IsThisText()
    {
        using var temp = new TempFolder();
        SceneList.FromStarts(new FrameRate(25), [0, 40], 79).Write(temp["scenes.csv"]);
        Assert.That(File.ReadAllText(temp["scenes.csv"]),
            Is.EqualTo("scene_number,start_frame,end_frame,start_seconds,end_seconds\r\n1,0,40,0,1.6\r\n2,40,79,1.6,3.16\r\n"));
    }

    [TestCase("a.csv", "scene_number,start_frame,end_frame,start_seconds,end_seconds\n1,0,10,0,0.4\n2,11,20,0.44,0.8\n", "without gaps")]
    [TestCase("a.csv", "scene_number,start_frame,end_frame,start_seconds,end_seconds\n1,0,ten,0,0.4\n", "line 2")]
    [TestCase("a.csv", "scene_number,start_frame\n1,0\n", "the columns scene_number, start_frame,")]
    [TestCase("a.csv", "", "an empty file")]
    [TestCase("a.csv", "scene_number,start_frame,end_frame,start_seconds,end_seconds\n", "no scenes")]
    [TestCase("a.truth.json", "{\"fps\":25}", "scene_start_frames")]
    [TestCase("a.truth.json", "{\"fps\":25,\"frames\":10,\"scene_start_frames\":[0,20]}", "longer than nothing")]
    [TestCase("a.truth.json", "nonsense", "scene_start_frames")]
    public void Read_WrongFile_SaysWhat(string name, string text, string says)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp[name], text);
        Assert.That(() => SceneList.Read(temp[name]), Throws.InstanceOf<BadDataException>().With.Message.Contains(says));
    }
}
