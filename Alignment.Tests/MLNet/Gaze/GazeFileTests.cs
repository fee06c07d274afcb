using System.Text;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Gaze;

/// <summary>Gaze files as people and programs make them, good and bad: what is used, what is dropped, and where that is.</summary>
public sealed class GazeFileTests
{
    const string Header = "video_id,participant,time_seconds,x,y,duration_seconds\n";

    // One video of two scenes of a second, stills 40x30.
    static string Data(TempFolder folder, string id = "ad")
    {
        Directory.CreateDirectory(folder["data", "video_scene_cuts", id]);
        for (int n = 1; n <= 2; n++) PictureFile.WriteJpeg(folder["data", "video_scene_cuts", id,
            FormattableString.Invariant($"{id}-Scene-{n:000}-01.jpg")], new(40, 30, new byte[3 * 40 * 30]));
        SceneList.FromStarts(new(25), [0, 25], 50).Write(folder["data", "video_scene_cuts", id, "scenes.csv"]);
        return folder["data"];
    }

    static AttentionResult Make(TempFolder folder, byte[] csv, GazeOptions? gaze = null, string id = "ad")
    {
        string data = Data(folder, id);
        File.WriteAllBytes(folder["gaze.csv"], csv);
        return AttentionJob.Run(data, new()
        {
            GazeFile = folder["gaze.csv"],
            Gaze = gaze ?? new() { Sigma = new(2) },
            ContactSheets = false
        });
    }

    static AttentionResult Make(TempFolder folder, string csv, GazeOptions? gaze = null, string id = "ad") =>
        Make(folder, Encoding.UTF8.GetBytes(csv), gaze, id);

    static long[] Lines(AttentionResult report, string reason) => report.Gaze!.Dropped.TryGetValue(reason, out GazeDropped? d)
        ? [.. d.Lines] : [];

    [Test]
    public void Rows_EachReason_IsCountedOnceInTheOrderOfTheRules()
    {
        using var folder = new TempFolder();
        AttentionResult report = Make(folder, Header
            + "ad,p1,0.5,10,10,0.2\n"             // 2 used
            + "ad,p1,n/a,10,10,0.2\n"             // 3 no number
            + "AD,p1,0.5,\"1,5\",10,0.2\n"        // 4 no number comes before the unknown video
            + "AD,p1,9,10,10,0.2\n"               // 5 unknown comes before outside
            + ",p1,0.5,10,10,0.2\n"               // 6 unknown: the empty id
            + "ad,p1,2,10,10,0.2\n"               // 7 outside: the end
            + "ad,p1,-0.001,99,10,0.2\n"          // 8 outside comes before off screen
            + "ad,p1,0.5,40,10,0.2\n"             // 9 off screen: the first column beyond
            + "ad,p1,0.5,10,-0.01,-1\n"           // 10 off screen comes before the duration
            + "ad,p1,0.5,39.99,29.99,0\n"         // 11 duration
            + "ad,p1,0.5,10,10,-Infinity\n"       // 12 no number
            + "ad,p1,1,0,0,1e-3\n"                // 13 used; on the cut it is the later scene's
            + "ad,p1,0.5,10\n"                    // 14 no number: the row is too short
            + "\n"                                // 15 nothing
            + "ad,p2,0.5,10,10,NaN\n");           // 16 no number
        Assert.That(report.Gaze!.Rows, Is.EqualTo(14));
        Assert.That(report.Gaze.RowsUsed, Is.EqualTo(2));
        Assert.That(Lines(report, "not_a_number"), Is.EqualTo(new long[] { 3, 4, 12, 14, 16 }));
        Assert.That(Lines(report, "unknown_video"), Is.EqualTo(new long[] { 5, 6 }));
        Assert.That(Lines(report, "outside_scenes"), Is.EqualTo(new long[] { 7, 8 }));
        Assert.That(Lines(report, "off_screen"), Is.EqualTo(new long[] { 9, 10 }));
        Assert.That(Lines(report, "non_positive_duration"), Is.EqualTo(new long[] { 11 }));
        Assert.That(report.SceneList.Select(s => s.Rows), Is.EqualTo(new long?[] { 1, 1 }));
    }

