using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.SceneDetection;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.SceneDetection;

[Parallelizable(ParallelScope.Self)]
public sealed class SceneDetectionTests
{
    /// <summary>A video of flat scenes of the given lengths, 25 frames a second. Every frame's grey tells its number to within one; the
    /// scenes' greys lie far apart.</summary>
    static string Write(string path, int width, int height, params int[] lengths)
    {
        byte[] greys = [.. lengths.SelectMany((n, scene) => Enumerable.Repeat((byte)(30 + scene % 3 * 90), n))];
        VideoWriter.Write(path, new(width, height, new(25), greys.Length), (i, rgb) =>
        {
            rgb.Fill(greys[i]);
            // A strip too small to be a change of scene counts the frames.
            rgb[..(rgb.Length / 6)].Fill((byte)Math.Min(255, greys[i] + 2 * (i % 30)));
        }, new() { Crf = 0 });
        return path;
    }

    static string Still(TempFolder temp, string id, int scene, int image = 1) =>
        temp["data", "video_scene_cuts", id, $"{id}-Scene-{scene:000}-{image:00}.jpg"];

    [Test]
    public void Run_TwoVideos_WritesStillsListsAndReports()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        Write(temp["in", "b.mp4"], 64, 48, 30, 40);
        Write(temp["in", "a.MKV"], 64, 48, 50);
        File.WriteAllText(temp["in", "a.txt"], "no video");

