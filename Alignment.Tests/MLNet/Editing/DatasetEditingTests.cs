using System.Text.Json;
using Alignment.MLNet.Attention;
using Alignment.MLNet.Editing;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Editing;

public sealed class DatasetEditingTests
{
    static readonly EditOptions s_options = new() { Width = 16, Height = 8, Batch = 2 };

    static DatasetEditResult Run(FakeVariants variants, string output, FakeDiffusion model, EditOptions? options = null) =>
        new DatasetEditing(variants, new EditedFolder(output), options ?? s_options, jpegQuality: 95, modelHash: "m", model.Open).Run(null, CancellationToken.None);

    [Test]
    public void Quality_OfEveryEditedPicture_IsInItsRecordAndInTheTable()
    {
        using var temp = new TempFolder();
        Run(new(temp["in"]), temp["out"], new FakeDiffusion());
        var folder = new EditedFolder(temp["out"]);
        string[][] rows = [.. File.ReadLines(Path.Combine(folder.Root, EditQualityTable.FileName)).Select(l => l.Split(','))];
        // One of the eight scenes has no product: nothing to measure in its four variants.
        Assert.That(rows, Has.Length.EqualTo(1 + 28));
        int background = Array.IndexOf(rows[0], "background_max_difference"), psnr = Array.IndexOf(rows[0], "psnr_db");
        Assert.That(rows.Skip(1).Select(r => r[background]), Is.All.EqualTo("0"));
        string[] first = rows[1];
        var (before, after, region) = (PictureFile.ReadRgb8(folder.Png(EditedFolder.Source, first[0], first[1])), PictureFile.ReadRgb8(folder.Png(first[2], first[0], first[1])), PictureFile.ReadRgb8(folder.Png(EditedFolder.Region, first[0], first[1])));
        double squares = 0, values = 0;
        for (int i = 0; i < before.Pixels.Length; i++)
            if (region.Pixels[i] > 0) (squares, values) = (squares + Math.Pow(after.Pixels[i] - before.Pixels[i], 2), values + 1);
        Assert.That(double.Parse(first[psnr], System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(10 * Math.Log10(255.0 * 255 / (squares / values))).Within(1e-3));
    }

    [Test]
    public void Edits_AreAsManyAsDistinctControls_AndTheOthersAreCopies()
    {
        using var temp = new TempFolder();
        var model = new FakeDiffusion();
        DatasetEditResult result = Run(new(temp["in"]), temp["out"], model);

        Assert.That(result.Counts, Is.EqualTo(new EditCounts { Scenes = 8, Outputs = 32, DistinctControls = FakeVariants.Controls, Edits = FakeVariants.Controls, Copied = 32 - FakeVariants.Controls, NothingToEdit = 3, Failed = 0 }));
        Assert.That(model.Edits, Is.EqualTo(FakeVariants.Controls - 3), "the scene without product needs no model");
        var folder = new EditedFolder(temp["out"]);
        Assert.That(File.ReadAllBytes(folder.Png("early_boost", "a", "a-Scene-001")), Is.EqualTo(File.ReadAllBytes(folder.Png("full_boost", "a", "a-Scene-001"))));
        Assert.That(File.ReadAllBytes(folder.Png("early_boost", "a", "a-Scene-001")), Is.Not.EqualTo(File.ReadAllBytes(folder.Png("baseline", "a", "a-Scene-001"))));
        using var record = JsonDocument.Parse(File.ReadAllText(folder.Record("full_boost", "a", "a-Scene-001")));
        Assert.That(record.RootElement.GetProperty("recipe").GetProperty("edit_of").GetString(), Is.EqualTo("early_boost"));
    }

    [Test]
    public void Background_OfEveryEdit_IsTheSourcesByteForByte()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        int changed = EditedProof.Check(new EditedFolder(temp["out"]), variants.Variants, variants.All.Select(s => (s.VideoId, s.SceneId, s.StillPath)));
        Assert.That(changed, Is.GreaterThan(0), "pixels inside the region really change");
    }