    [Test]
    public void File_OtherOrderExtraColumnsMarkAndCarriageReturns_ReadsAlike()
    {
        string[] plain = ["video_id,participant,time_seconds,x,y,duration_seconds", "ad,p1,0.5,10,12,0.2", "ad,p2,1.5,20,22,0.4"];
        string[] other = ["pupil,\"y\", X ,duration_seconds,note,time_seconds,participant,video_id,more",
            "3,12,10,0.2,\"a, \"\"b\"\"\",0.5,p1,ad,", "3,22,20,0.4,\0,1.5,p2,\"ad\",\"x\""];
        byte[][] files =
        [
            Encoding.UTF8.GetBytes(string.Join('\n', plain)),
            [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(string.Join("\r\n", plain) + "\r\n")],
            Encoding.UTF8.GetBytes(string.Join('\n', other) + "\n\n\n"),
            Encoding.UTF8.GetBytes(string.Join('\n', plain).Replace(',', ';')),
            Encoding.UTF8.GetBytes(string.Join('\n', plain).Replace(',', '\t')),
            Encoding.UTF8.GetBytes("sep=|\r" + string.Join('\r', plain).Replace(',', '|')),
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(string.Join('\n', plain))],
            [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(string.Join("\r\n", plain))],
        ];
        byte[][] maps = [.. files.Select(csv =>
        {
            using var folder = new TempFolder();
            AttentionResult report = Make(folder, csv);
            Assert.That(report.Gaze!.RowsUsed, Is.EqualTo(2));
            Assert.That(report.SceneList.Select(s => s.Weight), Is.EqualTo(new double?[] { 0.2, 0.4 }));
            return File.ReadAllBytes(folder["data", "attention_heatmap", "ad", "ad-Scene-001.png"]);
        })];
        Assert.That(maps, Is.All.EqualTo(maps[0]));
    }

    [Test]
    public void Rows_Hostile_SpoilNoOther()
    {
        using var folder = new TempFolder();
        string huge = new('x', 1 << 20), beyond = new('y', 5 << 20);
        AttentionResult report = Make(folder, Header
            + "ad,p1,0.5,10,10,0.2\n"                        // 2
            + $"ad,\"{huge}\",0.5,10,10,0.2\n"               // 3 a name of a megabyte: used
            + $"{huge},p1,0.5,10,10,0.2\n"                   // 4 unknown
            + $"ad,{beyond},0.5,10,10,0.2\n"                 // 5 longer than a row may be
            + "ad,\"p1,0.5,10,10,0.2\n"                      // 6 a quote that is not closed
            + "ad,\"p1\"x,0.5,10,10,0.2\n"                   // 7 text behind a quote
            + "\0ad\0,p1,0.5,10,10,0.2\n"                    // 8 unknown
            + "ad,p1,0.5,1\0,10,0.2\n"                       // 9 no number
            + "../../etc/passwd,p1,0.5,10,10,0.2\n"          // 10 unknown, and nothing else
            + "ad,p2,1.5,10,10,0.2");                        // 11 used, without a line end
        Assert.That(report.Gaze!.RowsUsed, Is.EqualTo(3));
        Assert.That(report.Gaze.Participants, Is.EqualTo(3));
        Assert.That(Lines(report, "unknown_video"), Is.EqualTo(new long[] { 4, 8, 10 }));
        Assert.That(Lines(report, "malformed_row"), Is.EqualTo(new long[] { 5, 6, 7 }));
        Assert.That(Lines(report, "not_a_number"), Is.EqualTo(new long[] { 9 }));
    }

    [Test]
    public void Rows_NotUtf8_AreOfNoVideo()
    {
        using var folder = new TempFolder();
        AttentionResult report = Make(folder, [.. Encoding.UTF8.GetBytes(Header + "ad,p1,0.5,1.5,10,0.2\nad"), 0xFF, 0xFE,
            .. Encoding.UTF8.GetBytes(",p1,0.5,10,10,0.2\n")]);
        Assert.That(Lines(report, "unknown_video"), Is.EqualTo(new long[] { 3 }));
    }

    [TestCase("", "an empty file")]
    [TestCase("\n\n \n", "an empty file")]
    [TestCase("\n\nad,p1\n", "no column video_id")]
    [TestCase("video_id,participant,time_seconds,x\nad,p1,0.5,1\n", "no column y")]
    [TestCase("video_id,participant,time,x,y\n", "no column time_seconds")]
    [TestCase("video_id,participant,time_seconds,x,y,X\n", "the column x twice")]
    [TestCase("\u0001\u0002\u0003\0\n", "no column video_id")]
    public void Header_Unusable_IsSaid(string csv, string found)
    {
        using var folder = new TempFolder();
        Assert.That(() => Make(folder, csv),
            Throws.TypeOf<BadDataException>().With.Message.Contains(found).And.Message.Contains("gaze.csv"));
        Assert.That(Directory.Exists(folder["data", "attention_heatmap", "ad"]), Is.False);
    }

    [Test]
    public void Rows_NoneUsable_SaysWhyAndWritesNothing()
    {
        using var folder = new TempFolder();
        Assert.That(() => Make(folder, Header + "other,p1,0.5,10,10,0.2\n"),
            Throws.TypeOf<BadDataException>().With.Message.Contains("unknown_video 1, first in line 2"));
        Assert.That(Directory.Exists(folder["data", "attention_heatmap", "ad"]), Is.False);
    }

    /// <summary>What to do next is about the reason that most rows have; German exports have semicolons and decimal commas.</summary>
    [TestCase("", "no rows below its header", "Export the gaze again")]
    [TestCase("ad;p1;0,5;10,2;10;0,2\nad;p1;0,6;10,2;10;0,2\nAD;p1;0.5;10;10;0.2\n", "not_a_number 2", "Decimals have a point")]
    [TestCase("AD;p1;0.5;10;10;0.2\n", "unknown_video 1", "letter by letter")]
    [TestCase("ad;p1;500;10;10;0.2\n", "outside_scenes 1", "seconds from the start")]
    [TestCase("ad;p1;0.5;900;700;0.2\n", "off_screen 1", "GazeOptions.FrameWidth")]
    public void Rows_NoneUsable_SaysWhatToDo(string rows, string found, string next)
    {
        using var folder = new TempFolder();
        Assert.That(() => Make(folder, Header.Replace(',', ';') + rows),
            Throws.TypeOf<BadDataException>().With.Message.Contains(found).And.Message.Contains(next));
    }

    [Test]
    public void Coordinates_ThatContradictTheOption_AreRefusedWithTheOtherOne()
    {
        using var folder = new TempFolder();
        Assert.That(() => Make(folder, Header + "ad,p1,0.5,0.5,0.25,1\nad,p1,1.5,0.1,0.99,1\n"),
            Throws.TypeOf<BadDataException>().With.Message.Contains("GazeOptions.Coordinates normalised"));
        using var other = new TempFolder();
        Assert.That(() => Make(other, Header + "ad,p1,0.5,20,10,1\nad,p1,1.5,5,9,1\n", new() { Coordinates = GazeCoordinates.Normalised }),
            Throws.TypeOf<BadDataException>().With.Message.Contains("GazeOptions.Coordinates pixels"));
    }

    [Test]
    public void Coordinates_NormalisedAndOfAnotherFrame_LandOnTheSamePixels()
    {
        byte[] Map(string rows, GazeOptions gaze)
        {
            using var folder = new TempFolder();
            Make(folder, Header + rows, gaze);
            return File.ReadAllBytes(folder["data", "attention_heatmap", "ad", "ad-Scene-001.png"]);
        }
        // The still is 40x30; sigma counts the frame's pixels, and a normalised frame has the still's.
        byte[] pixels = Map("ad,p1,0.5,20,15,1\nad,p1,0.5,39.9,29.9,1\n", new() { Sigma = new(2) });
        byte[] parts = Map("ad,p1,0.5,0.5,0.5,1\nad,p1,0.5,0.999,0.999,1\n",
            new() { Sigma = new(2), Coordinates = GazeCoordinates.Normalised });
        byte[] frame = Map("ad,p1,0.5,40,30,1\nad,p1,0.5,79.9,59.9,1\n",
            new() { Sigma = new(4), FrameWidth = 80, FrameHeight = 60 });
        Assert.That(parts, Is.EqualTo(pixels));
        Assert.That(frame, Is.EqualTo(pixels));
    }

    [Test]
    public void Video_ComposedInAnotherWay_IsFound()
    {
        using var folder = new TempFolder();
        AttentionResult report = Make(folder, Header + "caf\u0065\u0301,p1,0.5,10,10,0.2\n", id: "caf\u00E9");
        Assert.That(report.Gaze!.RowsUsed, Is.EqualTo(1));
    }

    [Test]
    public void Lines_MoreThanAreKept_AreStillCounted()
    {
        using var folder = new TempFolder();
        AttentionResult report = Make(folder, Header + "ad,p1,0.5,10,10,0.2\n"
            + string.Concat(Enumerable.Repeat("ad,p1,x,10,10,0.2\n", 50)), new() { MostLinesKept = 10 });
        Assert.That(report.Gaze!.Dropped["not_a_number"].Count, Is.EqualTo(50));
        Assert.That(Lines(report, "not_a_number"), Is.EqualTo(Enumerable.Range(3, 10).Select(l => (long)l)));
    }

    [Test]
    public void Sigma_OneDegree_IsTheGeometrys()
    {
        // tan 45°: an angle of 90° at 50 cm spans 100 cm, the whole width.
        var geometry = new GazeOptions { ViewingDistanceCm = 50, ScreenWidthCm = 100 };
        Assert.That(new GazeSigma(45, IsDegrees: true).InPixels(geometry, 640), Is.EqualTo(640 * Math.Tan(Math.PI / 8)).Within(1e-9));
        // 1° at 57.29 cm is a centimetre, to three digits: the rule of thumb of the field.
        Assert.That(new GazeSigma(1, IsDegrees: true).InPixels(new() { ViewingDistanceCm = 57.29, ScreenWidthCm = 64 }, 640),
            Is.EqualTo(10).Within(0.01));
        Assert.That(GazeSigma.Parse(" 1.5 deg "), Is.EqualTo(new GazeSigma(1.5, IsDegrees: true)));
        Assert.That(GazeSigma.Parse("30px"), Is.EqualTo(GazeSigma.Default));
        foreach (string bad in new[] { "", "px", "0px", "-1deg", "1,5px", "NaN", "61deg", "1e9px", "30em" })
            Assert.That(() => GazeSigma.Parse(bad), Throws.TypeOf<UsageException>(), bad);
    }

    [Test]
    public void Spill_ManyRuns_GivesEveryRowInTheOrderItCame()
    {
        using var folder = new TempFolder();
        var random = new Random(5);
        GazeRow[] rows = [.. Enumerable.Range(0, 5003)
            .Select(i => new GazeRow(random.Next(17), i, random.NextDouble(), (ulong)random.Next(9)))];
        foreach (int run in new[] { 64, 1000, 1 << 20 })
        {
            using var spill = new GazeSpill(folder["spill"], 17, run);
            foreach (GazeRow row in rows) spill.Add(row);
            spill.Finish();
            foreach (int slot in Enumerable.Range(0, 17).Where(s => s % 5 != 3))   // some scenes are left out
            {
                var read = new List<GazeRow>();
                while (spill.Next(slot, out ReadOnlySpan<GazeRow> some)) read.AddRange(some);
                Assert.That(read, Is.EqualTo(rows.Where(r => r.Slot == slot)), $"slot {slot}, runs of {run}");
            }
        }
        Assert.That(File.Exists(folder["spill"]), Is.False);
    }
}
