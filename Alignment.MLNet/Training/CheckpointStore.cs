using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Training;

/// <summary>The checkpoints of a run, a folder each: <c>checkpoints/step-000123/</c>. One is written under a temporary name, flushed to the
/// disk, and renamed; only then are older ones deleted. So a killed process leaves every complete checkpoint, and at most some folders
/// ending in <c>.partial</c>.</summary>
sealed class CheckpointStore
{
    const string Prefix = "step-", StateFile = "state.json";

    readonly string _set;   // checkpoints of an earlier start, until this one has its own

    public CheckpointStore(string root)
    {
        Root = Path.GetFullPath(root);
        _set = Root + ".before" + AtomicFile.PartialSuffix;
    }

    public string Root { get; }

    public IReadOnlyList<long> Steps => !Directory.Exists(Root) ? []
        : [.. Directory.EnumerateDirectories(Root).Select(StepOf).OfType<long>().Order()];

    public long Latest => Steps is [.., var newest] ? newest : 0;

    public string FolderOf(long step) => Path.Combine(Root, Invariant($"{Prefix}{step:000000}"));

    // Deletes what a killed process left half written, and takes back what it had set aside for a fresh start that never got to a
    // checkpoint.
    public void Recover()
    {
        if (Directory.Exists(Root))
            foreach (string stray in Directory.GetDirectories(Root, "*" + AtomicFile.PartialSuffix))
                Directory.Delete(stray, recursive: true);
        if (!Directory.Exists(_set) || Steps.Count > 0) return;
        if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
        Directory.Move(_set, Root);
    }

    // Sets aside the checkpoints after a step (0: all); they are deleted when the next one is complete.
    public void SetAside(long after)
    {
        long[] later = [.. Steps.Where(s => s > after)];
        if (later.Length == 0) return;
        if (Directory.Exists(_set)) Directory.Delete(_set, recursive: true);
        Directory.CreateDirectory(_set);
        foreach (long step in later) Directory.Move(FolderOf(step), Path.Combine(_set, Path.GetFileName(FolderOf(step))));
    }

    // Writes a checkpoint and deletes those that are no longer wanted. state: where the run is; sizes and hashes of the files are added.
    public void Write(TrainingState state, int keep, Action<string> fill)
    {
        string target = FolderOf(state.Step), partial = target + AtomicFile.PartialSuffix;
        if (!Directory.Exists(target))
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            fill(partial);
            var files = new SortedDictionary<string, BundleFile>(StringComparer.Ordinal);
            foreach (string file in Directory.EnumerateFiles(partial)) files.Add(Path.GetFileName(file), Flushed(file));
            AtomicFile.WriteText(Path.Combine(partial, StateFile),
                JsonSerializer.Serialize(state with { Files = files }, JsonStyle.Record) + "\n");
            Directory.Move(partial, target);
        }
        if (Directory.Exists(_set)) Directory.Delete(_set, recursive: true);
        Prune(state, keep);
    }

    // Reads a checkpoint's state and compares every file with it.
    public static TrainingState Read(string folder)
    {
        string subject = $"The checkpoint '{folder}'";
        Phrase next = $"Delete that folder to continue from an earlier checkpoint, or begin anew with "
            + $"{ControlNetTrainingOptions.ResumeOption} none.";
        try
        {
            TrainingState state = JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(Path.Combine(folder, StateFile)),
                JsonStyle.Record) ?? throw new JsonException("null");
            if (state.Format > TrainingState.CurrentFormat)
                throw BadDataException.For(subject, $"format {state.Format}",
                    $"at most {TrainingState.CurrentFormat}",
                    $"It was written by a newer version: update, or begin anew with {ControlNetTrainingOptions.ResumeOption} none.");
            foreach ((string name, BundleFile known) in state.Files)
            {
                string path = SafePath.Under(folder, name);
                if (!File.Exists(path) || new FileInfo(path).Length != known.Bytes || FileHash.OfFile(path) != known.Sha256)
                    throw BadDataException.For(subject, $"a missing or changed file '{SafePath.Shorten(name)}'",
                        "the files as they were written", next);
            }
            return state;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw BadDataException.For(subject, $"no state that can be read ({e.Message.TrimEnd('.')})",
                $"a folder that the trainer wrote, with {StateFile}", next, e);
        }
    }

    // Copies a checkpoint of another run in here, with the best one beside it.
    public TrainingState Import(string folder)
    {
        TrainingState state = Read(folder);
        string others = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))!;
        if (Path.GetFullPath(others) == Root) return state;
        string best = Path.Combine(others, Path.GetFileName(FolderOf(state.BestStep)));
        if (state.BestStep > 0 && state.BestStep != state.Step)
        {
            if (!Directory.Exists(best))
                throw BadDataException.For($"The checkpoint '{folder}'", $"not beside it '{Path.GetFileName(best)}', the best one so far",
                    "both", $"Copy that too, or begin anew with {ControlNetTrainingOptions.ResumeOption} none.");
            _ = Read(best);
            Copy(best, FolderOf(state.BestStep));
        }
        Copy(folder, FolderOf(state.Step));
        return state;
    }

    void Prune(TrainingState state, int keep)
    {
        long[] newest = [.. Steps.OrderDescending().Take(keep)];
        foreach (long step in Steps.Where(s => s != state.BestStep && !newest.Contains(s)))
        {
            // Renamed first: half a checkpoint must not look like one.
            string gone = FolderOf(step) + ".old" + AtomicFile.PartialSuffix;
            Directory.Move(FolderOf(step), gone);
            Directory.Delete(gone, recursive: true);
        }
    }

    static void Copy(string from, string to)
    {
        string partial = to + AtomicFile.PartialSuffix;
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(partial, Path.GetFileName(file)));
            _ = Flushed(Path.Combine(partial, Path.GetFileName(file)));
        }
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        Directory.Move(partial, to);
    }

    // A file's size and hash, once its bytes are on the disk.
    static BundleFile Flushed(string path)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
        return new(new FileInfo(path).Length, FileHash.OfFile(path));
    }

    static long? StepOf(string folder)
    {
        string name = Path.GetFileName(folder);
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step) && step > 0 ? step
            : null;
    }
}
