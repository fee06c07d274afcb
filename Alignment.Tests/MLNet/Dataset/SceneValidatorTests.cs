using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Dataset;

namespace Alignment.Tests.MLNet.Dataset;

public sealed class SceneValidatorTests
{
    const string Header = "video_id,scene_number,keyword,scene_image_path,keyword_mask_path,attention_heatmap_path,filename\n";

    [Test]
    public void Run_PlainFolder_WritesTheSpecifiedFile()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("b ad", 1, "\"blue, \"\"big\"\" bottle\"").Video("a-1", 2);
        ValidationResult report = ValidationJob.Run(temp.Path);

        string Row(string id, int n, string product) => string.Join(',', id, n, product,
            data[$"video_scene_cuts/{id}/{id}-Scene-00{n}-01.jpg"],
            data[$"keyword_masks/{id}/scene_{n}.png"], data[$"attention_heatmap/{id}/{id}-Scene-00{n}.jpg"], $"{id}-Scene-00{n}-01.jpg\n");
        string expected = Header + Row("a-1", 1, "bottle") + Row("a-1", 2, "bottle") + Row("b ad", 1, "\"blue, \"\"big\"\" bottle\"");
        Assert.That(File.ReadAllText(data["valid_scenes.csv"]), Is.EqualTo(expected));
        Assert.That((report.Videos, report.ValidVideos, report.Scenes, report.ValidScenes), Is.EqualTo((2, 2, 3L, 3L)));
        Assert.That(report.Counts.Keys, Is.EquivalentTo(new[] { ProblemKind.FewScenes }));
        Assert.That(ValidScenesCsv.Read(data["valid_scenes.csv"]).Select(s => s.SceneId),
            Is.EqualTo(new[] { "a-1-Scene-001", "a-1-Scene-002", "b ad-Scene-001" }));
        Assert.That(ValidScenesCsv.Read(data["valid_scenes.csv"]).Last().Keyword, Is.EqualTo("blue, \"big\" bottle"));
    }

    [TestCase("", "")]               // the data folder itself
    [TestCase("data/", "data/")]     // its parent is given, everything under data/
    [TestCase("data/", "")]          // masks, heatmaps and keywords beside data/
    public void Run_EitherPlacement_FindsEverything(string cuts, string rest)
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path);
        data.Still($"{cuts}video_scene_cuts/v/v-Scene-001-01.JPG").Mask($"{rest}keyword_masks/v/v-Scene-001-01.PNG")
            .Heatmap($"{rest}attention_heatmap/v/v-Scene-001-01.jpeg")
            .Text($"{rest}keywords.csv", "\uFEFFother;keyword_list[0];_id\nx;shoe;v\n");
        Assert.That(ValidationJob.Run(temp.Path).ValidScenes, Is.EqualTo(1));
        if (cuts.Length > 0) Assert.That(ValidationJob.Run(temp["data"]).ValidScenes, Is.EqualTo(1));
        Assert.That(ValidScenesCsv.Read(data[cuts + "valid_scenes.csv"]).Single().Keyword, Is.EqualTo("shoe"));
    }

    [Test]
    public void Run_BothLayoutsPresent_FirstWins()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("v", 1);
        data.Mask("keyword_masks/v/v-Scene-001-01.png").Heatmap("attention_heatmap/v/v-Scene-001-01.jpg");
        SceneRecord scene = ValidationJob.Scenes(temp.Path).Single();
        Assert.That((Path.GetFileName(scene.KeywordMaskPath), Path.GetFileName(scene.AttentionHeatmapPath)),
            Is.EqualTo(("scene_1.png", "v-Scene-001.jpg")));
    }

    [TestCase("a.b-c d")]
    [TestCase("реклама-Scene-001")]
    [TestCase("広告 №1")]
    [TestCase("-rf")]
    public void Run_AwkwardIds_AreFine(string id)
    {
        using TempFolder temp = new();
        new SmallDataSet(temp.Path).Video(id, 3);
        ValidationResult report = ValidationJob.Run(temp.Path);
        Assert.That((report.ValidScenes, report.Problems.Count), Is.EqualTo((3L, 0)));
    }

    [Test]
    public void Run_EveryKindOfProblem_IsReportedAndTheRestIsUnharmed()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("good", 3).Video("v", 12);
        File.Delete(data["keyword_masks/v/scene_1.png"]);
        File.Delete(data["attention_heatmap/v/v-Scene-002.jpg"]);
        byte[] whole = File.ReadAllBytes(data["video_scene_cuts/v/v-Scene-003-01.jpg"]);
        data.Bytes("video_scene_cuts/v/v-Scene-003-01.jpg", whole[..(whole.Length - 60)]);
        data.Bytes("keyword_masks/v/scene_4.png", []);
        data.Text("attention_heatmap/v/v-Scene-005.jpg", "no picture at all");
        data.Bytes("keyword_masks/v/scene_6.png", HugePngHeader());
        data.Still("video_scene_cuts/v/v-Scene-007-01.png").Still("video_scene_cuts/v/scene seven.jpg")
            .Text("video_scene_cuts/v/v-Scene-009-01.webp", "RIFF");
        data.Mask("keyword_masks/v/scene_8.png", width: 16).Mask("keyword_masks/v/scene_9.png", empty: true)
            .Heatmap("attention_heatmap/v/v-Scene-010.jpg", blank: true);
        data.Still("video_scene_cuts/v/v-Scene-020-02.jpg").Text("video_scene_cuts/v/v-Scenes.csv", "x");
        data.Video("few", 2).Still("video_scene_cuts/nokey/nokey-Scene-001-01.jpg");
        data.Keyword("../../x", "evil").Keyword("v", "other").Keyword("long", new string('a', 1 << 20)).Keyword("nul\0", "x")
            .Keyword("empty", "");

        ValidationResult report = ValidationJob.Run(temp.Path, jsonPath: temp["out", "validation.json"], options: new() { Deep = true });

        string[] got = [.. report.Problems.Select(p =>
            $"{p.Kind} {p.VideoId} {p.SceneNumber?.ToString(CultureInfo.InvariantCulture)}".TrimEnd()).Order(StringComparer.Ordinal)];
        Assert.That(got, Is.EqualTo(new[]
        {
            "BadKeywordRow", "BadKeywordRow", "BadKeywordRow", "BadKeywordRow",
            "BlankHeatmap v 10", "DuplicateScene v 7", "EmptyMask v 9", "FewScenes few", "Ignored v", "MissingHeatmap nokey 1",
                "MissingHeatmap v 2", "MissingMask nokey 1", "MissingMask v 1", "NoKeyword nokey",
            "RepeatedKeyword v", "SizeMismatch v 8", "UnparsableName v", "UnparsableName v", "UnparsableName v 20",
            "UnreadableFile v 3", "UnreadableFile v 4", "UnreadableFile v 5", "UnreadableFile v 6",
        }));
        Assert.That(ValidScenesCsv.Read(data["valid_scenes.csv"]).Where(s => s.VideoId == "v").Select(s => s.SceneNumber),
            Is.EqualTo(new[] { 7, 8, 9, 10, 11, 12 }));
        Assert.That(ValidScenesCsv.Read(data["valid_scenes.csv"]).First(s => s is { VideoId: "v", SceneNumber: 7 }).Filename,
            Is.EqualTo("v-Scene-007-01.jpg"));
        Assert.That(report.Problems.First(p => p.Kind == ProblemKind.UnparsableName).Message, Does.Contain("'v-Scene-001-01.jpg'"));
        Assert.That(report.Problems.First(p => p.Kind == ProblemKind.BadKeywordRow).Message,
            Does.Contain("'../../x'").And.Contain("Line "));

        using var json = JsonDocument.Parse(File.ReadAllBytes(temp["out", "validation.json"]));
        Assert.That(json.RootElement.GetProperty("problems").GetArrayLength(), Is.EqualTo(report.Problems.Count));
        Assert.That(json.RootElement.GetProperty("valid_scenes").GetInt64(), Is.EqualTo(report.ValidScenes));
    }

    [Test]
    public void Run_HeaderOnly_FindsTruncationButNotPixels()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("v", 4);
        byte[] whole = File.ReadAllBytes(data["video_scene_cuts/v/v-Scene-001-01.jpg"]);
        data.Bytes("video_scene_cuts/v/v-Scene-001-01.jpg", whole[..(whole.Length - 60)]).Mask("keyword_masks/v/scene_2.png", empty: true);
        // Something appended, as phones do, is no damage.
        data.Bytes("video_scene_cuts/v/v-Scene-003-01.jpg", [.. whole, .. new byte[5000]]);
        Assert.That(ValidationJob.Run(temp.Path).Problems.Select(p => (p.Kind, p.SceneNumber)),
            Is.EqualTo(new[] { (ProblemKind.UnreadableFile, (int?)1) }));
    }

    [Test]
    public void Run_NothingValid_SaysWhereItLookedAndWritesOnlyTheReport()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Still("video_scene_cuts/v/v-Scene-001-01.jpg").Keyword("v", "shoe");
        var thrown = Assert.Throws<BadDataException>(() => ValidationJob.Run(temp.Path, jsonPath: temp["report.json"]));
        Assert.That(thrown!.Message,
            Does.StartWith("No valid scenes found").And.Contain(data["keyword_masks"]).And.Contain("MissingMask × 1"));
        Assert.That(thrown.ExitCode, Is.EqualTo(3));
        Assert.That(File.Exists(data["valid_scenes.csv"]), Is.False);
        Assert.That(File.Exists(temp["report.json"]));

        Assert.That(Assert.Throws<BadDataException>(() => ValidationJob.Run(temp["nowhere"]))!.Message,
            Does.StartWith("No valid scenes found").And.Contain("video_scene_cuts"));
    }

    [Test]
    public void Run_LinksThatLeadOut_AreRefused()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Links need a privilege there.");
        using TempFolder temp = new();
        using TempFolder secret = new();
        var data = new SmallDataSet(temp.Path).Video("v", 4);
        var outside = new SmallDataSet(secret.Path).Video("w", 3);
        File.Delete(data["keyword_masks/v/scene_2.png"]);
        File.CreateSymbolicLink(data["keyword_masks/v/scene_2.png"], outside["keyword_masks/w/scene_2.png"]);
        Directory.CreateSymbolicLink(data["video_scene_cuts/w"], outside["video_scene_cuts/w"]);
        File.Delete(data["keyword_masks/v/scene_3.png"]);
        File.CreateSymbolicLink(data["keyword_masks/v/scene_3.png"], data["keyword_masks/v/scene_1.png"]);   // inside: fine
        ValidationResult report = ValidationJob.Run(temp.Path);
        Assert.That(report.Problems.Count(p => p.Kind == ProblemKind.LinkOutside), Is.EqualTo(2));
        Assert.That(ValidScenesCsv.Read(data["valid_scenes.csv"]).Select(s => s.SceneNumber), Is.EqualTo(new[] { 1, 3, 4 }));
    }

    [Test]
    public void Run_TwoThousandScenes_StaysSmallAndFast()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("v", 1);
        string keywords = "_id,keyword_list[0]\n";
        byte[] still = File.ReadAllBytes(data["video_scene_cuts/v/v-Scene-001-01.jpg"]),
            mask = File.ReadAllBytes(data["keyword_masks/v/scene_1.png"]),
            heatmap = File.ReadAllBytes(data["attention_heatmap/v/v-Scene-001.jpg"]);
        for (int v = 0; v < 20; v++)
        {
            string id = $"v{v:00}";
            foreach (string kind in new[] { "video_scene_cuts", "keyword_masks", "attention_heatmap" })
                Directory.CreateDirectory(data[$"{kind}/{id}"]);
            for (int n = 1; n <= 100; n++)
            {
                File.WriteAllBytes(data[$"video_scene_cuts/{id}/{id}-Scene-{n:000}-01.jpg"], still);
                File.WriteAllBytes(data[$"keyword_masks/{id}/scene_{n}.png"], mask);
                File.WriteAllBytes(data[$"attention_heatmap/{id}/{id}-Scene-{n:000}.jpg"], heatmap);
            }
            keywords += $"{id},bottle\n";
        }
        data.Text("keywords.csv", keywords + "v,bottle\n");
        var clock = Stopwatch.StartNew();
        ValidationResult report = ValidationJob.Run(temp.Path);
        TestContext.Out.WriteLine($"{clock.Elapsed.TotalSeconds:0.00} s");
        Assert.That(report.ValidScenes, Is.EqualTo(2001));
        Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(60), "about a second on an idle machine; generous, for a busy one");
    }

    [Test]
    public void Run_RealFootage_IsAllValid()
    {
        using TempFolder temp = new();
        ValidationResult report = ValidationJob.Run(Shared.Path("media", "dataset"), temp["valid_scenes.csv"],
            options: new() { Deep = true });
        // Written down by hand from truth.json: 4 + 7 scenes; the apple is absent in two.
        Assert.That((report.Videos, report.ValidScenes), Is.EqualTo((2, 11L)));
        Assert.That(report.Problems.Where(p => p is { Kind: ProblemKind.EmptyMask, VideoId: "apple_ad" }).Select(p => p.SceneNumber),
            Is.EqualTo(new[] { 2, 4 }));
    }

    /// <summary>The first bytes of a grey PNG that says it is 30,000 x 30,000.</summary>
    static byte[] HugePngHeader() =>
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0,
        0, 0, 0xAA, 0xBB, 0xCC, 0xDD];
}
