using Alignment.MLNet.Ffmpeg;

namespace Alignment.Tests.MLNet.Ffmpeg;

[Parallelizable(ParallelScope.Self)]
public sealed class VideoReaderTests
{
    // Names a shell, a printf pattern, an option parser or a protocol prefix would trip over.
    static readonly string[] s_hostile =
    [
        "-i x.mp4", "a\" -y \"INJECTED.mp4", "new\nline.mp4", "frame%03d.mp4", "concat:one.mp4|two.mp4", "file:x.mp4",
        "it's $(touch INJECTED.mp4).mp4", "back\\slash.mp4", "ünï 漢字 🎬.mp4", "*.mp4", "-", "--help", "data,x.mp4",
    ];

    [TestCaseSource(nameof(s_hostile))]
    public void Read_HostileName_DecodesAndCreatesNothing(string name)
    {
        using var temp = new TempFolder();
        // Written under the hostile name, then read under it.
        string hostile = TestFrames.Write(temp[name], 5);
        Assert.That(TestFrames.Means(hostile), Has.Count.EqualTo(5));
        Assert.That(Directory.EnumerateFileSystemEntries(temp.Path), Is.EqualTo(new[] { hostile }));
    }

    [Test]
    public void Read_RelativeHostileName_DecodesToo()
    {
        using var temp = new TempFolder();
        TestFrames.Write(temp["-i x.mp4"], 5);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, temp["-i x.mp4"]);
        Assert.That(TestFrames.Means(relative), Has.Count.EqualTo(5));
    }

    [Test]
    public void Read_RealFootage_EveryFrameOfTheTruth([Values("apple_ad", "bottle_ad")] string ad)
    {
        using var truth = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Shared.Path("media", ad + ".truth.json")));
        var read = VideoReader.Read(Shared.Path("media", ad + ".mp4"), (_, rgb) => rgb.Length == 640 * 360 * 3);
        Assert.That(read, Is.EqualTo((truth.RootElement.GetProperty("frames").GetInt64(), 640, 360)));
    }

    [Test]
    public void Read_StopAfterThree_HandsOutThree()
    {
        using var temp = new TempFolder();
        string path = TestFrames.Write(temp["a.mp4"], 200, 320, 240);
        Assert.That(VideoReader.Read(path, (i, _) => i < 2).Frames, Is.EqualTo(3));
    }

    [Test]
    public void Read_OtherSizeAndRate_ScalesAndResamples()
    {
        using var temp = new TempFolder();
        string path = TestFrames.Write(temp["a.mp4"], 10);
        var read = VideoReader.Read(path, (_, _) => true, new() { Width = 7, Height = 5, Fps = new FrameRate(50) });
        Assert.That(read, Is.EqualTo((20L, 7, 5)));
    }

    [Test]
    public void Read_TakerThrows_ThrowsThat()
    {
        using var temp = new TempFolder();
        string path = TestFrames.Write(temp["a.mp4"], 50);
        Assert.That(() => VideoReader.Read(path, (_, _) => throw new InvalidDataException("mine")),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("mine"));
    }

    [Test]
    public void Read_Cancelled_Throws()
    {
        using var temp = new TempFolder();
        string path = TestFrames.Write(temp["a.mp4"], 200, 320, 240);
        using var stop = new CancellationTokenSource();
        Assert.That(() => VideoReader.Read(path, (i, _) => { if (i == 2) stop.Cancel(); return true; }, cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    static readonly object[] s_bad =
    [
        new object[] { "", "an empty file" },
        new object[] { "not a video at all, only text", "no readable video" },
        // Both would make an unguarded ffmpeg open the file they name.
        new object[] { "ffconcat version 1.0\nfile 'plain.mp4'\n", "no readable video" },
        new object[] { "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nplain.mp4\n#EXT-X-ENDLIST\n", "no readable video" },
    ];

    [TestCaseSource(nameof(s_bad))]
    public void Probe_NotAVideo_SaysSo(string content, string expected)
    {
        using var temp = new TempFolder();
        TestFrames.Write(temp["plain.mp4"], 3);
        File.WriteAllText(temp["bad.mp4"], content);
        Assert.That(() => VideoProbe.Read(temp["bad.mp4"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains(expected).And.Message.Contains("bad.mp4"));
    }

    [Test]
    public void Read_TruncatedVideo_IsBadData()
    {
        using var temp = new TempFolder();
        byte[] whole = File.ReadAllBytes(TestFrames.Write(temp["a.mp4"], 50));
        File.WriteAllBytes(temp["half.mp4"], whole[..(whole.Length / 8)]);
        Assert.That(() => TestFrames.Means(temp["half.mp4"]), Throws.InstanceOf<BadDataException>());
    }
}
