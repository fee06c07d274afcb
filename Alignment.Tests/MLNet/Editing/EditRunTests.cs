using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Editing;

public sealed class EditRunTests
{
    static readonly EditOptions s_options = new() { Width = 16, Height = 8 };

    static EditResult Run(FakeVariants variants, string output, FakeEditor model, EditOptions? options = null, int ahead = 2,
        string? timings = null, IProgress<WorkProgress>? progress = null, string? video = null)
    {
        var job = new EditJobOptions { Edit = options ?? s_options, Ahead = ahead, TimingsFile = timings };
        return new EditRun(variants.Source(video), FakeVariants.Chain(job, model), new EditedFolder(output), job, modelHash: "m",
            lpips: "left out").Run(progress, CancellationToken.None);
    }

    [Test]
    public void Quality_OfEveryEditedPicture_IsInItsRecordAndInTheTable()
    {
        using var temp = new TempFolder();
        Run(new FakeVariants(temp["in"]), temp["out"], new FakeEditor());
        var folder = new EditedFolder(temp["out"]);
        string[][] rows = [.. File.ReadLines(Path.Combine(folder.Root, EditQualityTable.FileName)).Select(l => l.Split(','))];
        // One of the eight scenes has no product: nothing to measure in its four variants.
        Assert.That(rows, Has.Length.EqualTo(1 + 28));
        int background = Array.IndexOf(rows[0], "background_max_difference"), psnr = Array.IndexOf(rows[0], "psnr_db");
        Assert.That(rows.Skip(1).Select(r => r[background]), Is.All.EqualTo("0"));
        string[] first = rows[1];
        var (before, after, region) = (PictureFile.ReadRgb8(folder.Png(EditedFolder.Source, first[0], first[1])),
            PictureFile.ReadRgb8(folder.Png(first[2], first[0], first[1])),
            PictureFile.ReadRgb8(folder.Png(EditedFolder.Region, first[0], first[1])));
        double squares = 0, values = 0;
        for (int i = 0; i < before.Pixels.Length; i++)
            if (region.Pixels[i] > 0) (squares, values) = (squares + Math.Pow(after.Pixels[i] - before.Pixels[i], 2), values + 1);
        Assert.That(double.Parse(first[psnr], System.Globalization.CultureInfo.InvariantCulture),
            Is.EqualTo(10 * Math.Log10(255.0 * 255 / (squares / values))).Within(1e-3));
    }

    [Test]
    public void Edits_AreAsManyAsDistinctControls_AndTheOthersAreCopies()
    {
        using var temp = new TempFolder();
        var model = new FakeEditor();
        EditResult result = Run(new FakeVariants(temp["in"]), temp["out"], model);

        Assert.That(result.Counts,
            Is.EqualTo(new EditCounts
            {
                Scenes = 8,
                Outputs = 32,
                DistinctControls = FakeVariants.Controls,
                Edits = FakeVariants.Controls,
                Copied = 32 - FakeVariants.Controls,
                NothingToEdit = 3,
                Failed = 0
            }));
        Assert.That(model.Edits, Is.EqualTo(FakeVariants.Controls - 3), "the scene without product needs no model");
        var folder = new EditedFolder(temp["out"]);
        Assert.That(File.ReadAllBytes(folder.Png("early_boost", "a", "a-Scene-001")),
            Is.EqualTo(File.ReadAllBytes(folder.Png("full_boost", "a", "a-Scene-001"))));
        Assert.That(File.ReadAllBytes(folder.Png("early_boost", "a", "a-Scene-001")),
            Is.Not.EqualTo(File.ReadAllBytes(folder.Png("baseline", "a", "a-Scene-001"))));
        using var record = JsonDocument.Parse(File.ReadAllText(folder.Record("full_boost", "a", "a-Scene-001")));
        Assert.That(record.RootElement.GetProperty("recipe").GetProperty("edit_of").GetString(), Is.EqualTo("early_boost"));
    }

