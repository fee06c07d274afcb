using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Graph;

/// <summary>How a model is written.</summary>
sealed record SaveOptions
{
    /// <summary>Smaller weights stay inside the graph file, where ONNX Runtime reads them no slower.</summary>
    public int InlineBelowBytes { get; init; } = ExternalData.AlignmentBytes;

    /// <summary>A model whose weights are below this in sum is one file.</summary>
    public long InlineModelBelowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// A folder at or above the model's: weights already in a file below it are referred to instead of written, and all locations of
    /// external data are relative to it.
    /// </summary>
    public string? ShareFrom { get; init; }

    /// <summary>Receives each complete file with its hash; null: nothing is hashed.</summary>
    public Action<SavedFile>? Wrote { get; init; }

    /// <summary>Smaller weights are written even where they could be shared: a reference takes about a hundred bytes.</summary>
    public int ShareFromBytes { get; init; } = 1024;
}

sealed record SavedModel(string GraphPath, string? DataPath);

/// <summary>A written file: full path, size, hash (lower-case hexadecimal).</summary>
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

    /// <summary>One .onnx file.</summary>
    public byte[] ToBytes(string? shareFrom = null) => new ModelWriter(this, new() { ShareFrom = shareFrom }, null, default).Bytes();
}
