using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Video;
using Alignment.Tests.MLNet.Ffmpeg;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Video;

[Parallelizable(ParallelScope.Self)]
public sealed class VideoAssemblerTests
{
    static void Still(string root, string variant, string video, int scene, byte grey, int width = 64, int height = 48)
    {
        byte[] pixels = new byte[width * height * 3];
        Array.Fill(pixels, grey);
        PictureFile.WritePng(Path.Combine(root, "edited_scenes", variant, video, $"{video}-Scene-{scene:000}.png"),
            new(width, height, pixels));
    }

    [Test]
    public void Assemble_ScenesOfKnownGrey_HaveThoseGreysForTheirTime()
    {
        using var temp = new TempFolder();
        Still(temp.Path, "baseline", "my ad – ü.v1", 1, 60);
        Still(temp.Path, "baseline", "my ad – ü.v1", 2, 180);
        var result = AssembleJob.Run(temp.Path, temp["out"], options: new() { SceneSeconds = 0.2 });
        Assert.Multiple(() =>
        {
            Assert.That(result.Videos.Single() with { Scenes = [], Notes = [], Sha256 = "", InputsSha256 = "", Ffmpeg = "" }, Is.EqualTo(
                new AssembledVideo
                {
                    VideoId = "my ad – ü.v1",
                    Variant = "baseline",
                    File = "my ad – ü.v1_baseline.mp4",
                    Width = 64,
                    Height = 48,
                    Fps = "25",
                    Frames = 10,
                    Seconds = 0.4,
                    Durations = "fixed",
                    Smoothing = "off",
                    Scenes = [],
                    Notes = [],
                    Ffmpeg = "",
                    InputsSha256 = "",
                    Sha256 = "",
                    AttentionOrigin = new() { Provided = 2 },
                }).UsingPropertiesComparer());
            Assert.That(TestFrames.Means(temp["out", "videos", "my ad – ü.v1_baseline.mp4"]),
                Is.EqualTo(new[] { 60.0, 60, 60, 60, 60, 180, 180, 180, 180, 180 }).Within(2));
            Assert.That(File.Exists(temp["out", "videos", "manifest.json"]));
        });
    }

    [Test]
    public void Assemble_Smoothing_ShowsInThePixels()
    {
        using var temp = new TempFolder();
        Still(temp.Path, "baseline", "v", 1, 100);
        Still(temp.Path, "baseline", "v", 2, 140);
        AssembleJob.Run(temp.Path, temp["fade"], options: new()
        {
            SceneSeconds = 0.2,
            Smoothing = "fade=3,deflicker=0"
        });
        AssembleJob.Run(temp.Path, temp["flicker"], options: new()
        {
            SceneSeconds = 0.2,
            Smoothing = "fade=0,deflicker=1"
        });
        Assert.Multiple(() =>
        {
            Assert.That(TestFrames.Means(temp["fade", "videos", "v_baseline.mp4"]),
                Is.EqualTo(new[] { 100.0, 100, 100, 100, 100, 110, 120, 130, 140, 140 }).Within(2));
            Assert.That(TestFrames.Means(temp["flicker", "videos", "v_baseline.mp4"]),
                Is.EqualTo(new[] { 100.0, 100, 100, 100, 113.3, 126.7, 140, 140, 140, 140 }).Within(2));
        });
    }