    [Test]
    public void Background_OfEveryEdit_IsTheSourcesByteForByte()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        int changed = EditedProof.Check(new EditedFolder(temp["out"]), FakeVariants.Variants,
            variants.All.Select(s => (s.VideoId, s.SceneId, s.Scene.SceneImagePath)));
        Assert.That(changed, Is.GreaterThan(0), "pixels inside the region really change");
    }

    [Test]
    public void EmptyMask_LeavesTheSourceItself()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        var folder = new EditedFolder(temp["out"]);
        foreach (string variant in FakeVariants.Variants)
            Assert.That(PictureFile.ReadRgb8(folder.Png(variant, "b-2", "b-2-Scene-002")).Pixels,
                Is.EqualTo(PictureFile.ReadRgb8(variants.Still(5)).Pixels));
        Assert.That(File.ReadAllText(folder.Record("baseline", "b-2", "b-2-Scene-002")), Does.Contain("\"nothing_to_edit\": true"));
    }

    [Test]
    public void SecondRun_FindsEverythingDone_AndTouchesNoPicture()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        EditResult first = Run(variants, temp["out"], new());
        var before = Snapshot.Of(temp["out"]);
        var times = Snapshot.Times(first.Folder, "*.png");
        var idle = new FakeEditor();
        EditResult second = Run(variants, temp["out"], idle);

        Assert.That((idle.Opened, second.EditsMade), Is.EqualTo((0, 0)), "the model is not even loaded");
        Assert.That(second.Counts, Is.EqualTo(first.Counts));
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(before));
        Assert.That(Snapshot.Times(first.Folder, "*.png"), Is.EqualTo(times));
    }

    /// <summary>What is known of the attention changes the records only; afterwards they are those of a run that knew it from the
    /// start.</summary>
    [Test]
    public void OriginOfTheAttention_LearnedLater_IsInTheRecordsAndEditsNothing()
    {
        using var temp = new TempFolder();
        FakeVariants unknown = new(temp["in"]), known = new(temp["in"]);
        for (int i = 0; i < known.All.Count; i++) known.All[i] =
            known.All[i] with { Attention = new(ProvenanceKind.Predicted, "some_model") };
        string first = Run(unknown, temp["out"], new()).Folder;
        Run(known, temp["fresh"], new());
        var record = new EditedFolder(temp["out"]).Record("placebo", "a", "a-Scene-003");
        Assert.That(File.ReadAllText(record), Does.Contain("\"kind\": \"Provided\""));
        var times = Snapshot.Times(first, "*.png");
        var idle = new FakeEditor();
        EditResult again = Run(known, temp["out"], idle);

        Assert.That((idle.Opened, again.EditsMade), Is.EqualTo((0, 0)));
        Assert.That(Snapshot.Times(first, "*.png"), Is.EqualTo(times), "no picture is touched");
        Assert.That(File.ReadAllText(record), Does.Contain("\"kind\": \"Predicted\"").And.Contain("\"by\": \"some_model\""));
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["fresh"])));
        times = Snapshot.Times(first, "*.json");
        Run(known, temp["out"], idle);
        Assert.That(Snapshot.Times(first, "*.json"), Is.EqualTo(times), "a third run does nothing");
    }

    [Test]
    public void InterruptedRun_Continued_EndsWithTheSameBytes([Values(0, 1, 5, 13, 20)] int stopAfter, [Values(0, 2)] int ahead)
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["whole"], new());
        Assert.Throws<OperationCanceledException>(() => Run(variants, temp["cut"], new(stopAfter), ahead: ahead));
        var rest = new FakeEditor();
        EditResult result = Run(variants, temp["cut"], rest);

        Assert.That(Snapshot.Of(temp["cut"]), Is.EqualTo(Snapshot.Of(temp["whole"])));
        Assert.That(rest.Edits, Is.EqualTo(FakeVariants.Controls - 3 - stopAfter), "what was denoised before was written");
        Assert.That(result.EditsMade, Is.LessThanOrEqualTo(FakeVariants.Controls));
    }

    [TestCase("baseline", "a", "a-Scene-003", ".png")]
    [TestCase("placebo", "b-2", "b-2-Scene-002", ".jpg")]
    [TestCase("full_boost", "a", "a-Scene-001", ".json")]
    [TestCase("region", "a", "a-Scene-002", ".png")]
    [TestCase("source", "b-2", "b-2-Scene-004", ".json")]
    public void DamagedOutput_IsMadeAgain(string kind, string video, string scene, string ending)
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        var before = Snapshot.Of(temp["out"]);
        string victim = Path.Combine(new EditedFolder(temp["out"]).Video(kind, video), scene + ending);
        byte[] bytes = File.ReadAllBytes(victim);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(victim, bytes);
        File.WriteAllText(victim + AtomicFile.PartialSuffix, "half");

        Run(variants, temp["out"], new());
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(before));
    }

    [Test]
    public void OtherSettings_ReplaceEveryEdit()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        var model = new FakeEditor();
        Run(variants, temp["out"], model, s_options with { Seed = 7 });
        Assert.That(model.Edits, Is.EqualTo(FakeVariants.Controls - 3));
        Run(variants, temp["fresh"], new(), s_options with { Seed = 7 });
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["fresh"])));
    }

    [Test]
    public void UnreadableStill_IsReported_AndTheRestIsDone()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        File.WriteAllBytes(variants.Still(2), File.ReadAllBytes(variants.Still(2)).AsSpan(0, 100));
        EditResult result = Run(variants, temp["out"], new());

        Assert.That(result.HasFailures);
        Assert.That(result.Failures, Has.Count.EqualTo(1));
        Assert.That(result.Failures[0].SceneId, Is.EqualTo("a-Scene-003"));
        Assert.That((result.Counts.Scenes, result.Counts.Failed, result.Counts.Outputs), Is.EqualTo((8, 1, 28)));
        Assert.That(File.Exists(new EditedFolder(temp["out"]).Png("baseline", "a", "a-Scene-003")), Is.False,
            "an older edit must not pass for the current one");
        Assert.That(File.ReadAllText(result.Manifest), Does.Contain("a-Scene-003"));
    }

    [Test]
    public void SceneThatIsGone_IsRemoved()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        variants.All.RemoveAt(3);
        Run(variants, temp["out"], new());
        Run(variants, temp["fresh"], new());
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["fresh"])));
    }

    [Test]
    public void Progress_CountsEditsThatAreLeft()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Assert.Throws<OperationCanceledException>(() => Run(variants, temp["out"], new(stopAfter: 6)));
        var seen = new List<WorkProgress>();
        Run(variants, temp["out"], new(), progress: new Listener(seen.Add));
        // Two scenes (six edits) were done.
        Assert.That(seen.First(p => p.Stage == "editing scenes"),
            Is.EqualTo(new WorkProgress("editing scenes", 0, FakeVariants.Controls - 6)));
        Assert.That(seen[^1], Is.EqualTo(new WorkProgress("editing scenes", FakeVariants.Controls - 6, FakeVariants.Controls - 6)));
    }

    [Test]
    public void Ahead_AnyNumberOfScenes_GivesTheSameBytesAndHoldsNoMore([Values(0, 1, 3)] int ahead)
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        var model = new FakeEditor();
        Run(variants, temp["out"], model, ahead: ahead);
        Run(variants, temp["one"], new(), ahead: 0);
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["one"])));
        Assert.That(model.Edited, Is.EqualTo(variants.All.Where(s => s.SceneId != "b-2-Scene-002")
            .SelectMany(s => Enumerable.Repeat(s.SceneId, 3))), "in the variants' order");
        Assert.That(model.MostHeld, Is.LessThanOrEqualTo(ahead + 1));
    }

    [Test]
    public void DecoderThatFails_NamesItsSceneAndTheRestIsDone([Values(0, 2)] int ahead)
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        var model = new FakeEditor
        {
            Fails = (scene, control) => scene == "a-Scene-002" && control == 1
            ? BadDataException.For("The edit", "no numbers", "a picture", "Try again.") : null
        };
        EditResult result = Run(variants, temp["out"], model, ahead: ahead);
        Assert.That(result.Failures.Select(f => f.SceneId), Is.EqualTo(new[] { "a-Scene-002" }));
        Assert.That((result.Counts.Failed, result.Counts.Outputs), Is.EqualTo((1, 28)));
        Assert.That(FakeVariants.Variants.Any(v => File.Exists(new EditedFolder(temp["out"]).Record(v, "a", "a-Scene-002"))), Is.False,
            "no half of a scene is left");
        Run(variants, temp["out"], new());
        Run(variants, temp["fresh"], new());
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["fresh"])));
    }

    [Test]
    public void DiskThatIsFull_EndsTheRunAndWhatIsThereIsComplete()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        var model = new FakeEditor
        {
            Fails = (scene, control) => scene == "a-Scene-003" && control == 2
            ? new IOException("No space left on device") : null
        };
        Assert.Throws<IOException>(() => Run(variants, temp["out"], model));
        var rest = new FakeEditor();
        Run(variants, temp["out"], rest);
        Run(variants, temp["fresh"], new());
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["fresh"])));
        Assert.That(rest.Edits, Is.LessThanOrEqualTo(FakeVariants.Controls - 3 - 8));
    }

    /// <summary>Rows of videos that a run leaves alone stay, with the seed they were made with.</summary>
    [Test]
    public void Quality_RunOfOneVideo_KeepsTheOthersRows()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        string table = Path.Combine(Run(variants, temp["out"], new()).Folder, EditQualityTable.FileName);
        string[] before = File.ReadAllLines(table);
        Run(variants, temp["out"], new(), s_options with { Seed = 7 }, video: "b-2");
        string[] after = File.ReadAllLines(table);
        Assert.That(after.Where(l => l.StartsWith("a,", StringComparison.Ordinal)),
            Is.EqualTo(before.Where(l => l.StartsWith("a,", StringComparison.Ordinal))).And.Not.Empty);
        Assert.That(after.Where(l => l.StartsWith("b-2,", StringComparison.Ordinal)), Is.All.EndsWith(",7").And.Exactly(12).Items);
        Assert.That(before.Skip(1), Is.All.EndsWith(",0"));
        // The JSON beside it says the same.
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(table)!, EditQualityTable.JsonName)));
        JsonElement[] rows = [.. json.RootElement.GetProperty("edits").EnumerateArray()];
        Assert.That(rows, Has.Length.EqualTo(after.Length - 1));
        Assert.That(rows.Select(r => r.GetProperty("seed").GetUInt64()),
            Is.EqualTo(after.Skip(1).Select(l => ulong.Parse(l.Split(',')[^1], System.Globalization.CultureInfo.InvariantCulture))));
        Assert.That(rows[0].GetProperty("lpips").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(json.RootElement.GetProperty("summary").GetProperty("lpips").GetString(), Is.EqualTo("left out"));
    }

    [Test]
    public void Timings_OfEveryEditMade_AreInTheirOwnFileOnly()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        EditResult result = Run(variants, temp["out"], new(), timings: temp["seconds.csv"]);
        string[] rows = File.ReadAllLines(temp["seconds.csv"]);
        Assert.That(rows, Has.Length.EqualTo(1 + FakeVariants.Controls));
        Assert.That(rows[1], Does.StartWith("a,a-Scene-001,baseline,1,0.2500,"));
        Assert.That(result.Timing!.Edits, Is.EqualTo(FakeVariants.Controls - 3), "the scene without product took no model");
        Assert.That(result.Timing.DenoiseSeconds, Is.EqualTo(0.25 * (FakeVariants.Controls - 3)).Within(1e-9));
        Run(variants, temp["other"], new());
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["other"])));
        Assert.That(Run(variants, temp["out"], new()).Timing, Is.Null);
    }

    sealed class Listener(Action<WorkProgress> hear) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => hear(value);
    }
}
