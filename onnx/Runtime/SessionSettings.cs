using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>How a model is loaded. The defaults suit a model that is run many times.</summary>
sealed record SessionSettings
{
    public static SessionSettings Default { get; } = new();

    public Device Device { get; init; } = Device.Cpu;

    /// <summary>
    /// Weights rearranged for the processor when loading: runs about 1.4 times faster at batch 1, but copies them into
    /// private memory. Without it, weights beside the graph stay mapped: loading takes no time and next to no memory.
    /// </summary>
    public bool Prepacking { get; init; } = true;

    /// <summary>
    /// Plans all intermediate tensors of a shape as one block. Off: it saves memory (half a gigabyte on a training graph)
    /// and no visible time, and shapes may change from run to run. Always off on DirectML, which does not support it.
    /// </summary>
    public bool MemoryPattern { get; init; }

    /// <summary>Graph rewriting when loading. Off keeps every node as authored; results agree to float rounding.</summary>
    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Writes ONNX Runtime's profile of every run to a file whose path begins so, when the session ends profiling. Null: no profile.</summary>
    public string? ProfilePrefix { get; init; }
}
