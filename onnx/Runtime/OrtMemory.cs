using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

static class OrtMemory
{
    // Messages of ONNX Runtime, its providers and the C++ library.
    static readonly string[] s_signs =
        ["bad_alloc", "bad allocation", "Failed to allocate memory", "out of memory", "OUT_OF_MEMORY", "CUDA failure 2",
        "Not enough memory", "std::length_error"];

    // Whether a failure or one of its causes is a lack of memory.
    public static bool RanOut(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is OutOfMemoryException || (e is OnnxRuntimeException
                && s_signs.Any(s => e.Message.Contains(s, StringComparison.OrdinalIgnoreCase)))) return true;
        return false;
    }
}
