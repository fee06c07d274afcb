using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Reports;

/// <summary>
/// One self-contained page about a run, for people: <c>report/report.html</c>, with every table beside it in <c>report/tables/</c>. It
/// needs no network and no script, reads on a phone and on paper, and says up front what limits the numbers. Made of what the run left in
/// its folder; what is missing is said, with the command that makes it. The same run and options give the same bytes; a second call does
/// nothing.
/// </summary>
public static class ReportJob
{
    /// <summary>The folder's and the page's names.</summary>
    public const string Folder = Layout.Report, HtmlFile = "report.html";

    const string RecordFile = "record.json";

    sealed record Recipe(int Format, string Tool, ReportOptions Options, string Missing, IReadOnlyDictionary<string, string> Inputs);

    sealed record Facts(IReadOnlyDictionary<string, string> Tables, int ScenesShown, int VideosShown, IReadOnlyList<string> Unreadable);

    /// <summary>Writes the report, unless it is up to date.</summary>
    /// <param name="run">The output folder of <c>alignment run</c>, or of the single commands.</param>
    /// <param name="options">What it shows; null: the defaults.</param>
    /// <param name="progress">Told after each scene of the contact sheet.</param>
    /// <param name="cancellationToken">Stops soon; no half page is left.</param>
    /// <exception cref="UsageException">An option is out of range.</exception>
    /// <exception cref="BadDataException">There is no such folder, or nothing of a run in it. Single files that cannot be read are
    /// reported, not thrown.</exception>
    /// <exception cref="MissingDependencyException">Videos are asked for and ffmpeg is not there.</exception>
    /// <exception cref="RetryableException">A run is at work in the folder.</exception>
    public static ReportResult Run(string run, ReportOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Check();
        _ = new RunRecords(run);   // refused before a lock is left in a folder that is no run
        using RunLock alone = RunLock.Take(run);
        return RunLocked(run, options, progress, cancellationToken);
    }

    /// <summary>As <see cref="Run"/>, for a caller that has the folder's lock.</summary>
    internal static ReportResult RunLocked(string run, ReportOptions options, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        options.Check();
        var records = new RunRecords(run);
        IReadOnlyList<MissingPart> missing = ReportParts.Missing(records);
        string folder = Path.Combine(records.Folder.Root, Folder), tables = Path.Combine(folder, ReportTables.Folder),
            html = Path.Combine(folder, HtmlFile), record = Path.Combine(folder, RecordFile);
        var recipe = new Recipe(1, ToolVersion.Name, options, string.Join('|', missing.Select(m => m.What)), Hashes(records));
        // Where pictures could not be read, they may have been repaired: the recipe has no hashes of them.
        bool current = OutputRecord.Current<Facts>(record, recipe) is { Unreadable.Count: 0 } known
            && known.Tables.All(t => SafePath.IsName(t.Key) && File.Exists(Path.Combine(tables, t.Key))
            && FileHash.OfFile(Path.Combine(tables, t.Key)) == t.Value);
        Facts facts = current ? OutputRecord.FactsOf<Facts>(record)!
            : Make(records, options, missing, folder, recipe, progress, cancellationToken);
        return new()
        {
            Html = html,
            TablesFolder = tables,
            Tables = [.. facts.Tables.Keys.Order(StringComparer.Ordinal)],
            Bytes = new FileInfo(html).Length,
            ScenesShown = facts.ScenesShown,
            Scenes = records.Set?.Scenes ?? 0,
            VideosShown = facts.VideosShown,
            Missing = missing,
            Unreadable = [.. records.Unreadable, .. facts.Unreadable],
            Made = !current,
        };
    }

    static Facts Make(RunRecords records, ReportOptions options, IReadOnlyList<MissingPart> missing, string folder, Recipe recipe,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        string tables = AtomicFile.MakeFolder(Path.Combine(folder, ReportTables.Folder));
        ReportTables.Write(records, tables, missing, cancellationToken);
        var page = new ReportPage(records, options, missing, progress, cancellationToken);
        AtomicFile.Write(Path.Combine(folder, HtmlFile), stream =>
        {
            using StreamWriter to = Alignment.MLNet.Storage.CsvRows.To(stream);
            page.Write(to);
        }, keepEqual: true);
        var facts = new Facts(new SortedDictionary<string, string>(ReportTables.Of(records)
            .ToDictionary(t => t.File, t => FileHash.OfFile(Path.Combine(tables, t.File))), StringComparer.Ordinal), page.ScenesShown,
            page.VideosShown, [.. page.UnreadablePictures]);
        OutputRecord.Write(Path.Combine(folder, RecordFile), recipe, facts, HtmlFile);
        return facts;
    }

    static SortedDictionary<string, string> Hashes(RunRecords records)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string input in records.Inputs)
            hashes[Path.GetRelativePath(records.Folder.Root, input).Replace('\\', '/')] = File.Exists(input) ? FileHash.OfFile(input) : "";
        return hashes;
    }
}
