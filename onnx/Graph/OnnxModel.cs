using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Graph;

// How a model is written.
sealed record SaveOptions
{
    // Smaller weights stay inside the graph file, where ONNX Runtime reads them no slower.
    public int InlineBelowBytes { get; init; } = ExternalData.AlignmentBytes;

    // A model whose weights are below this in sum is one file.
    public long InlineModelBelowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// A folder at or above the model's: weights already in a file below it are referred to instead of written, and all locations of
    /// external data are relative to it.
    /// </summary>
    public string? ShareFrom { get; init; }

    // Receives each complete file with its hash; null: nothing is hashed.
    public Action<SavedFile>? Wrote { get; init; }

    // Smaller weights are written even where they could be shared: a reference takes about a hundred bytes.
    public int ShareFromBytes { get; init; } = 1024;
}

sealed record SavedModel(string GraphPath, string? DataPath);

// A written file: full path, size, hash (lower-case hexadecimal).
sealed record SavedFile(string Path, long Bytes, string Sha256);

sealed class OnnxModel
{
    /// <summary>With <paramref name="exact"/> the weights may have no other tensors, but for the <paramref name="ignored"/>.</summary>
    public OnnxModel(ModelGraph graph, IWeights weights, bool exact = false, Func<string, bool>? ignored = null)
    {
        WeightCheck.Demand(graph.Name, graph.WeightInfos(), weights, exact, ignored);
        (Graph, Weights) = (graph, weights);
    }

    public ModelGraph Graph { get; }
    public IWeights Weights { get; }

    /// <summary>
    /// Writes the graph and, before it, "*.onnx_data" with its large weights, each complete or not at all. Bytes depend only on the graph
    /// and its weights; memory does not grow with the model. Progress counts bytes of weights.
    /// </summary>
    public SavedModel Save(string path, SaveOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new ModelWriter(this, options ?? new(), progress, cancellationToken).Write(path);

    public long WeightBytes => Graph.Weights.Sum(ModelWriter.Bytes);

    // One .onnx file.
    public byte[] ToBytes(string? shareFrom = null) => new ModelWriter(this, new() { ShareFrom = shareFrom }, null, default).Bytes();
}
