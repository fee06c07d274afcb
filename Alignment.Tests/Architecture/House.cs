namespace Alignment.Tests.Architecture;

/// <summary>
/// The levels of the house, written once. A project uses only projects that stand below it here; inside a project a room (a folder of
/// the first level) uses only rooms of a lower level: never one of its own level, never one above. Folders inside a room are free, but
/// form no cycle. A folder without a row fails the tests, and so does a row without a folder.
/// </summary>
static class House
{
    /// <summary>The files that stand in the project's own folder.</summary>
    public const string Root = "";

    public static readonly Level[] Levels =
    [
        //  project                level  rooms
        new("Alignment.Runner",        2, Root),
        new("Alignment.Runner",        1, "Commands"),
        new("Alignment.Runner",        0, "Cli"),

        new("Alignment.MLNet",         7, Root),
        new("Alignment.MLNet",         6, "Pipelines"),
        new("Alignment.MLNet",         5, "Reports", "Audit"),
        new("Alignment.MLNet",         4, "Dose", "Training", "Video"),
        new("Alignment.MLNet",         3, "Editing"),
        new("Alignment.MLNet",         2, "Variants", "Masks", "Gaze", "SceneDetection", "Synthetic"),
        new("Alignment.MLNet",         1, "Dataset", "Engagement"),
        new("Alignment.MLNet",         0, "Statistics", "Charts", "Ffmpeg", "Storage"),

        new("Alignment.Transforms",    3, "Stages"),
        new("Alignment.Transforms",    2, "Masks"),
        new("Alignment.Transforms",    1, "Attention", "Diffusion", "MlNetPlumbing"),
        new("Alignment.Transforms",    0, "Images"),

        new("onnx",                    6, "Import", "Training"),
        new("onnx",                    5, "Bundles"),
        new("onnx",                    4, "Models", "Gradients"),
        new("onnx",                    3, "Graph"),
        new("onnx",                    2, "Weights"),
        new("onnx",                    1, "Runtime"),
        new("onnx",                    0, "Foundation", "Ops", "Proto"),
    ];

    /// <summary>The product's projects, the highest first.</summary>
    public static readonly Project[] Projects =
    [
        new("Alignment.Runner", "alignment", "Alignment.Runner"),
        new("Alignment.MLNet", "Alignment.MLNet", "Alignment.MLNet"),
        new("Alignment.Transforms", "Alignment.Transforms", "Alignment.Transforms"),
        new("onnx", "Alignment.Onnx", "Alignment.Onnx"),
    ];

    /// <summary>What callers of every project meet (errors, safe paths, progress) has the product's own namespace.</summary>
    static readonly Dictionary<string, string> s_namedOtherwise = new() { ["onnx/Foundation"] = "Alignment" };

    /// <summary>The namespace that the sources of a folder have: its path with dots.</summary>
    /// <param name="folder">From the repository's root, as <c>Alignment.MLNet/Engagement/Reading</c>.</param>
    public static string NamespaceOf(string folder)
    {
        if (s_namedOtherwise.TryGetValue(folder, out string? named)) return named;
        var project = Projects.Single(p => folder == p.Folder || folder.StartsWith(p.Folder + "/", StringComparison.Ordinal));
        return project.Namespace + folder[project.Folder.Length..].Replace('/', '.');
    }

    /// <summary>The folder whose sources have a namespace; null for namespaces that are none of the product's.</summary>
    public static string? FolderOf(string space)
    {
        foreach (var (folder, named) in s_namedOtherwise)
            if (named == space) return folder;
        var project = Projects.FirstOrDefault(p => space == p.Namespace || space.StartsWith(p.Namespace + ".", StringComparison.Ordinal));
        return project is null ? null : project.Folder + space[project.Namespace.Length..].Replace('.', '/');
    }
}

/// <summary>Rooms of one project that stand at one level.</summary>
sealed record Level(string Project, int Height, params string[] Rooms);

/// <summary>A project's folder, its assembly's name and its namespace.</summary>
sealed record Project(string Folder, string Assembly, string Namespace);
