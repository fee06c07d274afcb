namespace Alignment.Tests.Common;

/// <summary>The reference material beside the project (`../shared`). Cases that need it are skipped where it is absent.</summary>
static class Shared
{
    /// <summary>The project's own folder: the nearest one above the test assembly that holds the solution; null where the built tests were
    /// copied elsewhere.</summary>
    public static string? TryRepository { get; } = FindRepository();

    /// <summary>As <see cref="TryRepository"/>, but skips the running test where there is none. Not for static fields: a skip in there is a
    /// failure.</summary>
    public static string Repository
    {
        get
        {
            if (TryRepository is null)
                Assert.Ignore($"No Alignment.sln above '{AppContext.BaseDirectory}': the project's own files are not there.");
            return TryRepository!;
        }
    }

    /// <summary>The path of a file or folder below <c>../shared</c>; skips the running test when it is not there.</summary>
    public static string Path(params string[] parts)
    {
        string? path = TryPath(parts);
        if (path is null) Assert.Ignore($"The reference material '{string.Join('/', parts)}' is not beside this checkout.");
        return path!;
    }

    /// <summary>As <see cref="Path"/>, but null instead of skipping: for test case sources, which run before any test.</summary>
    public static string? TryPath(params string[] parts)
    {
        if (TryRepository is null) return null;
        string path = System.IO.Path.GetFullPath(System.IO.Path.Combine([TryRepository, "..", "shared", .. parts]));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    /// <summary>The cases of a test case source that reads files, or, where it found none, one that is skipped: without any the test would
    /// vanish from the counts.</summary>
    /// <param name="cases">What the source read.</param>
    /// <param name="parameters">Of the test method.</param>
    public static IEnumerable<object> OrSkipped(IEnumerable<object> cases, int parameters = 1) =>
        cases.DefaultIfEmpty(new TestCaseData(new object?[parameters]).SetArgDisplayNames("absent")
        .Ignore("The files that the cases are read from are not there."));

    static string? FindRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Alignment.sln"))) return at.FullName;
        return null;
    }
}
