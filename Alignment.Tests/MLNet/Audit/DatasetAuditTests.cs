using System.Text.Json;
using Alignment.MLNet.Audit;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Synthetic;
using Alignment.MLNet.Training;
using Alignment.Tests.MLNet.Gaze;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Audit;

/// <summary>A clean drawn data set has no finding; each planted fault gives exactly its own.</summary>
public sealed class DatasetAuditTests
{
    const int Width = 160, Height = 90, Scenes = 6;
    static readonly string[] s_ids = ["ad 1", "ad 2", "ad 3", "ad 4", "ad 5"];

    TempFolder? _clean;

    [OneTimeSetUp]
    public void Draw()
    {
        _clean = new TempFolder();
        var ads = AdDrawing.Set(s_ids.Length, new() { Width = Width, Height = Height, Scenes = Scenes, ScenesWithoutProduct = 0 });
        DrawnDataSet.Write(_clean.Path, [.. ads.Select((a, i) => a with { VideoId = s_ids[i], Seed = (ulong)i + 20 })]);
    }

    [OneTimeTearDown]
    public void Remove() => _clean?.Dispose();

    /// <summary>A copy of the clean data set to spoil.</summary>
    public sealed class Data(string root)
    {
        public string Root => root;
        public string Still(int ad, int scene) => Path.Combine(root, "video_scene_cuts", s_ids[ad],
            $"{s_ids[ad]}-Scene-{scene:000}-01.jpg");
        public string Mask(int ad, int scene) => Path.Combine(root, "keyword_masks", s_ids[ad],
            FormattableString.Invariant($"scene_{scene}.png"));
        public string Heatmap(int ad, int scene) => Path.Combine(root, "attention_heatmap", s_ids[ad],
            $"{s_ids[ad]}-Scene-{scene:000}.jpg");
        public string Keywords => Path.Combine(root, "keywords.csv");

        public void WriteMask(int ad, int scene, Func<int, int, int> value, int width = Width, int height = Height) =>
            PictureFile.WritePngGrey(Mask(ad, scene), width, height, Pixels(value, width, height));
        public void WriteHeatmap(int ad, int scene, Func<int, int, int> value, int width = Width, int height = Height) =>
            PictureFile.WriteJpegGrey(Heatmap(ad, scene), width, height, Pixels(value, width, height), 100);
        static byte[] Pixels(Func<int, int, int> value, int width, int height) =>
            [.. Enumerable.Range(0, width * height).Select(i => (byte)value(i % width, i / width))];
    }

