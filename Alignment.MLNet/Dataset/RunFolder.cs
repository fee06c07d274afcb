namespace Alignment.MLNet.Dataset;

/// <summary>
/// The output folder of a run:
/// <code>
/// valid_scenes.csv, validation.json      what is used, and what is wrong with the rest
/// variants_v3/                           the variants' heatmaps of each scene
/// edited_scenes/                         the edited pictures, with verification images
/// videos/                                {video_id}_{variant}.mp4
/// contact_sheets/                        {video_id}.png
/// statistics/                            statistics.json and its plots
/// dose/                                  how far attention moved, as predictors see it
/// analysis/                              the analysis, where engagement data was given
/// report/                                one page about all of it, its tables beside it
/// run.json                               options, counts, problems
/// </code>
/// </summary>
sealed class RunFolder
{
    // What a data set is read from; nothing may be written there.
    static readonly string[] s_inputs = [Layout.Stills, Layout.Masks, Layout.Heatmaps];

    public RunFolder(string output) => Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));

    public string Root { get; }

    public string ValidScenes => Path.Combine(Root, Layout.ValidScenes);

    public string ValidationJson => Path.Combine(Root, Layout.Validation);

    public string ValidationRecord => Path.Combine(Root, Layout.ValidationRecord);

    public string Variants => Path.Combine(Root, Layout.Variants);

    public string Edited => Path.Combine(Root, Layout.Edited);

    public string Videos => Path.Combine(Root, Layout.Videos);

    public string ContactSheets => Path.Combine(Root, Layout.ContactSheets);

    public string Statistics => Path.Combine(Root, Layout.Statistics);

    public string Dose => Path.Combine(Root, Layout.Dose);

    public string Analysis => Path.Combine(Root, Layout.Analysis);

    public string Report => Path.Combine(Root, Layout.Report);

    public string RunJson => Path.Combine(Root, Layout.Run);

    public void RequireOutside(SceneFolder data, string given)
    {
        foreach (string folder in new[] { data.DataFolder, Path.GetFullPath(given),
            Path.GetDirectoryName(data.DataFolder) ?? data.DataFolder }.Distinct())
        {
            // masks and heatmaps may be beside the data folder
            bool above = folder == Path.GetDirectoryName(data.DataFolder) && folder != Path.GetFullPath(given);
            if (!above && Same(folder, Root)) throw Inside(folder);
            if (s_inputs.Select(i => Path.Combine(folder, i)).FirstOrDefault(i => Contains(i, Root)) is { } input) throw Inside(input);
        }
    }

    // Deletes what a killed run left half written.
    public void RemovePartials()
    {
        // Links are not followed.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var own = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint };
        const string pattern = "*" + AtomicFile.PartialSuffix;
        IEnumerable<string> strays = Directory.EnumerateFiles(Root, pattern, own)
            .Concat(new[] { Variants, Edited, Videos, ContactSheets, Statistics, Dose, Analysis, Report }.Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, pattern, all)));
        foreach (string stray in strays.ToArray()) File.Delete(stray);
    }

    public long Size() => !Directory.Exists(Root) ? 0
        : new DirectoryInfo(Root).EnumerateFiles("*",
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(f => f.Length);

    UsageException Inside(string input) =>
        UsageException.For($"The output folder '{Root}'", $"a folder that is read as data ('{input}')", "a folder of its own",
        "Choose another, for example 'out' beside the data folder.");

    static bool Same(string a, string b) => Real(a) == Real(b);

    static bool Contains(string folder, string path) =>
        Same(folder, path) || Real(path).StartsWith(Real(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // The path with links resolved along it, as far as it exists.
    static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string? above = Path.GetDirectoryName(full);
        if (above is null) return full;
        string at = Path.Combine(Real(above), Path.GetFileName(full));
        return Directory.Exists(at) && new DirectoryInfo(at).ResolveLinkTarget(returnFinalTarget: true) is { } target
            ? Path.TrimEndingDirectorySeparator(target.FullName) : at;
    }
}
