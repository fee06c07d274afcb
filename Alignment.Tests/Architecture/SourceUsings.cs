using System.Text.RegularExpressions;

namespace Alignment.Tests.Architecture;

/// <summary>
/// Arrows that the sources write down as <c>using</c>. They cover what leaves no trace in compiled code (constants, <c>nameof</c>,
/// <c>cref</c>): the build refuses a using that nothing needs, so each one is a real use.
/// </summary>
static partial class SourceUsings
{
    /// <summary>The arrows from the sources of one folder to other folders of the product.</summary>
    /// <param name="folder">From the repository's root.</param>
    /// <param name="files">Names and texts of its sources.</param>
    /// <param name="spaces">Every namespace of the product, to tell a namespace from a type in <c>using static</c> and aliases.</param>
    public static IEnumerable<Arrow> Read(string folder, IEnumerable<(string Name, string Text)> files, IReadOnlySet<string> spaces)
    {
        foreach (var (name, text) in files)
            foreach (Match match in Using().Matches(text))
            {
                string space = match.Groups["name"].Value;
                while (!spaces.Contains(space) && space.Contains('.', StringComparison.Ordinal)) space = space[..space.LastIndexOf('.')];
                if (spaces.Contains(space) && House.FolderOf(space) is { } to && to != folder)
                    yield return new(folder, to, $"{name} has '{match.Value.Trim()}'");
            }
    }

    [GeneratedRegex(@"^[ \t]*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?<name>[A-Za-z_][\w.]*)[^;(\n]*;", RegexOptions.Multiline)]
    private static partial Regex Using();
}