    static int Hill(int x, int y, int cx = 80, int cy = 45) => (int)(250 * Math.Exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / 400.0));

    static IEnumerable<TestCaseData> Faults()
    {
        static TestCaseData Case(string name, Action<Data> plant, params string[] expected) =>
            new TestCaseData(plant, expected).SetArgDisplayNames(name);
        yield return Case("nothing", _ => { });
        yield return Case("mask of another size", d => Stretch(d.Mask(0, 1), Width / 2, Height / 2), "SizeMismatch note ad 1 1");
        yield return Case("heatmap of another shape", d => d.WriteHeatmap(0, 2, (x, y) => Hill(x, y, 60, 60), 120, 120),
            "AspectMismatch warning ad 1 2");
        yield return Case("one still of another size", d => { Resize(d, 0, 3, 80, 45); }, "MixedStillSizes warning ad 1");
        yield return Case("JPEG fringes in a mask", d => Fringes(d.Mask(1, 2)), "MaskNotBinary note ad 2 2");
        yield return Case("grey mask", d => d.WriteMask(1, 2,
            (x, y) => x is > 40 and < 80 && y is > 20 and < 70 ? 255 : x is >= 80 and < 84 ? 100 : 0), "MaskNotBinary warning ad 2 2");
        yield return Case("mask of 0 and 1", d => d.WriteMask(1, 2, (x, y) => x > 100 ? 1 : 0), "DarkMask error ad 2 2");
        yield return Case("empty mask", d => d.WriteMask(1, 2, (_, _) => 0), "EmptyMask note ad 2 2");
        yield return Case("full mask", d => d.WriteMask(1, 2, (_, _) => 255), "BoostHardlyMoves warning ad 2 2", "FullMask warning ad 2 2");
        yield return Case("tiny mask", d => d.WriteMask(1, 2, (x, y) => x == 80 && y == 45 ? 255 : 0), "BoostHardlyMoves warning ad 2 2",
            "TinyMask warning ad 2 2");
        yield return Case("blank heatmap", d => d.WriteHeatmap(2, 1, (_, _) => 0), "BlankHeatmap error ad 3 1");
        yield return Case("constant heatmap", d => d.WriteHeatmap(2, 1, (_, _) => 128), "ConstantHeatmap error ad 3 1");
        yield return Case("heatmap of 0 and 1", d => d.WriteHeatmap(2, 1, (x, _) => x > 80 ? 3 : 0), "ConstantHeatmap error ad 3 1");
        yield return Case("saturated heatmap", d => d.WriteHeatmap(2, 1, (x, y) => x > 150 && y > 40 ? 255 : Hill(x, y)),
            "SaturatedHeatmap warning ad 3 1");
        yield return Case("heatmap in colours", d => Colour(d.Heatmap(2, 1)), "ColouredMap warning ad 3 1");
        yield return Case("heatmap copied", d => File.Copy(d.Heatmap(0, 1), d.Heatmap(3, 4), true),
            "CopiedHeatmap error ad 4 4 ~ ad 1-Scene-001");
        yield return Case("heatmap copied and re-encoded", d => Reencode(d.Heatmap(0, 1), d.Heatmap(3, 4)),
            "CopiedHeatmap warning ad 4 4 ~ ad 1-Scene-001");
        yield return Case("scene numbers missing", d => Rename(d, 0, (5, 9), (6, 12)), "MissingSceneNumbers warning ad 1");
        yield return Case("still copied within a video", d => File.Copy(d.Still(2, 1), d.Still(2, 5), true),
            "RepeatedPicture note ad 3 5 ~ ad 3-Scene-001");
        yield return Case("still copied to another video", d => File.Copy(d.Still(Train(0), 1), d.Still(Train(1), 2), true),
            $"DuplicatePicture warning {s_ids[Train(1)]} 2 ~ {s_ids[Train(0)]}-Scene-001");
        yield return Case("still copied, smaller and worse", d => Worse(d.Still(Train(0), 1), d.Still(Train(1), 2)),
            $"DuplicatePicture warning {s_ids[Train(1)]} 2 ~ {s_ids[Train(0)]}-Scene-001");
        yield return Case("still in training and validation", d => Worse(d.Still(First, 1), d.Still(Second, 2)),
            $"SplitLeak error {s_ids[Second]} 2 ~ {s_ids[First]}-Scene-001");
        yield return Case("black still", d => PictureFile.WriteJpeg(d.Still(2, 2), new(Width, Height, new byte[Width * Height * 3])),
            "FlatPicture note ad 3 2");
        yield return Case("keyword missing", d => Keywords(d, l => l.StartsWith("ad 2,", StringComparison.Ordinal) ? null : l),
            "MissingKeyword error ad 2");
        yield return Case("keyword empty", d => Keywords(d, l => l.StartsWith("ad 2,", StringComparison.Ordinal) ? "ad 2," : l),
            "EmptyKeyword error ad 2");
        yield return Case("keyword of no video", d => File.AppendAllText(d.Keywords, "Ad 2,bottle\n"), "UnusedKeyword note Ad 2");
        yield return Case("keyword named twice", d => File.AppendAllText(d.Keywords, "ad 2,shoe\n"), "RepeatedKeyword note ad 2");
        yield return Case("video too short", d => Remove(d, 4, [3, 4, 5, 6]), "FewScenes warning ad 5");
        yield return Case("product absent in a window", d => { d.WriteMask(1, 3, (_, _) => 0); d.WriteMask(1, 4, (_, _) => 0); },
            "AbsentInWindow warning ad 2", "EmptyMask note ad 2 3", "EmptyMask note ad 2 4");
        yield return Case("no attention on the product",
            d => { d.WriteMask(1, 2, (x, y) => x < 20 && y < 20 ? 255 : 0); d.WriteHeatmap(1, 2, (x, y) => Hill(x, y, 120, 70)); },
            "BoostHardlyMoves warning ad 2 2");
        yield return Case("a boost that clips",
            d =>
            {
                d.WriteMask(1, 2, (x, y) => x > 60 && x < 110 ? 255 : 0); d.WriteHeatmap(1, 2,
            (x, y) => x > 62 && x < 108 ? 245 : 90 + x / 4 + y / 3);
            }, "BoostSaturates warning ad 2 2");
        yield return Case("mask missing", d => File.Delete(d.Mask(1, 2)), "MissingMask error ad 2 2");
        yield return Case("heatmap missing", d => File.Delete(d.Heatmap(1, 2)), "MissingHeatmap error ad 2 2");
        yield return Case("a picture without a number",
            d => File.Copy(d.Still(1, 2), Path.Combine(Path.GetDirectoryName(d.Still(1, 2))!, "picture.jpg")), "UnparsableName error ad 2");
        yield return Case("a scene number taken twice", d => File.Copy(d.Still(1, 2), Path.ChangeExtension(d.Still(1, 2), ".jpeg")),
            "DuplicateScene error ad 2 2");
        yield return Case("damaged still", d => File.WriteAllBytes(d.Still(1, 2), File.ReadAllBytes(d.Still(1, 2))[..2000]),
            "UnreadableFile error ad 2 2");
    }

    [TestCaseSource(nameof(Faults))]
    public void Run_PlantedFault_IsFoundAndNothingElse(Action<Data> plant, string[] expected)
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        plant(new(temp["data"]));
        AuditResult made = AuditJob.Run(temp["data"], temp["report"]);

        using var json = JsonDocument.Parse(File.ReadAllBytes(temp["report", AuditResult.JsonName]));
        string[] found = [.. json.RootElement.GetProperty("findings").EnumerateArray().Select(Brief).Order(StringComparer.Ordinal)];
        Assert.That(found, Is.EqualTo(expected));
        Assert.That(made.Counts.Values.Sum(), Is.EqualTo(expected.Length));
        Assert.That(made.Errors + made.Warnings + made.Notes, Is.EqualTo(expected.Length));
        foreach (JsonElement video in json.RootElement.GetProperty("per_video").EnumerateArray())
        {
            string id = video.GetProperty("video_id").GetString()!;
            Assert.That(new[] { "error", "warning", "note" }.Select(s => video.GetProperty(s + "s").GetInt32()),
                Is.EqualTo(new[] { "error", "warning", "note" }.Select(s =>
                expected.Count(e => e.Contains($" {s} {id}", StringComparison.Ordinal)))), id);
            Assert.That(video.GetProperty("split").ValueKind == JsonValueKind.Null,
                Is.EqualTo(video.GetProperty("valid_scenes").GetInt32() == 0), id);
        }
        // One row a finding (cells have no line breaks here), one row a valid scene.
        Assert.That(File.ReadAllLines(temp["report", AuditResult.CsvName]), Has.Length.EqualTo(expected.Length + 1));
        Assert.That(File.ReadAllLines(temp["report", AuditResult.ScenesName]), Has.Length.EqualTo(made.Validation.ValidScenes + 1));
        string page = File.ReadAllText(temp["report", AuditResult.PageName]);
        foreach (string kind in expected.Select(e => e.Split(' ')[0])) Assert.That(page, Does.Contain($"<h3 id=\"{kind}\">"));
        Assert.That(File.Exists(temp["data", "valid_scenes.csv"]));
    }

    [Test]
    public void Run_WithoutDeep_FindsWhatHeadersTell()
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        Data data = new(temp["data"]);
        data.WriteMask(0, 1, (_, _) => 0, 100, 100);
        Rename(data, 1, (6, 8));
        AuditResult made = AuditJob.Run(temp["data"], temp["report"], options: new() { Deep = false });
        Assert.That(made.Counts,
            Is.EquivalentTo(new Dictionary<AuditKind, long> { [AuditKind.AspectMismatch] = 1, [AuditKind.MissingSceneNumbers] = 1 }));
        Assert.That(File.ReadAllText(temp["report", AuditResult.PageName]), Does.Contain("--deep"));
    }

    [Test]
    public void Run_HostileNames_StayText()
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        // Everything a Linux file name may have.
        const string id = "<script>alert('x')<&\"><img src=x onerror=alert(1)>";
        foreach (string kind in new[] { "video_scene_cuts", "keyword_masks", "attention_heatmap" })
        {
            Directory.Move(temp["data", kind, "ad 1"], temp["data", kind, id]);
            foreach (string file in Directory.GetFiles(temp["data", kind, id]))
                File.Move(file, Path.Combine(Path.GetDirectoryName(file)!,
                    Path.GetFileName(file).Replace("ad 1", id, StringComparison.Ordinal)));
        }
        File.AppendAllText(temp["data", "keywords.csv"],
            "\"" + id.Replace("\"", "\"\"", StringComparison.Ordinal) + "\",</table><script>alert(2)</script>\n\"x\u202Egpj\",shoe\n");
        new Data(temp["data"]).WriteMask(1, 1, (_, _) => 0);
        File.WriteAllBytes(temp["data", "keyword_masks", id, "scene_1.png"], File.ReadAllBytes(new Data(temp["data"]).Mask(1, 1)));
        AuditJob.Run(temp["data"], temp["report"]);

        string page = File.ReadAllText(temp["report", AuditResult.PageName]);
        Assert.That(page, Does.Contain("&lt;script&gt;alert(&#39;x&#39;)").And.Contain("&lt;/table&gt;&lt;script&gt;alert(2)"));
        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("onerror=alert(1)>").And.Not.Contain("http:").And.Not.Contain(
            "https:"));
        Assert.That(page.Contains((char)0x202E), Is.False);
        // Every picture is inside the page.
        Assert.That(System.Text.RegularExpressions.Regex.Matches(page, "src=\"(?!data:image/jpeg;base64,)"), Is.Empty);
    }

    [Test]
    public void Run_ManyFindings_KeepsThePageSmallAndTheTablesWhole()
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        Data data = new(temp["data"]);
        for (int ad = 0; ad < s_ids.Length; ad++)
            for (int scene = 1; scene <= Scenes; scene++) data.WriteHeatmap(ad, scene, (_, _) => 0);
        AuditJob.Run(temp["data"], temp["report"], options: new() { SamplesPerKind = 4, VideosShown = 2 });
        string page = File.ReadAllText(temp["report", AuditResult.PageName]);
        Assert.That(File.ReadAllLines(temp["report", AuditResult.CsvName]), Has.Length.EqualTo(1 + s_ids.Length * Scenes));
        Assert.That(System.Text.RegularExpressions.Regex.Matches(page, "class=\"card\""), Has.Count.EqualTo(4));
        Assert.That(page, Does.Contain($"… and {s_ids.Length * Scenes - 4} more in audit.csv.").And.Contain(
            $"… and {s_ids.Length - 2} more, with fewer findings"));
        Assert.That(page, Does.Contain("<bdi>ad 1</bdi>, scene 3").And.Contain("<bdi>ad 2</bdi>, scene 1").And.Not.Contain(
            "<bdi>ad 1</bdi>, scene 4"), "no more than three of one video while others wait");
    }

    [Test]
    public void Run_Twice_GivesTheSameBytes()
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        new Data(temp["data"]).WriteMask(1, 1, (_, _) => 0);
        byte[][] Made() => [.. new[] { AuditResult.PageName, AuditResult.JsonName, AuditResult.CsvName,
            AuditResult.ScenesName }.Select(n => File.ReadAllBytes(temp["report", n]))];
        AuditJob.Run(temp["data"], temp["report"]);
        byte[][] first = Made();
        AuditJob.Run(temp["data"], temp["report"]);
        Assert.That(Made(), Is.EqualTo(first));
    }

    [Test]
    public void Run_HeatmapsOfAnOlderMethod_AreWarnings()
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        Directory.Delete(temp["data", "attention_heatmap"], true);
        AttentionJob.Run(temp["data"], new() { ContactSheets = false });
        Assert.That(AuditJob.Run(temp["data"], temp["report"]).Counts, Does.Not.ContainKey(AuditKind.OtherMethod));
        AttentionMakingTests.MakeOlder(temp["data"], s_ids[1]);

        AuditResult audit = AuditJob.Run(temp["data"], temp["report"], options: new() { Deep = false });

        Assert.That(audit.Counts[AuditKind.OtherMethod], Is.EqualTo(Scenes));
        Assert.That(File.ReadAllText(temp["report", AuditResult.CsvName]),
            Does.Contain("predicted by spectral_residual.smoothed in version 1 of its method"));
    }

    [Test]
    public void Run_NothingValid_StillWritesTheReport()
    {
        using var temp = new TempFolder();
        CopyFolder(_clean!.Path, temp["data"]);
        Directory.Delete(temp["data", "keyword_masks"], true);
        Assert.That(() => AuditJob.Run(temp["data"], temp["report"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("No valid scenes"));
        Assert.That(File.ReadAllText(temp["report", AuditResult.PageName]),
            Does.Contain("No scene can be used.").And.Contain("MissingMask"));
        Assert.That(Directory.GetFiles(temp["report"], "*.partial"), Is.Empty);
    }

    [Test]
    public void Run_Stopped_LeavesNoReport()
    {
        using var temp = new TempFolder();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => AuditJob.Run(_clean!.Path, temp["report"], temp["valid.csv"], cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(temp.Path, "*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void Run_RealFootage_HasNoErrors()
    {
        using var temp = new TempFolder();
        AuditResult made = AuditJob.Run(Shared.Path("media", "dataset"), temp["report"], temp["valid.csv"]);
        // By truth.json the apple is on screen in scenes 1 and 3 of 4, the bottle in 1, 3, 5, 7 of 7: the apple's late window (scene 4
        // alone) has none.
        Assert.That(made.Counts,
            Is.EquivalentTo(new Dictionary<AuditKind, long> { [AuditKind.AbsentInWindow] = 1, [AuditKind.EmptyMask] = 5 }));
        Assert.That(made.Errors, Is.Zero);
    }

    static string Brief(JsonElement f)
    {
        string Text(string name) => f.TryGetProperty(name, out JsonElement v) ? " " + v.ToString() : "";
        return $"{f.GetProperty("kind")}{Text("severity")}{Text("video_id")}{Text("scene_number")}"
            + $"{(f.TryGetProperty("related_scene", out JsonElement r) ? " ~ " + r : "")}";
    }

    // The trainer's own split decides which two videos lie on different sides, and which two on the same.
    static readonly HashSet<string> s_trained = VideoSplit.VideosToTrainOn(s_ids, new ControlNetTrainingOptions().TrainShare,
        new ControlNetTrainingOptions().Seed);

    static int Train(int i) => Array.IndexOf(s_ids, s_ids.Where(s_trained.Contains).ElementAt(i));

    static int Validation => Array.FindIndex(s_ids, id => !s_trained.Contains(id));

    static int First => Math.Min(Train(0), Validation);

    static int Second => Math.Max(Train(0), Validation);

    static void Stretch(string mask, int width, int height)
    {
        float[] planes = new float[width * height];
        PictureFile.ReadGrey(mask, width, height, planes);
        PictureFile.WritePngGrey(mask, width, height, (ReadOnlySpan<byte>)[.. planes.Select(v => (byte)(v > 0.5f ? 255 : 0))]);
    }

    static void Resize(Data d, int ad, int scene, int width, int height)
    {
        float[] rgb = new float[3 * width * height], grey = new float[width * height];
        PictureFile.ReadRgb(d.Still(ad, scene), width, height, rgb);
        PictureFile.WriteJpeg(d.Still(ad, scene), RgbPicture.FromPlanes(rgb, width, height));
        Stretch(d.Mask(ad, scene), width, height);
        PictureFile.ReadGrey(d.Heatmap(ad, scene), width, height, grey);
        PictureFile.WriteJpegGrey(d.Heatmap(ad, scene), width, height, [.. grey.Select(v => (byte)(v * 255))]);
    }

    static void Fringes(string mask)
    {
        FloatPicture picture = PictureFile.ReadGrey(mask);
        PictureFile.WriteJpegGrey(mask, picture.Width, picture.Height, [.. picture.Values.Select(v => (byte)(v * 255))], 95);
    }

    static void Colour(string heatmap)
    {
        FloatPicture grey = PictureFile.ReadGrey(heatmap);
        // Blue to red: the brightness hardly changes, and so little of it is attention.
        byte[] rgb = [.. grey.Values.SelectMany(v => new[] { (byte)(255 * v), (byte)40, (byte)(255 * (1 - v)) })];
        PictureFile.WriteJpeg(heatmap, new(grey.Width, grey.Height, rgb));
    }

    static void Reencode(string from, string to)
    {
        FloatPicture grey = PictureFile.ReadGrey(from);
        PictureFile.WriteJpegGrey(to, grey.Width, grey.Height, [.. grey.Values.Select(v => (byte)(v * 255 + 0.5f))], 70);
    }

    static void Worse(string from, string to)
    {
        float[] planes = new float[3 * Width * Height];
        PictureFile.ReadRgb(from, Width / 2, Height / 2, planes.AsSpan(0, planes.Length / 4));
        PictureFile.WriteJpeg(to, RgbPicture.FromPlanes(planes.AsSpan(0, planes.Length / 4), Width / 2, Height / 2), 60);
        PictureFile.ReadRgb(to, Width, Height, planes);
        PictureFile.WriteJpeg(to, RgbPicture.FromPlanes(planes, Width, Height), 60);
    }

    static void Rename(Data d, int ad, params (int From, int To)[] moves)
    {
        foreach (var (from, to) in moves.Reverse())
        {
            File.Move(d.Still(ad, from), d.Still(ad, to));
            File.Move(d.Mask(ad, from), d.Mask(ad, to));
            File.Move(d.Heatmap(ad, from), d.Heatmap(ad, to));
        }
    }

    static void Remove(Data d, int ad, int[] scenes)
    {
        foreach (int scene in scenes) File.Delete(d.Still(ad, scene));
    }

    static void Keywords(Data d, Func<string, string?> change) =>
        File.WriteAllLines(d.Keywords, [.. File.ReadAllLines(d.Keywords).Select(change).OfType<string>()]);

    static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
