using Alignment.MLNet.Ffmpeg;

namespace Alignment.Tests.MLNet.Ffmpeg;

public sealed class VideoWriterTests
{
    [Test]
    public void Write_TenGreyFrames_TenFramesOfThoseGreysCanBeDecoded()
    {
        using var temp = new TempFolder();
        string path = TestFrames.Write(temp["new", "a.mp4"]);

        var info = VideoProbe.Read(path);
        Assert.Multiple(() =>
        {
            Assert.That(info with { Seconds = 0 },
                Is.EqualTo(new VideoInfo
                {
                    Width = 64,
                    Height = 48,
                    Fps = new(25),
                    Frames = 10,
                    VideoCodec = "h264",
                    SquareWidth = 64,
                    PixelFormat = "yuv420p"
                }));
            Assert.That(info.Seconds, Is.EqualTo(0.4).Within(1e-6));
            // 8-bit limited range has 219 greys: half a step of 255/219, and the encoder's own error at crf 18.
            Assert.That(TestFrames.Means(path), Is.EqualTo(Enumerable.Range(0, 10).Select(i => (double)TestFrames.Grey(i))).Within(2.0));
        });
    }

    [Test]
    public void Write_FlatColours_KeepTheirColour()
    {
        byte[][] colours = [[230, 20, 20], [20, 200, 30], [30, 40, 220], [250, 230, 10]];
        using var temp = new TempFolder();
        string path = temp["c.mp4"];
        VideoWriter.Write(path, new(64, 64, new(25), 4), (i, rgb) => { for (int p = 0; p < rgb.Length; p++) rgb[p] = colours[i][p % 3]; },
            new() { Crf = 4 });
        VideoReader.Read(path, (i, rgb) =>
        {
            for (int c = 0; c < 3; c++) Assert.That(rgb[(32 * 64 + 32) * 3 + c], Is.EqualTo(colours[i][c]).Within(5),
                $"frame {i} channel {c}");
            return true;
        });
    }

    [Test]
    public void Write_Twice_GivesTheSameBytes()
    {
        using var temp = new TempFolder();
        string source = TestFrames.Write(temp["s.mp4"], frames: 30);
        byte[] a = File.ReadAllBytes(TestFrames.Write(temp["one.mp4"], 30, options: new() { AudioFrom = source }));
        byte[] b = File.ReadAllBytes(TestFrames.Write(temp["two words.mp4"], 30, options: new() { AudioFrom = source }));
        Assert.That(b, Is.EqualTo(a));
    }

    [TestCase(false, 66, 50)]
    [TestCase(true, 64, 48)]
    public void Write_OddSides_BecomeEvenAsAsked(bool crop, int width, int height)
    {
        using var temp = new TempFolder();
        var info = VideoProbe.Read(TestFrames.Write(temp["odd.mp4"], 3, 65, 49, new() { OddSize = crop ? OddSize.Crop : OddSize.Pad }));
        Assert.That((info.Width, info.Height), Is.EqualTo((width, height)));
    }

    [Test]
    public void Fit_OddFrame_RepeatsTheLastColumnAndRow()
    {
        var source = new RgbFrameSource(new(1, 3, new(25), 1), OddSize.Pad, (_, _) => { });
        byte[] made = new byte[2 * 4 * 3];
        source.Fit([1, 2, 3, 4, 5, 6, 7, 8, 9], made);
        Assert.That(made, Is.EqualTo(new byte[] { 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9 }));
    }

    [Test]
    public void Write_AudioShorterOrLongerThanThePictures_KeepsEveryPicture([Values(20, 200)] int frames)
    {
        // apple_ad.mp4: 139 frames at 25 fps with an AAC track of the same length.
        string source = Shared.Path("media", "apple_ad.mp4");
        using var temp = new TempFolder();
        string path = TestFrames.Write(temp["a.mp4"], frames, options: new() { AudioFrom = source });
        var info = VideoProbe.Read(path);
        Assert.That((info.Frames, info.AudioCodec), Is.EqualTo(((long)frames, "aac")));
        Assert.That(TestFrames.Means(path), Has.Count.EqualTo(frames));
    }

    [Test]
    public void Write_DrawingThrows_ThrowsThatAndLeavesNothing()
    {
        using var temp = new TempFolder();
        Assert.That(() => VideoWriter.Write(temp["x.mp4"], new(64, 48, new(25), 100),
            static (i, _) => { if (i == 7) throw new InvalidDataException("seven"); }),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("seven"));
        Assert.That(Directory.EnumerateFileSystemEntries(temp.Path), Is.Empty);
    }

    [Test]
    public void Write_Cancelled_KillsFfmpegAndLeavesNothing()
    {
        using var temp = new TempFolder();
        using var stop = new CancellationTokenSource();
        Assert.That(() => VideoWriter.Write(temp["x.mp4"], new(640, 480, new(25), 1_000_000), (i, _) => { if (i == 20) stop.Cancel(); },
            cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateFileSystemEntries(temp.Path), Is.Empty);
    }

    [Test]
    public void Job_AnyFile_ArgumentsHoldOnlyWorkspaceNames()
    {
        var source = new RgbFrameSource(new(64, 48, new(30000, 1001), 90), OddSize.Pad, (_, _) => { });
        string arguments = VideoWriter.Job(source, new() { AudioFrom = "a\" -y \"INJECTED.mp4" }, "in0", "aac").Arguments;
        // The pipe's name is random; everything else is fixed.
        string fixedPart = System.Text.RegularExpressions.Regex.Replace(arguments,
            "-i \"[^\"]*(pipe|FFMpegCore)[^\"]*\"|-i \"unix:[^\"]*\"", "-i PIPE");
        Assert.That(fixedPart, Is.EqualTo(
            "-hide_banner -nostdin -v error -f rawvideo -pix_fmt rgb24 -s 64x48 -r 30000/1001 -i PIPE "
            + "-protocol_whitelist file,pipe -format_whitelist mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf -i "
            + "\"in0\" "
            + "-map 0:v:0 -map 1:a:0 -c:a copy -flags:a +bitexact -t 3003000us "
            + "-vf scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=yuv420p "
            + "-c:v libx264 -preset medium -crf 18 -threads 4 -x264-params cpu-independent=1 "
            + "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv "
            + "-map_metadata -1 -map_chapters -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart -f mp4 \"out\" -y"));
    }
}
