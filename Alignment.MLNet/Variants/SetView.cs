using Alignment.MLNet.Dataset;
using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Variants;

/// <summary>The scenes of a variant set as a data view: the columns of <see cref="SceneView"/>, the map of each variant, and the scene
/// itself.</summary>
static class SetView
{
    /// <summary>The <see cref="SetScene"/>, for writers.</summary>
    public const string SceneColumn = "scene";

    static readonly IReadOnlyList<RowColumn<SetScene>> s_columns =
    [
        .. SceneView.ColumnsOf<SetScene>(s => s.Scene),
        RowColumn<SetScene>.Texts(SceneColumns.AttentionMapPaths, Variant.All.Count, MapPaths),
        RowColumn<SetScene>.Row(SceneColumn),
    ];

    public static IDataView Of(IEnumerable<SetScene> scenes) => new RowsView<SetScene>(scenes, s_columns);

    static IEnumerable<string> MapPaths(SetScene scene)
    {
        string[] paths = new string[Variant.All.Count];
        paths.AsSpan().Fill("");
        foreach (VariantScene variant in scene.Variants) paths[variant.Variant.Position] = variant.AttentionMapPath;
        return paths;
    }
}
