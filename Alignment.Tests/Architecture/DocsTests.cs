using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Alignment.MLNet;
using Alignment.Runner;
using Alignment.Transforms.Stages;

namespace Alignment.Tests.Architecture;

/// <summary>What the documentation points to is there: links, paths of the repository, names of the code, packages.</summary>
public sealed partial class DocsTests
{
    const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;

    static readonly Assembly[] s_ours =
    [
        typeof(AtomicFile).Assembly, typeof(SceneColumns).Assembly, typeof(AlignmentCatalog).Assembly, typeof(RunnerProgram).Assembly,
        typeof(DocsTests).Assembly,
    ];

    static readonly ILookup<string, Type> s_types = s_ours.SelectMany(a => a.GetTypes()).ToLookup(t => t.Name.Split('`')[0]);

    static readonly HashSet<string> s_members = [.. s_types.SelectMany(t => t).SelectMany(t => t.GetMembers(Any)).Select(m => m.Name)];

    /// <summary>Public types of the libraries that ours use.</summary>
    static readonly Lazy<HashSet<string>> s_libraries = new(() =>
        [.. s_ours.SelectMany(a => a.GetReferencedAssemblies()).DistinctBy(n => n.FullName)
        .SelectMany(n => Assembly.Load(n).GetExportedTypes())
            .Select(t => t.Name.Split('`')[0])]);

    static IEnumerable<string> Pages() => Shared.TryRepository is not { } root ? [] :
        new[] { "README.md", "CONTRIBUTING.md", "THIRD-PARTY-NOTICES.md", "onnx/bundles/tiny/README.md" }
            .Concat(Directory.GetFiles(Path.Combine(root, "docs"), "*.md").Select(f => "docs/" + Path.GetFileName(f))
                .Order(StringComparer.Ordinal));

    static IEnumerable<object> PageCases() => Shared.OrSkipped(Pages());

    [TestCaseSource(nameof(PageCases))]
    public void Links_LeadToFilesAndHeadings(string page)
    {
        string text = Read(page), folder = Path.GetDirectoryName(page)!;
        var broken =
            from Match link in Link().Matches(text)
            let target = link.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let parts = target.Split('#')
            let file = parts[0].Length == 0 ? page : Path.Combine(folder, parts[0])
            where !Exists(file) || (parts.Length > 1 && !Headings(Read(file)).Contains(parts[1]))
            select target;
        Assert.That(broken, Is.Empty);
    }

    [TestCaseSource(nameof(PageCases))]
    public void Paths_OfTheRepository_Exist(string page) =>
        Assert.That(Codes(page).Where(c => RepositoryPath().IsMatch(c) && !Exists(c)), Is.Empty);

    /// <summary>A capital name with a dot is a member of a type, ours or a library's.</summary>
    [TestCaseSource(nameof(PageCases))]
    public void Members_Exist(string page) =>
        Assert.That(
            from code in Codes(page)
            let name = Member().Match(code)
            where name.Success && Path.GetExtension(code) is not (".cs" or ".props" or ".txt")
            let type = name.Groups[1].Value
            let member = name.Groups[2].Value
            where s_types.Contains(type) ? !s_types[type].Any(t => HasMember(t, member)) : !s_libraries.Value.Contains(type)
            select code, Is.Empty);

    /// <summary>The map and the rules for contributors name nothing but what there is.</summary>
    [TestCase("docs/architecture.md")]
    [TestCase("CONTRIBUTING.md")]
    public void Names_AreTypesOrMembers(string page) =>
        Assert.That(Codes(page).Where(c => Name().IsMatch(c) && !s_types.Contains(c.Split('.')[0]) && !s_members.Contains(c)), Is.Empty);

    [Test]
    public void ThirdPartyNotices_ListWhatIsRestored()
    {
        string assets = Path.Combine(Shared.Repository, "Alignment.Runner", "obj", "project.assets.json");
        if (!File.Exists(assets)) Assert.Ignore("The console program is not restored here.");
        using var json = JsonDocument.Parse(File.ReadAllText(assets));
        var restored =
            from target in json.RootElement.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject()
            where target.Value.GetProperty("type").GetString() == "package"
            where target.Value.EnumerateObject().Any(p => p.Name is "runtime" or "native" or "runtimeTargets")
            select target.Name.Replace("/", " | ", StringComparison.Ordinal);
        string[] packages = [.. restored];
        if (!packages.Any(p => p.StartsWith("Microsoft.ML.OnnxRuntime |", StringComparison.Ordinal)))
            Assert.Ignore("The list is that of the default build, OnnxRuntimeFlavor=Cpu.");
        string[] listed = [.. Package().Matches(Read("THIRD-PARTY-NOTICES.md")).Select(m => m.Groups[1].Value)];
        Assert.That(listed, Is.EquivalentTo(packages));
    }

    static string Read(string page) => File.ReadAllText(Path.Combine(Shared.Repository, page));

    static bool Exists(string path) => Path.Combine(Shared.Repository, path) is var full && (File.Exists(full) || Directory.Exists(full));

    static IEnumerable<string> Codes(string page) => Code().Matches(Read(page)).Select(m => m.Groups[1].Value);

    static bool HasMember(Type type, string member) =>
        type.GetMember(member, Any).Length > 0 || type.GetNestedType(member, Any) is not null;

    /// <summary>As GitHub makes anchors: lower case, spaces to dashes, other signs away.</summary>
    static IEnumerable<string> Headings(string text) =>
        from Match heading in Heading().Matches(text)
        let words = heading.Groups[1].Value.Trim().ToLowerInvariant().Replace(' ', '-')
        select string.Concat(words.Where(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex(@"^((Alignment\.(MLNet|Transforms|Runner|Tests)|onnx|docs)/[\w./-]+|samples/[\w-]+\.cs)$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^(?!Alignment\.|Microsoft\.|System\.)([A-Z][A-Za-z0-9]+)\.([A-Z][A-Za-z0-9]+)\b")]
    private static partial Regex Member();

    [GeneratedRegex(@"^[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*(\.[A-Z]\w*)?$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| ([\w.]+ \| [\d.]+) \|", RegexOptions.Multiline)]
    private static partial Regex Package();
}
