namespace Alignment.Onnx.Bundles;

/// <summary>The models that ship with the program.</summary>
public static class BundledModels
{
    const string Root = "bundles";

    public static string Tiny => Find("tiny");

    static string Find(string name)
    {
        string?[] roots = [AppContext.BaseDirectory, Path.GetDirectoryName(typeof(BundledModels).Assembly.Location)];
        string[] searched = [.. roots.Where(r => !string.IsNullOrEmpty(r)).Select(r => Path.Combine(r!, Root, name)).Distinct()];
        return searched.FirstOrDefault(t => File.Exists(Path.Combine(t, BundleFiles.Manifest)))
            ?? throw MissingDependencyException.For($"The bundled model '{name}'",
            $"nothing at {string.Join(" or ", searched.Select(t => $"'{t}'"))}",
                "it beside the program", "Build or install the program again, or name another bundle.");
    }
}
