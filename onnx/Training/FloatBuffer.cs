using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Onnx.Training;

/// <summary>
/// Float32 in native memory, zero at first, aligned to 64 bytes, beyond 2³¹ bytes. ONNX Runtime works in place; untouched pages cost no
/// memory.
/// </summary>
sealed unsafe class FloatBuffer : IDisposable
{
    const int AlignmentBytes = 64;

    void* _allocated;
    float* _data;

    public FloatBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        // calloc takes large blocks from the system untouched; an aligned allocation would have to be cleared.
        _allocated = NativeMemory.AllocZeroed(checked((nuint)length * sizeof(float) + AlignmentBytes));
        _data = (float*)(((nuint)_allocated + AlignmentBytes - 1) & ~(nuint)(AlignmentBytes - 1));
    }

    ~FloatBuffer() => Free();

    public long Length { get; }

    public Span<float> Span(long start, int count) => new(At(start, count), count);

    public void Clear()
    {
        for (long at = 0; at < Length; at += int.MaxValue) Span(at, (int)Math.Min(int.MaxValue, Length - at)).Clear();
    }

    // Without a copy; the buffer must outlive it.
    public OrtValue Tensor(long start, long count, long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)At(start, count),
        count * sizeof(float));

    float* At(long start, long count)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - count);
        return _data + start;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        NativeMemory.Free(_allocated);
        _allocated = _data = null;
    }
}