        var report = SceneDetectionJob.Run(temp["in"], temp["data"], new() { Stats = true });

        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.Videos.Select(v => (v.VideoId, v.State, v.Scenes, v.Frames, v.Stills)),
            Is.EqualTo(new[] { ("a", DetectionState.Made, 1, 50L, 1), ("b", DetectionState.Made, 2, 70L, 2) }));
        var list = SceneList.Read(temp["data", "video_scene_cuts", "b", "scenes.csv"]);
        Assert.That((list.Fps, list.Times), Is.EqualTo((new FrameRate(25), (IReadOnlyList<double>?)null)));
        Assert.That(list.Scenes, Is.EqualTo(new SceneSpan[] { new(1, 0, 30), new(2, 30, 70) }));
        Assert.That(File.ReadAllLines(temp["data", "scene_reports", "b", "stats.csv"]), Has.Length.EqualTo(71));
        Assert.That(PictureFile.ReadHeader(temp["data", "scene_reports", "b", "cuts.png"]).Width, Is.GreaterThan(500));
        Assert.That(File.Exists(temp["data", "scene_reports", "a", "cuts.png"]), Is.False, "no cut, no strip");
        Assert.That(VideoSource.Find("b", [temp["data"]]).SceneListFile, Is.EqualTo(temp["data", "video_scene_cuts", "b", "scenes.csv"]));
        Assert.That(VideoSource.Find("b", [temp.Path]).SceneListFile, Is.Not.Null, "below data/ too");

        // The folder is one that validation takes, without a word about our own files.
        List<SceneProblem> problems = [];
        Assert.That(SceneFolder.Open(temp["data"]).Read("b", problems.Add).Select(s => s.Number), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(problems, Is.Empty);
    }

    [Test]
    public void Run_SeveralImages_EachIsThatFrame([Values(1, 2, 5)] int images)
    {
        using var temp = new TempFolder();
        Write(temp["v.mp4"], 64, 48, 30, 41, 20);
        SceneDetectionJob.Run(temp["v.mp4"], temp["data"], new() { Images = images });

        var record = DetectionRecord.TryRead(temp["data", "video_scene_cuts", "v"])!;
        Assert.That(record.Stills, Has.Count.EqualTo(3 * images));
        Assert.That(record.Stills.Where(s => s.Scene == 2).Select(s => s.Frame), Is.EqualTo(StillFrames.Of(30, 71, images)));
        foreach (var still in record.Stills)
        {
            byte grey = (byte)(30 + (still.Scene - 1) * 90);
            // What the frame shows when it is decoded among all others.
            byte expected = 0;
            VideoReader.Read(temp["v.mp4"], (i, rgb) => { if (i == still.Frame) expected = rgb[0]; return i < still.Frame; });
            var picture = PictureFile.ReadRgb8(Still(temp, "v", still.Scene, still.Image));
            Assert.That(expected, Is.EqualTo(Math.Min(255, grey + 2 * (still.Frame % 30))).Within(1), "the video itself");
            Assert.That(picture.Pixels[0], Is.EqualTo(expected).Within(1));
        }
    }

    [Test]
    public void Run_VariableRate_StillsAndTimesAreTheFramesOwn()
    {
        using var temp = new TempFolder();
        string video = Shared.Path("fixtures", "scene-cuts", "variable_rate.mp4");
        var report = SceneDetectionJob.Run(video, temp["data"]);

        var list = SceneList.Read(temp["data", "video_scene_cuts", "variable_rate", "scenes.csv"]);
        Assert.That(list.Scenes, Is.EqualTo(new SceneSpan[] { new(1, 0, 34), new(2, 34, 56), new(3, 56, 86) }));
        Assert.That(list.StartSeconds(1), Is.EqualTo(1.36).Within(1e-6));
        Assert.That(list.StartSeconds(2), Is.EqualTo(2.88).Within(1e-6));
        Assert.That(report.Videos[0].Notes, Has.Some.Contains("varies"));
        Assert.That(File.ReadAllText(temp["data", "video_scene_cuts", "variable_rate", "scenes.csv"]), Does.Not.Match(@"\.\d{7}"),
            "microseconds are what is known");
        Dictionary<long, byte[]> frames = [];
        VideoReader.Read(video, (i, rgb) => { frames[i] = rgb.ToArray(); return true; });
        foreach (var still in DetectionRecord.TryRead(temp["data", "video_scene_cuts", "variable_rate"])!.Stills)
        {
            byte[] pixels = PictureFile.ReadRgb8(Still(temp, "variable_rate", still.Scene)).Pixels;
            // Nearer to its own frame than to any other, by far.
            var distances = frames.Select(f => (f.Key, Distance: f.Value.Zip(pixels, (a, b) => (double)Math.Abs(a - b)).Average()))
                .OrderBy(d => d.Distance).ToArray();
            Assert.That(distances[0].Key, Is.EqualTo(still.Frame));
            Assert.That(distances[0].Distance, Is.LessThan(1.5));
        }
    }

    [Test]
    public void Run_Again_DoesNothingUntilSomethingChanges()
    {
        using var temp = new TempFolder();
        Write(temp["v.mp4"], 64, 48, 30, 40);
        SceneDetectionJob.Run(temp["v.mp4"], temp["data"]);
        var written = File.GetLastWriteTimeUtc(Still(temp, "v", 1));
        byte[] record = File.ReadAllBytes(temp["data", "video_scene_cuts", "v", "scenes.json"]);
        File.WriteAllText(temp["data", "video_scene_cuts", "v", "notes.txt"], "mine");

        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Videos[0].State, Is.EqualTo(DetectionState.UpToDate));
        Assert.That(File.GetLastWriteTimeUtc(Still(temp, "v", 1)), Is.EqualTo(written));

        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"], new() { Force = true }).Made, Is.EqualTo(1));
        Assert.That(File.ReadAllBytes(temp["data", "video_scene_cuts", "v", "scenes.json"]), Is.EqualTo(record), "the same bytes");
        Assert.That(File.ReadAllText(temp["data", "video_scene_cuts", "v", "notes.txt"]), Is.EqualTo("mine"));

        File.Delete(Still(temp, "v", 2));
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Made, Is.EqualTo(1), "a still is gone");
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"], new() { Images = 2 }).Made, Is.EqualTo(1), "other options");
        Write(temp["v.mp4"], 64, 48, 70);
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Scenes, Is.EqualTo(1), "another file");
        Assert.That(File.Exists(Still(temp, "v", 2)), Is.False, "of the file before");
    }

    [Test]
    public void Run_StillsProvided_AreLeftAloneUnlessForced()
    {
        using var temp = new TempFolder();
        Write(temp["v.mp4"], 64, 48, 30, 40);
        Directory.CreateDirectory(temp["data", "video_scene_cuts", "v"]);
        File.WriteAllText(Still(temp, "v", 7), "mine");

        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Videos[0].State, Is.EqualTo(DetectionState.Provided));
        Assert.That(File.ReadAllText(Still(temp, "v", 7)), Is.EqualTo("mine"));

        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"], new() { Force = true }).Made, Is.EqualTo(1));
        Assert.That(File.Exists(Still(temp, "v", 7)), Is.False);
    }

    [Test]
    public void Run_KilledWhileSwapping_IsPutInOrder([Values] bool newIsThere)
    {
        using var temp = new TempFolder();
        Write(temp["v.mp4"], 64, 48, 30, 40);
        SceneDetectionJob.Run(temp["v.mp4"], temp["data"]);
        string folder = temp["data", "video_scene_cuts", "v"], old = temp["data", "video_scene_cuts", ".v.old"];
        Directory.CreateDirectory(temp["data", "video_scene_cuts", ".v.partial"]);
        if (newIsThere)
        {
            Directory.CreateDirectory(old);
            File.WriteAllText(Path.Combine(old, "notes.txt"), "mine");
        }
        else
        {
            Directory.Move(folder, old);
        }

        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Videos[0].State, Is.EqualTo(DetectionState.UpToDate));
        Assert.That(Directory.Exists(old), Is.False);
        if (newIsThere) Assert.That(File.ReadAllText(Path.Combine(folder, "notes.txt")), Is.EqualTo("mine"));
    }

    [Test]
    public void Run_TwoFilesOfOneId_NamesBothAndDoesTheRest()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        foreach (string name in new[] { "a.mp4", "A.mov", "b.mp4" })
            File.Copy(name == "a.mp4" ? Write(temp["in", name + ".tmp"], 16, 16, 20) : temp["in", "a.mp4"], temp["in", name]);

        var report = SceneDetectionJob.Run(temp["in"], temp["data"]);
        Assert.That(report.Videos.Select(v => v.VideoId), Is.EqualTo(new[] { "b" }));
        Assert.That(report.Problems, Has.Count.EqualTo(1));
        Assert.That(report.Problems[0], Does.Contain("a.mp4").And.Contain("A.mov"));
    }

    [TestCase("-i x.mp4")]
    [TestCase("it's \"q\" ünï 漢字 🎬.mp4")]
    [TestCase("a b-c.d.mp4")]
    public void Run_HostileName_IsAnIdLikeAnyOther(string name)
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        Write(temp["in", name], 32, 32, 20, 20);
        string id = Path.GetFileNameWithoutExtension(name);
        Assert.That(SceneDetectionJob.Run(temp["in"], temp["data"]).Scenes, Is.EqualTo(2));
        Assert.That(File.Exists(Still(temp, id, 2)));
        Assert.That(Directory.GetFileSystemEntries(temp.Path).Select(Path.GetFileName), Is.EquivalentTo(new[] { "in", "data" }));
    }

    [Test]
    public void Run_NameThatIsNoId_IsNamed()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        Write(temp["in", "good.mp4"], 32, 32, 20);
        File.Copy(temp["in", "good.mp4"], temp["in", "ends with a space .mp4"]);
        var report = SceneDetectionJob.Run(temp["in"], temp["data"]);
        Assert.That(report.Scenes, Is.EqualTo(1));
        Assert.That(report.Problems.Single(), Does.Contain("ends with a space"));
    }

    // Sizes that 4:2:0 cannot halve, and the smallest there is.
    [TestCase(1, 1)]
    [TestCase(33, 17)]
    [TestCase(2, 100)]
    [TestCase(301, 77)]
    public void Run_AnySize_TakesStillsOfThatSize(int width, int height)
    {
        using var temp = new TempFolder();
        int frames = 40;
        // FFV1 in RGB: H.264 writers make odd sides even. Square pixels: scaling alone would keep the picture's shape by oblong ones.
        Ffmpeg($"-f lavfi -i color=gray:s=64x64:r=25,format=bgr0,scale={width}:{height},setsar=1 -frames:v {frames} -c:v ffv1 -pix_fmt "
            + $"bgr0 \"{temp["v.mkv"]}\"");
        Assert.That(SceneDetectionJob.Run(temp["v.mkv"], temp["data"]).Videos[0].Frames, Is.EqualTo(frames));
        var header = PictureFile.ReadHeader(Still(temp, "v", 1));
        Assert.That((header.Width, header.Height), Is.EqualTo((width, height)));
    }

    [Test]
    public void Run_RotationFlag_StillsAreUpright()
    {
        using var temp = new TempFolder();
        Write(temp["flat.mp4"], 64, 48, 30);
        Ffmpeg($"-i \"{temp["flat.mp4"]}\" -c copy -metadata:s:v rotate=90 \"{temp["v.mp4"]}\"");
        if (VideoProbe.Read(temp["v.mp4"]).Rotation == 0) Assert.Ignore("This ffmpeg writes no rotation that way.");
        SceneDetectionJob.Run(temp["v.mp4"], temp["data"]);
        var header = PictureFile.ReadHeader(Still(temp, "v", 1));
        Assert.That((header.Width, header.Height), Is.EqualTo((48, 64)));
    }

    // 4:3 pixels of a 64x48 picture, upright and turned; a ratio no camera makes is not believed.
    [TestCase("4/3", 0, 85, 48)]
    [TestCase("1/2", 0, 32, 48)]
    [TestCase("4/3", 90, 48, 85)]
    [TestCase("1/60", 0, 64, 48)]
    public void Run_OblongPixels_StillsAreAsShown(string ratio, int rotation, int width, int height)
    {
        using var temp = new TempFolder();
        Ffmpeg($"-i \"{Write(temp["square.mp4"], 64, 48, 30, 30)}\" -vf setsar={ratio} -c:v libx264 \"{temp["oblong.mp4"]}\"");
        Ffmpeg($"-i \"{temp["oblong.mp4"]}\" -c copy -metadata:s:v rotate={rotation} \"{temp["v.mp4"]}\"");
        if (VideoProbe.Read(temp["v.mp4"]).Rotation == 0 && rotation != 0) Assert.Ignore("This ffmpeg writes no rotation that way.");
        foreach (var detector in new[] { CutDetector.Shots, CutDetector.Content })
        {
            Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"], new() { Detector = detector, ContentThreshold = 20 }).Scenes,
                Is.EqualTo(2));
            var header = PictureFile.ReadHeader(Still(temp, "v", 1));
            Assert.That((header.Width, header.Height), Is.EqualTo((width, height)));
        }
    }

    /// <summary>A stream whose picture changes its size (a recording, a conference): ffmpeg makes its filters anew there, and frames must
    /// go on being counted.</summary>
    [Test]
    public void Run_SizeChangesMidway_StillsAreTheirFrames([Values] CutDetector detector)
    {
        using var temp = new TempFolder();
        Ffmpeg($"-i \"{Write(temp["a.mp4"], 64, 48, 30, 41)}\" -c copy -f mpegts \"{temp["a.ts"]}\"");
        Ffmpeg($"-i \"{Write(temp["b.mp4"], 128, 96, 30, 41, 20)}\" -c copy -f mpegts \"{temp["b.ts"]}\"");
        File.WriteAllBytes(temp["v.ts"], [.. File.ReadAllBytes(temp["a.ts"]), .. File.ReadAllBytes(temp["b.ts"])]);

        Assert.That(SceneDetectionJob.Run(temp["v.ts"], temp["data"], new() { Images = 2, Detector = detector }).Videos[0].Frames,
            Is.EqualTo(162));
        foreach (var still in DetectionRecord.TryRead(temp["data", "video_scene_cuts", "v"])!.Stills)
        {
            long frame = still.Frame < 71 ? still.Frame : still.Frame - 71;
            int grey = 30 + (frame < 30 ? 0 : frame < 71 ? 90 : 180);
            var picture = PictureFile.ReadRgb8(Still(temp, "v", still.Scene, still.Image));
            Assert.That((picture.Width, picture.Height), Is.EqualTo((64, 48)), "the size it begins with");
            Assert.That(picture.Pixels[0], Is.EqualTo(Math.Min(255, grey + 2 * (frame % 30))).Within(2), $"frame {still.Frame}");
        }
    }

    /// <summary>A video trimmed without encoding it again still holds the frames before, and says in an edit list that they are not
    /// shown.</summary>
    [Test]
    public void Run_EditListHidesFrames_CountsWhatIsShown()
    {
        using var temp = new TempFolder();
        Ffmpeg($"-i \"{Write(temp["flat.mp4"], 64, 48, 40, 30, 30)}\" -c:v libx264 -g 999 -sc_threshold 0 \"{temp["whole.mp4"]}\"");
        Ffmpeg($"-ss 2 -i \"{temp["whole.mp4"]}\" -c copy \"{temp["v.mp4"]}\"");
        Assume.That(VideoProbe.Read(temp["v.mp4"]).Frames, Is.EqualTo(100), "the frames before are in the file");

        var report = SceneDetectionJob.Run(temp["v.mp4"], temp["data"]);
        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.Videos[0].Frames, Is.EqualTo(50));
        Assert.That(report.Videos[0].Cuts.Select(c => c.Frame), Is.EqualTo(new[] { 20 }));
    }

    [Test]
    public void Run_DamagedInTheMiddle_IsDoneAndSaysSo()
    {
        using var temp = new TempFolder();
        Ffmpeg($"-f lavfi -i testsrc2=s=160x120:r=25:d=4 -c:v libx264 -g 25 -movflags +faststart \"{temp["v.mp4"]}\"");
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Videos[0].Notes, Is.Empty);
        byte[] bytes = File.ReadAllBytes(temp["v.mp4"]);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 2, bytes.Length / 20));
        File.WriteAllBytes(temp["v.mp4"], bytes);
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Videos[0].Notes, Has.Some.Contains("damaged"));
    }

    [Test]
    public void Run_FilesThatCannotBeOpened_AreNamedAndTheRestIsDone()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Links need rights there.");
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        Write(temp["in", "good.mp4"], 64, 48, 30);
        File.CreateSymbolicLink(temp["in", "nowhere.mp4"], "gone.mp4");
        File.CreateSymbolicLink(temp["in", "circle.mp4"], "circle.mp4");
        Directory.CreateDirectory(temp["in", "folder.mp4"]);

        var report = SceneDetectionJob.Run(temp["in"], temp["data"]);
        Assert.That(report.Videos.Select(v => v.VideoId), Is.EqualTo(new[] { "good" }));
        Assert.That(report.Problems.Select(p => p[..p.IndexOf(':', StringComparison.Ordinal)]),
            Is.EquivalentTo(new[] { "circle", "nowhere" }));
    }

    [Test]
    public void Run_BadFilesAmongGood_AreNamedAndTheRestIsDone()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        byte[] whole = File.ReadAllBytes(Write(temp["in", "good.mp4"], 64, 48, 40, 40));
        File.WriteAllBytes(temp["in", "cut.mp4"], whole[..(whole.Length / 8)]);
        File.WriteAllBytes(temp["in", "empty.mp4"], []);
        File.WriteAllText(temp["in", "text.mp4"], "no video at all");
        Ffmpeg($"-f lavfi -i sine=d=1 -c:a aac \"{temp["in", "sound.mp4"]}\"");
        Ffmpeg($"-f lavfi -i color=red:s=32x32:r=25 -frames:v 0 -c:v ffv1 \"{temp["in", "none.mkv"]}\"");

        var report = SceneDetectionJob.Run(temp["in"], temp["data"]);
        Assert.That(report.Videos.Select(v => v.VideoId), Is.EqualTo(new[] { "good" }));
        Assert.That(report.Problems.Select(p => p[..p.IndexOf(':', StringComparison.Ordinal)]),
            Is.EquivalentTo(new[] { "cut", "empty", "none", "sound", "text" }));
        Assert.That(report.Problems.Single(p => p.StartsWith("sound", StringComparison.Ordinal)), Does.Contain("no video stream"));
    }

    [Test]
    public void Run_CutShortButReadable_DoesWhatIsThereAndSaysSo()
    {
        using var temp = new TempFolder();
        Ffmpeg($"-i \"{Write(temp["flat.mp4"], 64, 48, 40, 40, 40)}\" -c copy -movflags +faststart \"{temp["whole.mp4"]}\"");
        byte[] whole = File.ReadAllBytes(temp["whole.mp4"]);
        File.WriteAllBytes(temp["v.mp4"], whole[..(whole.Length * 2 / 3)]);
        var report = SceneDetectionJob.Run(temp["v.mp4"], temp["data"]);
        Assert.That(report.Videos[0].Frames, Is.InRange(10, 110));
        Assert.That(report.Problems.Single(), Does.Contain("120").And.Contain("damaged"));
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Problems, Has.Count.EqualTo(1), "a rerun says it again");
    }

    [Test]
    public void Run_NothingToDo_SaysWhy()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["in"]);
        Assert.That(() => SceneDetectionJob.Run(temp["in"], temp["data"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("no video"));
        Assert.That(() => SceneDetectionJob.Run(temp["not there"], temp["data"]), Throws.InstanceOf<UsageException>());
        Assert.That(Directory.Exists(temp["data"]), Is.False);
        Write(temp["in", "v.mp4"], 32, 32, 20);
        Assert.That(() => SceneDetectionJob.Run(temp["in"], temp["data"], new() { VideoIds = ["w"] }),
            Throws.InstanceOf<UsageException>().With.Message.Contains("v"));
        Assert.That(() => SceneDetectionJob.Run(temp["in"], temp["data"], new() { Images = 0 }), Throws.InstanceOf<UsageException>());
    }

    [Test]
    public void Run_Cancelled_LeavesNothingHalfDone()
    {
        using var temp = new TempFolder();
        Write(temp["v.mp4"], 64, 48, 300, 300);
        using var stop = new CancellationTokenSource();
        var cancel = new Cancelling(stop);
        Assert.That(() => SceneDetectionJob.Run(temp["v.mp4"], temp["data"], progress: cancel, cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateDirectories(temp["data", "video_scene_cuts"]), Is.Empty);
        Assert.That(SceneDetectionJob.Run(temp["v.mp4"], temp["data"]).Scenes, Is.EqualTo(2));
    }

    sealed class Cancelling(CancellationTokenSource stop) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Done > 0) stop.Cancel();
        }
    }

    /// <summary>Makes test footage; the words are this file's own.</summary>
    static void Ffmpeg(string arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(FfmpegTools.Find().FfmpegPath) { RedirectStandardError = true };
        foreach (System.Text.RegularExpressions.Match word in System.Text.RegularExpressions.Regex.Matches("-v error -y " + arguments,
            "\"([^\"]*)\"|[^ ]+")) start.ArgumentList.Add(word.Groups[1].Success ? word.Groups[1].Value : word.Value);
        using var process = System.Diagnostics.Process.Start(start)!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, said);
    }
}
