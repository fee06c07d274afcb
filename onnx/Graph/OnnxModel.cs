using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Graph;

/// <summary>How a model is written.</summary>
sealed record SaveOptions
{
    /// <summary>Weights below this stay inside the graph file, where ONNX Runtime reads them no slower.</summary>
    public int InlineBelowBytes { get; init; } = ExternalData.AlignmentBytes;

    /// <summary>A model whose weights are below this in sum is one file without external data.</summary>
    public long InlineModelBelowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// A folder at or above the model's. Weights that are already in a file below it, in a type the model can read, are referred to instead
    /// of written, and all locations of external data are relative to it: the model must be loaded with this folder as the place of its
    /// external data. Null: every weight is written, beside the model.
    /// </summary>
    public string? ShareFrom { get; init; }

    /// <summary>Receives each complete file with its hash, which is computed while it is written. Null: nothing is hashed.</summary>
    public Action<SavedFile>? Wrote { get; init; }

    /// <summary>Weights below this are written even where they could be shared: a reference takes about a hundred bytes.</summary>
    public int ShareFromBytes { get; init; } = 1024;
}

/// <summary>The .onnx file of a saved model, and the external data beside it, or null.</summary>
sealed record SavedModel(string GraphPath, string? DataPath);

/// <summary>A written file: full path, size, hash (lower-case hexadecimal).</summary>
sealed record SavedFile(string Path, long Bytes, string Sha256);

/// <summary>A graph with the weights that fill it, which are read in pieces when the model is saved.</summary>
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
    /// Writes the model to <paramref name="path"/> (".onnx") and large weights to "*.onnx_data" beside it. Bytes depend only on the graph
    /// and its weights; memory does not grow with the model. The data file appears before the graph that names it, each complete or not at
    /// all. Progress counts bytes of weights.
    /// </summary>
    public SavedModel Save(string path, SaveOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new ModelWriter(this, options ?? new(), progress, cancellationToken).Write(path);

    public long WeightBytes => Graph.Weights.Sum(ModelWriter.Bytes);

    /// <summary>The model as the bytes of one .onnx file; <paramref name="shareFrom"/> as <see cref="SaveOptions.ShareFrom"/>.</summary>
    public byte[] ToBytes(string? shareFrom = null) => new ModelWriter(this, new() { ShareFrom = shareFrom }, null, default).Bytes();
}
