using Alignment.MLNet.Training;

namespace Alignment.Tests.MLNet.Training;

public sealed class CheckpointStoreTests
{
    static CheckpointStore Store(TempFolder temp) => new(temp["run", "checkpoints"]);

    static void Write(CheckpointStore store, long step, long best = 0, int keep = 2, string content = "weights") =>
        store.Write(new TrainingState { Step = step, BestStep = best, BestLoss = best > 0 ? 0.5 : null }, keep,
        folder => File.WriteAllText(Path.Combine(folder, "w.bin"), $"{content} {step}"));

    [Test]
    public void Write_Several_KeepsTheNewestAndTheBest()
    {
        using var temp = new TempFolder();
        CheckpointStore store = Store(temp);
        Write(store, 1, best: 1);
        Write(store, 2, best: 1);
        Write(store, 3, best: 1);
        Write(store, 4, best: 1);
        Assert.That(store.Steps, Is.EqualTo(new[] { 1, 3, 4 }));
        Write(store, 5, best: 5);
        Assert.That(store.Steps, Is.EqualTo(new[] { 4, 5 }), "a new best one frees the old");
        Assert.That(CheckpointStore.Read(store.FolderOf(5)), Has.Property("Step").EqualTo(5).And.Property("BestLoss").EqualTo(0.5));
        Assert.That(Directory.GetFileSystemEntries(store.Root).Select(f => Path.GetFileName(f)),
            Is.EquivalentTo(new[] { "step-000004", "step-000005" }));
    }

    [Test]
    public void Write_ThatFails_LeavesTheOldOnes()
    {
        using var temp = new TempFolder();
        CheckpointStore store = Store(temp);
        Write(store, 1);
        Assert.That(() => store.Write(new TrainingState { Step = 2 }, 1, _ => throw new IOException("disk full")),
            Throws.TypeOf<IOException>());
        Assert.That(store.Steps, Is.EqualTo(new[] { 1 }));
        Assert.That(CheckpointStore.Read(store.FolderOf(1)).Step, Is.EqualTo(1));
    }

    /// <summary>What a killed process may leave: a folder half filled, one full but not renamed, one on its way out.</summary>
    [TestCase("step-000002.partial")]
    [TestCase("step-000001.old.partial")]
    public void Recover_AfterAKill_RemovesOnlyWhatIsNotComplete(string stray)
    {
        using var temp = new TempFolder();
        CheckpointStore store = Store(temp);
        Write(store, 1);
        Directory.CreateDirectory(Path.Combine(store.Root, stray));
        File.Copy(Path.Combine(store.FolderOf(1), "state.json"), Path.Combine(store.Root, stray, "state.json"));
        Assert.That(store.Latest, Is.EqualTo(1), "not counted");
        store.Recover();
        Assert.That(Directory.GetDirectories(store.Root), Is.EqualTo(new[] { store.FolderOf(1) }));
        Write(store, 2);
        Assert.That(store.Steps, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void SetAside_ThenKilled_BringsTheOldOnesBack()
    {
        using var temp = new TempFolder();
        CheckpointStore store = Store(temp);
        Write(store, 1);
        Write(store, 2);
        store.SetAside(after: 0);
        Assert.That(store.Steps, Is.Empty);
        store.Recover();   // the next process, before this one had a checkpoint
        Assert.That(store.Steps, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void SetAside_ThenANewCheckpoint_DeletesTheOldOnes()
    {
        using var temp = new TempFolder();
        CheckpointStore store = Store(temp);
        Write(store, 1);
        Write(store, 2, content: "old");
        store.SetAside(after: 1);
        Write(store, 2, content: "new");
        Assert.That(File.ReadAllText(Path.Combine(store.FolderOf(2), "w.bin")), Is.EqualTo("new 2"));
        Assert.That(Directory.GetFileSystemEntries(temp["run"]), Is.EqualTo(new[] { store.Root }));
    }

    [Test]
    public void Read_ChangedOrMissingFile_NamesIt()
    {
        using var temp = new TempFolder();
        CheckpointStore store = Store(temp);
        Write(store, 3);
        File.WriteAllText(Path.Combine(store.FolderOf(3), "w.bin"), "weights 4");
        Assert.That(() => CheckpointStore.Read(store.FolderOf(3)),
            Throws.TypeOf<BadDataException>().With.Message.Contains("w.bin").And.Message.Contains("Delete that folder"));
        File.Delete(Path.Combine(store.FolderOf(3), "state.json"));
        Assert.That(() => CheckpointStore.Read(store.FolderOf(3)), Throws.TypeOf<BadDataException>().With.Message.Contains("state.json"));
    }

    [Test]
    public void Import_OfAnotherRun_BringsItsBestOneToo()
    {
        using var temp = new TempFolder();
        CheckpointStore other = Store(temp), store = new(temp["new", "checkpoints"]);
        Write(other, 1, best: 1);
        Write(other, 5, best: 1);
        Assert.That(store.Import(other.FolderOf(5)).Step, Is.EqualTo(5));
        Assert.That(store.Steps, Is.EqualTo(new[] { 1, 5 }));
        Directory.Delete(other.FolderOf(1), recursive: true);
        Assert.That(() => store.Import(other.FolderOf(5)), Throws.TypeOf<BadDataException>().With.Message.Contains("step-000001"));
    }
}
