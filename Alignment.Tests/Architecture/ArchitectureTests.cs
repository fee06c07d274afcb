namespace Alignment.Tests.Architecture;

/// <summary>The product as it is compiled and written keeps the rules of <see cref="House"/>.</summary>
public sealed class ArchitectureTests
{
    static readonly HouseRules s_rules = new(House.Levels, [.. House.Projects.Select(p => p.Folder)]);

    static readonly Lazy<IReadOnlyList<(Project Project, CompiledProject Compiled)>> s_compiled = new(() =>
        [.. House.Projects.Select(p => (p, new CompiledProject(Path.Combine(AppContext.BaseDirectory, p.Assembly + ".dll"))))]);

    static readonly Lazy<IReadOnlyList<Arrow>> s_arrows = new(() => [.. CompiledArrows(), .. WrittenArrows()]);

    [Test]
    public void EveryFolder_HasItsRowInTheTableOfLevels() => AssertNone(s_rules.Unlisted([.. FoldersOfSources().Keys]));

    [Test]
    public void EveryArrow_PointsDownwards() => AssertNone(s_rules.NotDownwards(s_arrows.Value));

    [Test]
    public void Folders_FormNoCycle() => AssertNone(HouseRules.Cycles(s_arrows.Value));

    [Test]
    public void EveryNamespace_IsItsFolder()
    {
        AssertNone(
            from p in s_compiled.Value
            from type in p.Compiled.Types
            from source in type.Sources
            let folder = FolderOfSource(p.Project, source)
            where folder is not null && type.Namespace != House.NamespaceOf(folder) && !IsProgram(type)
            select $"{type.Name} of '{source}' has the namespace '{type.Namespace}'; its folder's is '{House.NamespaceOf(folder)}'.");

        static bool IsProgram(CompiledType type) => type is { Namespace: "", Name: "Program" };
    }

    [Test]
    public void EveryProject_UsesOnlyLowerProjects()
    {
        string[] names = [.. House.Projects.Select(p => p.Assembly)];
        AssertNone(
            from p in s_compiled.Value
            from reference in p.Compiled.References
            let to = Array.IndexOf(names, reference)
            where to >= 0 && to <= Array.IndexOf(names, p.Compiled.Name)
            select $"{p.Compiled.Name} uses {reference}.");
    }

    /// <summary>The reading is worth something only if it sees the house: each project's best-known arrow is there.</summary>
    [TestCase("Alignment.Runner", "Alignment.Runner/Cli")]
    [TestCase("Alignment.MLNet/Pipelines", "Alignment.MLNet/Storage")]
    [TestCase("Alignment.Transforms/Stages", "Alignment.Transforms/MlNetPlumbing")]
    [TestCase("onnx/Import", "onnx/Weights")]
    [TestCase("onnx/Graph", "onnx/Proto")]
    public void Arrows_HaveTheKnownOnes(string from, string to) =>
        Assert.That(s_arrows.Value.Select(a => (a.From, a.To)), Does.Contain((from, to)));

    static IEnumerable<Arrow> CompiledArrows() =>
        from p in s_compiled.Value
        from use in p.Compiled.Uses
        where House.Projects.Any(other => other.Assembly == use.Assembly)
        let arrow = (From: FolderOf(p.Project, use.FromNamespace), To: House.FolderOf(use.Namespace))
        where arrow.From is not null && arrow.To is not null && arrow.From != arrow.To
        group use by arrow into uses
        let first = uses.First()
        select new Arrow(uses.Key.From!, uses.Key.To!,
            $"{first.FromType}.{first.FromMember} uses {first.Type}{(first.Member is null ? "" : "." + first.Member)} ({uses.Count()} "
            + $"uses).");

    static IEnumerable<Arrow> WrittenArrows()
    {
        var folders = FoldersOfSources();
        var spaces = folders.Keys.Select(House.NamespaceOf).ToHashSet();
        return
            from folder in folders
            let files = folder.Value.Select(f => (Path.GetFileName(f), File.ReadAllText(f)))
            from arrow in SourceUsings.Read(folder.Key, files, spaces)
            select arrow;
    }

    /// <summary>The program's first statements have no namespace; they stand in the project's own folder.</summary>
    static string? FolderOf(Project project, string space) => space.Length == 0 ? project.Folder : House.FolderOf(space);

    /// <summary>
    /// The folder of a source that a project's symbols name: for the protocol buffers' that of their definition; null for other generated
    /// sources.
    /// </summary>
    static string? FolderOfSource(Project project, string source)
    {
        int at = source.LastIndexOf($"/{project.Folder}/", StringComparison.Ordinal);
        if (at < 0 || source.EndsWith(".g.cs", StringComparison.Ordinal)) return null;
        string[] parts = source[(at + 1)..].Split('/')[..^1];
        return string.Join('/', parts is [_, "obj", _, _, ..] ? [parts[0], .. parts[4..]] : parts);
    }

    /// <summary>The product's folders that hold C#, with their files; that of the protocol buffers counts too.</summary>
    static SortedDictionary<string, List<string>> FoldersOfSources()
    {
        var folders = new SortedDictionary<string, List<string>>(StringComparer.Ordinal) { ["onnx/Proto"] = [] };
        foreach (string project in House.Projects.Select(p => p.Folder))
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Shared.Repository, project), "*.cs", SearchOption.AllDirectories))
            {
                string folder = Path.GetRelativePath(Shared.Repository, Path.GetDirectoryName(file)!).Replace('\\', '/');
                if (folder.Split('/') is [_, "obj" or "bin", ..]) continue;
                if (!folders.TryGetValue(folder, out var files)) folders[folder] = files = [];
                files.Add(file);
            }
        return folders;
    }

    static void AssertNone(IEnumerable<string> findings) =>
        Assert.That(string.Join('\n', findings), Is.Empty, "The rules stand in Alignment.Tests/Architecture/House.cs.");
}
