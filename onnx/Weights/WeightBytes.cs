using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Alignment.Onnx.Weights;

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

    /// <summary>Reads float32 and rounds it to float16, in pieces as large as asked for.</summary>
    public static void ReadNarrowed(IWeights weights, string name, long start, Span<Half> into)
    {
        float[] wide = ArrayPool<float>.Shared.Rent(into.Length);
        try
        {
            Span<float> floats = wide.AsSpan(0, into.Length);
            weights.Read(name, start, floats);
            Narrow(name, start, floats, into);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(wide);
        }
    }

    /// <summary>Rounds to float16.</summary>
    /// <param name="name">The tensor's, for messages.</param>
    /// <param name="start">Which of its elements the first is.</param>
    /// <param name="from">The numbers; infinities and NaN pass.</param>
    /// <param name="into">As many.</param>
    /// <exception cref="BadDataException">A number is finite, and infinite in float16.</exception>
    public static void Narrow(string name, long start, ReadOnlySpan<float> from, Span<Half> into)
    {
        TensorPrimitives.ConvertToHalf(from, into);
        if (from.IsEmpty || MathF.Abs(TensorPrimitives.MaxMagnitude(from)) < SmallestTooLarge) return;
        for (int i = 0; i < from.Length; i++)
            if (Half.IsInfinity(into[i]) && float.IsFinite(from[i]))
                throw BadDataException.For($"The tensor '{SafePath.Shorten(name)}'", string.Create(CultureInfo.InvariantCulture, $"{from[i]:G6} at element {start + i}"), "numbers up to 65504, where float16 ends",
                    "Import the model in fp32; it was trained beyond float16.");
    }

    /// <summary>From here on float16 rounds to infinity: halfway between 65504 and 65536.</summary>
    const float SmallestTooLarge = 65520;

    /// <summary>bfloat16 is the upper half of a float32.</summary>
    static void WidenBFloat16(ReadOnlySpan<ushort> from, Span<float> into)
    {
        for (int i = 0; i < from.Length; i++) into[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
    }
}
