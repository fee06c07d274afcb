using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Alignment.Onnx.Import;

/// <summary>Stored little-endian numbers as float32.</summary>
static class WeightBytes
{
    /// <summary>Widens F32, F16 or BF16 exactly (<see cref="WeightTypes.IsReadable"/>).</summary>
    public static void Widen(WeightType type, ReadOnlySpan<byte> bytes, Span<float> into)
    {
        switch (type)
        {
            case WeightType.F32: MemoryMarshal.Cast<byte, float>(bytes).CopyTo(into); break;
            case WeightType.F16: TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), into); break;
            case WeightType.BF16: WidenBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes), into); break;
            default: throw new NotSupportedException($"{type} does not widen exactly to float32.");
        }
    }

    /// <summary>bfloat16 is the upper half of a float32.</summary>
    static void WidenBFloat16(ReadOnlySpan<ushort> from, Span<float> into)
    {
        for (int i = 0; i < from.Length; i++) into[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
    }
}
