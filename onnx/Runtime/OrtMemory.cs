using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>Tells a lack of memory from other failures.</summary>
static class OrtMemory
{
    /// <summary>What ONNX Runtime, its providers and the C++ library say.</summary>
    static readonly string[] s_signs = ["bad_alloc", "bad allocation", "Failed to allocate memory", "out of memory", "OUT_OF_MEMORY", "CUDA failure 2", "Not enough memory", "std::length_error"];

    /// <summary>Whether a failure, or what caused it, is that memory ran out.</summary>
    public static bool RanOut(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is OutOfMemoryException || (e is OnnxRuntimeException && s_signs.Any(s => e.Message.Contains(s, StringComparison.OrdinalIgnoreCase)))) return true;
        return false;
    }
}
