namespace Alignment.Tests.Architecture;

/// <summary>Lines of C# have at most 140 columns: product, tests and samples.</summary>
public sealed class LineLengthTests
{
    const int Columns = 140;

    static readonly string[] s_folders = [.. House.Projects.Select(p => p.Folder), "Alignment.Tests", "samples"];

    [Test]
    public void Lines_HaveAtMost140Columns()
    {
        string[] wide =
        [
            .. from folder in s_folders
               from file in Directory.EnumerateFiles(Path.Combine(Shared.Repository, folder), "*.cs", SearchOption.AllDirectories)
               let name = Path.GetRelativePath(Shared.Repository, file).Replace('\\', '/')
               where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
               from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
               where line.Text.Length > Columns
               select $"{name}:{line.Number} has {line.Text.Length} columns",
        ];
        Assert.That(wide, Is.Empty, $"Wrap lines at {Columns} columns.");
    }
}