    [Test]
    public void EmptyMask_LeavesTheSourceItself()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["out"], new());
        var folder = new EditedFolder(temp["out"]);
        foreach (string variant in variants.Variants)
            Assert.That(PictureFile.ReadRgb8(folder.Png(variant, "b-2", "b-2-Scene-002")).Pixels, Is.EqualTo(PictureFile.ReadRgb8(variants.All[5].StillPath).Pixels));
        Assert.That(File.ReadAllText(folder.Record("baseline", "b-2", "b-2-Scene-002")), Does.Contain("\"nothing_to_edit\": true"));
    }

    [Test]
    public void SecondRun_FindsEverythingDone_AndTouchesNoPicture()
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        DatasetEditResult first = Run(variants, temp["out"], new());
        var before = Snapshot.Of(temp["out"]);
        var times = Snapshot.Times(first.Folder, "*.png");
        var idle = new FakeDiffusion();
        DatasetEditResult second = Run(variants, temp["out"], idle);

        Assert.That((idle.Opened, second.EditsMade), Is.EqualTo((0, 0)), "the model is not even loaded");
        Assert.That(second.Counts, Is.EqualTo(first.Counts));
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(before));
        Assert.That(Snapshot.Times(first.Folder, "*.png"), Is.EqualTo(times));
    }

    /// <summary>What is known of the attention changes the records only; afterwards they are those of a run that knew it from the start.</summary>
    [Test]
    public void OriginOfTheAttention_LearnedLater_IsInTheRecordsAndEditsNothing()
    {
        using var temp = new TempFolder();
        FakeVariants unknown = new(temp["in"]), known = new(temp["in"]);
        for (int i = 0; i < known.All.Count; i++) known.All[i] = known.All[i] with { Attention = new(AttentionOriginKind.Predicted, "some_model") };
        string first = Run(unknown, temp["out"], new()).Folder;
        Run(known, temp["fresh"], new());
        var record = new EditedFolder(temp["out"]).Record("placebo", "a", "a-Scene-003");
        Assert.That(File.ReadAllText(record), Does.Contain("\"kind\": \"BroughtAlong\""));
        var times = Snapshot.Times(first, "*.png");
        var idle = new FakeDiffusion();
        DatasetEditResult again = Run(known, temp["out"], idle);

        Assert.That((idle.Opened, again.EditsMade), Is.EqualTo((0, 0)));
        Assert.That(Snapshot.Times(first, "*.png"), Is.EqualTo(times), "no picture is touched");
        Assert.That(File.ReadAllText(record), Does.Contain("\"kind\": \"Predicted\"").And.Contain("\"by\": \"some_model\""));
        Assert.That(Snapshot.Of(temp["out"]), Is.EqualTo(Snapshot.Of(temp["fresh"])));
        times = Snapshot.Times(first, "*.json");
        Run(known, temp["out"], idle);
        Assert.That(Snapshot.Times(first, "*.json"), Is.EqualTo(times), "a third run does nothing");
    }

    [Test]
    public void InterruptedRun_Continued_EndsWithTheSameBytes([Values(0, 1, 2, 7, 13)] int stopAfter)
    {
        using var temp = new TempFolder();
        var variants = new FakeVariants(temp["in"]);
        Run(variants, temp["whole"], new());
        Assert.Throws<OperationCanceledException>(() => Run(variants, temp["cut"], new(stopAfter)));
        var rest = new FakeDiffusion();
        DatasetEditResult result = Run(variants, temp["cut"], rest);

        Assert.That(Snapshot.Of(temp["cut"]), Is.EqualTo(Snapshot.Of(temp["whole"])));
        Assert.That(rest.Calls.Count, Is.EqualTo(14 - stopAfter), "seven scenes of two batches, less what was done");
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
        var model = new FakeDiffusion();
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
        File.WriteAllBytes(variants.All[2].StillPath, File.ReadAllBytes(variants.All[2].StillPath).AsSpan(0, 100));
        DatasetEditResult result = Run(variants, temp["out"], new());

        Assert.That(result.HasFailures);
        Assert.That(result.Failures, Has.Count.EqualTo(1));
        Assert.That(result.Failures[0].SceneId, Is.EqualTo("a-Scene-003"));
        Assert.That((result.Counts.Scenes, result.Counts.Failed, result.Counts.Outputs), Is.EqualTo((8, 1, 28)));
        Assert.That(File.Exists(new EditedFolder(temp["out"]).Png("baseline", "a", "a-Scene-003")), Is.False, "an older edit must not pass for the current one");
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
        Assert.Throws<OperationCanceledException>(() => Run(variants, temp["out"], new(stopAfter: 4)));
        var seen = new List<WorkProgress>();
        new DatasetEditing(variants, new EditedFolder(temp["out"]), s_options, 95, "m", new FakeDiffusion().Open).Run(new Listener(seen.Add), CancellationToken.None);
        // Two scenes (six edits) were done.
        Assert.That(seen.First(p => p.Stage == "editing scenes"), Is.EqualTo(new WorkProgress("editing scenes", 0, FakeVariants.Controls - 6)));
        Assert.That(seen[^1], Is.EqualTo(new WorkProgress("editing scenes", FakeVariants.Controls - 6, FakeVariants.Controls - 6)));
    }

    sealed class Listener(Action<WorkProgress> hear) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => hear(value);
    }
}