    /// <summary>The origin is taken from the record that names the picture's own hash, told in note and manifest, and no reason to encode
    /// again.</summary>
    [Test]
    public void Assemble_OriginOfTheAttention_IsToldAndEncodesNothing()
    {
        using var temp = new TempFolder();
        foreach (string variant in new[] { "baseline", "placebo" })
            for (int scene = 1; scene <= 2; scene++) Still(temp.Path, variant, "v", scene, 100);
        Assert.That(AssembleJob.Run(temp.Path, temp["out"]).Videos.Select(v => v.AttentionOrigin!.Provided), Is.EqualTo(new[] { 2, 2 }));
        DateTime made = File.GetLastWriteTimeUtc(temp["out", "videos", "v_baseline.mp4"]);

        // Of scene 2 the record speaks of another picture than the one that is there.
        foreach (string variant in new[] { "baseline", "placebo" })
            for (int scene = 1; scene <= 2; scene++)
            {
                string png = temp["edited_scenes", variant, "v", $"v-Scene-{scene:000}.png"];
                string hash = scene == 1 ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(png)))
                    : new string('0', 64);
                File.WriteAllText(Path.ChangeExtension(png, ".json"),
                    $$$"""
                    { "recipe": {}, "facts": { "attention_origin": { "kind": "Measured", "by": "gaze.csv" } },
                      "files": { "{{{Path.GetFileName(png)}}}": "{{{hash}}}" } }
                    """);
            }
        AssembleResult again = AssembleJob.Run(temp.Path, temp["out"]);
        Assert.That(again.Made, Is.EqualTo(0));
        Assert.That(File.GetLastWriteTimeUtc(temp["out", "videos", "v_baseline.mp4"]), Is.EqualTo(made));
        foreach (var origin in again.Videos.Select(v => v.AttentionOrigin!))
            Assert.That((origin.Measured, origin.Provided, origin.By.Single()), Is.EqualTo((1, 1, "measured from gaze.csv")));
        Assert.That(File.ReadAllText(temp["out", "videos", "v_placebo.json"]), Does.Contain("\"measured\": 1"));
        using var manifest = System.Text.Json.JsonDocument.Parse(File.ReadAllText(temp["out", "videos", "manifest.json"]));
        Assert.That(manifest.RootElement.GetProperty("attention_origin").GetProperty("measured").GetInt32(), Is.EqualTo(1),
            "scenes, not scenes times variants");
        DateTime note = File.GetLastWriteTimeUtc(temp["out", "videos", "v_placebo.json"]);
        AssembleJob.Run(temp.Path, temp["out"]);
        Assert.That(File.GetLastWriteTimeUtc(temp["out", "videos", "v_placebo.json"]), Is.EqualTo(note));
    }

    [Test]
    public void Assemble_Again_DoesNothingUntilAnInputChanges()
    {
        using var temp = new TempFolder();
        foreach (string variant in new[] { "baseline", "placebo" }) Still(temp.Path, variant, "v", 1, 100);
        string video = temp["out", "videos", "v_baseline.mp4"];
        Assert.That(AssembleJob.Run(temp.Path, temp["out"]).Made, Is.EqualTo(2));
        byte[] bytes = File.ReadAllBytes(video), manifest = File.ReadAllBytes(temp["out", "videos", "manifest.json"]);
        Assert.That(AssembleJob.Run(temp.Path, temp["out"]).Made, Is.EqualTo(0));
        File.Delete(video);
        Assert.That(AssembleJob.Run(temp.Path, temp["out"]).Made, Is.EqualTo(1), "a video is missing");
        Assert.That(File.ReadAllBytes(video), Is.EqualTo(bytes));
        Assert.That(File.ReadAllBytes(temp["out", "videos", "manifest.json"]), Is.EqualTo(manifest));
        Still(temp.Path, "placebo", "v", 1, 101);
        Assert.That(AssembleJob.Run(temp.Path, temp["out"]).Made, Is.EqualTo(1), "a picture changed");
        Assert.That(AssembleJob.Run(temp.Path, temp["out"], options: new() { Crf = 20 }).Made, Is.EqualTo(2), "an option changed");
    }

    [Test]
    public void Assemble_OneBadVideo_DoesNotStopTheOthers()
    {
        using var temp = new TempFolder();
        Still(temp.Path, "baseline", "good", 1, 100);
        Still(temp.Path, "baseline", "half", 1, 100);
        Still(temp.Path, "baseline", "half", 2, 100);
        Still(temp.Path, "placebo", "half", 1, 100);
        Still(temp.Path, "baseline", "torn", 1, 100);
        File.WriteAllText(temp["edited_scenes", "baseline", "torn", "torn-Scene-001.png"], "no picture");
        var result = AssembleJob.Run(temp.Path, temp["out"], options: new() { SceneSeconds = 0.2 });
        Assert.Multiple(() =>
        {
            Assert.That(result.Videos.Select(v => v.File), Is.EqualTo(new[] { "good_baseline.mp4", "half_baseline.mp4" }));
            Assert.That(result.Problems, Has.Count.EqualTo(2));
            Assert.That(result.Problems[0], Does.StartWith("half placebo").And.Contain("scene 2"));
            Assert.That(result.Problems[1], Does.StartWith("torn baseline"));
        });
    }

    [Test]
    public void Assemble_ScenesOfOtherSizes_AreCentredOnBlackAndSaidSo()
    {
        using var temp = new TempFolder();
        Still(temp.Path, "baseline", "v", 1, 100);
        Still(temp.Path, "baseline", "v", 2, 200, width: 48, height: 72);
        var video = AssembleJob.Run(temp.Path, temp["out"], options: new() { SceneSeconds = 0.08 }).Videos.Single();
        Assert.That(video.Notes.Single(), Does.Contain("64x48"));
        // 48x72 fits as 32x48: columns 16 … 47.
        VideoReader.Read(temp["out", "videos", "v_baseline.mp4"], (i, rgb) =>
        {
            if (i == 3) Assert.That((rgb[(24 * 64 + 6) * 3], rgb[(24 * 64 + 32) * 3]),
                Is.EqualTo(((byte)0, (byte)200)).Using<(byte,
                byte)>((a, b) => Math.Abs(a.Item1 - b.Item1) < 4 && Math.Abs(a.Item2 - b.Item2) < 4));
            return true;
        });
    }

    [Test]
    public void Assemble_RealFootage_KeepsItsFramesAndAudio()
    {
        string media = Shared.Path("media");
        using var temp = new TempFolder();
        foreach (int scene in new[] { 1, 3, 4 })
        {
            // Scene 2 has no edited picture: the source's own still fills its time.
            string still = Shared.Path("media", "dataset", "video_scene_cuts", "apple_ad", $"apple_ad-Scene-{scene:000}-01.jpg");
            PictureFile.WritePng(temp["edited_scenes", "baseline", "apple_ad", $"apple_ad-Scene-{scene:000}.png"],
                PictureFile.ReadRgb8(still));
        }
        var video = AssembleJob.Run(temp.Path, temp["out"], [media]).Videos.Single();
        string file = temp["out", "videos", video.File];
        List<double> made = TestFrames.Means(file), source = TestFrames.Means(Shared.Path("media", "apple_ad.mp4"));
        Assert.Multiple(() =>
        {
            Assert.That((video.Frames, video.Durations, video.Audio, VideoProbe.Read(file).Frames),
                Is.EqualTo((139L, "scene_list", "aac", 139L)));
            // The second frame of each scene is the still itself.
            foreach (int t in new[] { 1, 41, 80, 110 }) Assert.That(made[t], Is.EqualTo(source[t]).Within(2.5), $"frame {t}");
        });
    }

    [Test]
    public void Assemble_NothingThere_SaysWhatItLookedFor()
    {
        using var temp = new TempFolder();
        Assert.That(() => AssembleJob.Run(temp.Path, temp["out"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("Scene-001.png"));
        Assert.That(Directory.Exists(temp["out"]), Is.False);
    }

    [Test]
    public void Assemble_VideoThatIsNotThere_IsRefusedBeforeAnyIsMade()
    {
        using var temp = new TempFolder();
        Still(temp.Path, "baseline", "known", 1, 60);
        Assert.That(() => AssembleJob.Run(temp.Path, temp["out"], options: new() { VideoIds = ["known", "unknwon"] }),
            Throws.InstanceOf<UsageException>().With.Message.Contains("unknwon").And.Message.Contains("one of known"));
        Assert.That(Directory.Exists(temp["out"]), Is.False);
    }
}
