namespace Alignment.Tests.Common;

/// <summary>The reference material beside the project (`../shared`). Cases that need it are skipped where it is absent.</summary>
static class Shared
{
    /// <summary>The project's own folder: the nearest one above the test assembly that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The path of a file or folder below <c>../shared</c>; skips the running test when it is not there.</summary>
    public static string Path(params string[] parts)
    {
        string path = System.IO.Path.Combine([Repository, "..", "shared", .. parts]);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Ignore($"The reference material '{string.Join('/', parts)}' is not beside this checkout.");
        return System.IO.Path.GetFullPath(path);
    }

    /// <summary>As <see cref="Path"/>, but null instead of skipping: for test case sources, which run before any test.</summary>
    public static string? TryPath(params string[] parts)
    {
        string path = System.IO.Path.GetFullPath(System.IO.Path.Combine([Repository, "..", "shared", .. parts]));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    static string FindRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Alignment.sln"))) return at.FullName;
        throw new InvalidOperationException($"No Alignment.sln above '{AppContext.BaseDirectory}'.");
    }
}
