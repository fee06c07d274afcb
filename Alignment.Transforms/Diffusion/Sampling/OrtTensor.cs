using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// A tensor in ONNX Runtime's memory, allocated once and written in place; its span costs nothing, unlike <see cref="OrtValue"/>'s own.
/// </summary>
sealed unsafe class OrtTensor : IDisposable
{
    readonly byte* _data;

    // Zeros.
    public OrtTensor(TensorElementType type, params long[] shape)
    {
        Value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        Span<byte> bytes = Value.GetTensorMutableRawData();
        bytes.Clear();
        _data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)); // native memory: it does not move
        Type = type;
        Count = checked((int)shape.Aggregate(1L, (n, d) => n * d));
    }

    public OrtValue Value { get; }
    public TensorElementType Type { get; }
    public int Count { get; }

    public Span<float> Floats => Type == TensorElementType.Float ? new Span<float>(_data, Count)
        : throw new InvalidOperationException($"A tensor of {Type} is read as float.");

    public Span<Half> Halves => Type == TensorElementType.Float16 ? new Span<Half>(_data, Count)
        : throw new InvalidOperationException($"A tensor of {Type} is read as float16.");

    public void Fill(double value)
    {
        switch (Type)
        {
            case TensorElementType.Float: new Span<float>(_data, Count).Fill((float)value); break;
            case TensorElementType.Float16: new Span<Half>(_data, Count).Fill((Half)value); break;
            case TensorElementType.Double: new Span<double>(_data, Count).Fill(value); break;
            case TensorElementType.Int64: new Span<long>(_data, Count).Fill((long)Math.Round(value)); break;
            case TensorElementType.Int32: new Span<int>(_data, Count).Fill((int)Math.Round(value)); break;
            default: throw new InvalidOperationException($"A number cannot be stored as {Type}.");
        }
    }

    public void Dispose() => Value.Dispose();
}
