using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Graph;

/// <summary>How a model is written.</summary>
sealed record SaveOptions
{
    /// <summary>Weights smaller than this many bytes stay inside the graph file, as ONNX Runtime reads them no slower there.</summary>
    public int InlineBelowBytes { get; init; } = ExternalData.AlignmentBytes;

    /// <summary>A model whose weights are smaller than this in sum is one file without external data.</summary>
    public long InlineModelBelowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// A folder at or above the model's. Weights that already lie in a file below it, in the type the model wants, are not written again but referred
    /// to, and all locations of external data are relative to it, so the model must be loaded with this folder as the place of
    /// its external data. Null: every weight is written, beside the model.
    /// </summary>
    public string? ShareFrom { get; init; }

    /// <summary>Told of each file when it is complete; its hash is computed while it is written. Null: nothing is hashed.</summary>
    internal Action<SavedFile>? Wrote { get; init; }

    /// <summary>Weights smaller than this are written even where they could be shared: a reference takes about a hundred bytes.</summary>
    internal int ShareFromBytes { get; init; } = 1024;
}

/// <summary>The files a model was saved as.</summary>
/// <param name="GraphPath">The .onnx file.</param>
/// <param name="DataPath">The external data beside it, or null when the graph file holds everything.</param>
sealed record SavedModel(string GraphPath, string? DataPath);

/// <summary>A file that was written.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Bytes">How many it has.</param>
/// <param name="Sha256">Of them, lower-case hexadecimal.</param>
sealed record SavedFile(string Path, long Bytes, string Sha256);

/// <summary>A graph with the weights that fill it. The weights are read when the model is saved, piece by piece.</summary>
sealed class OnnxModel
{
    /// <exception cref="BadDataException">Tensors are missing or have another shape; every one is named.</exception>
    public OnnxModel(ModelGraph graph, IWeights weights)
    {
        WeightCheck.Demand(graph.Name, graph.WeightInfos(), weights);
        (Graph, Weights) = (graph, weights);
    }

    public ModelGraph Graph { get; }
    public IWeights Weights { get; }

    /// <summary>
    /// Writes the model to <paramref name="path"/> (".onnx") and large weights to "*.onnx_data" beside it. Bytes depend
    /// only on the graph and its weights. Weights pass through in pieces, so memory does not grow with the model.
    /// The data file appears before the graph that names it, each complete or not at all.
    /// </summary>
    /// <param name="path">Where the graph goes; its folder is made.</param>
    /// <param name="options">What stays in the graph file.</param>
    /// <param name="progress">Told the bytes of weights written so far.</param>
    /// <param name="stop">Ends the writing between two pieces; nothing new appears then.</param>
    public SavedModel Save(string path, SaveOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken stop = default) =>
        new ModelWriter(this, options ?? new(), progress, stop).Write(path);

    /// <summary>Bytes of all weights.</summary>
    internal long WeightBytes => Graph.Weights.Sum(ModelWriter.Bytes);

    /// <summary>The model with all its weights as the bytes of one .onnx file, for small models that need no file.</summary>
    /// <param name="shareFrom">Weights that lie in files below this folder are referred to, not repeated; see <see cref="SaveOptions.ShareFrom"/>.</param>
    internal byte[] ToBytes(string? shareFrom = null) => new ModelWriter(this, new() { ShareFrom = shareFrom }, null, default).Bytes();
}
