namespace Alignment.Onnx.Weights;

static class WeightBytes
{
    // Exactly.
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

    public static void ReadWidened(WeightType type, Span<float> into, Reader read)
    {
        if (type == WeightType.F32)
        {
            read(MemoryMarshal.AsBytes(into));
            return;
        }
        using var stored = new Rented<byte>(checked(into.Length * type.Bytes()));
        read(stored.Span);
        Widen(type, stored.Span, into);
    }

    public delegate void Reader(Span<byte> into);

    // Reads float32 and rounds it to float16.
    public static void ReadNarrowed(IWeights weights, string name, long start, Span<Half> into)
    {
        using var wide = new Rented<float>(into.Length);
        weights.Read(name, start, wide.Span);
        Narrow(name, start, wide.Span, into);
    }

    /// <summary>
    /// Rounds from element <paramref name="start"/> on; infinities and NaN pass, a finite number that becomes infinite throws.
    /// </summary>
    public static void Narrow(string name, long start, ReadOnlySpan<float> from, Span<Half> into)
    {
        TensorPrimitives.ConvertToHalf(from, into);
        if (from.IsEmpty || MathF.Abs(TensorPrimitives.MaxMagnitude(from)) < SmallestTooLarge) return;
        for (int i = 0; i < from.Length; i++)
            if (Half.IsInfinity(into[i]) && float.IsFinite(from[i]))
                throw BadDataException.For($"The tensor '{SafePath.Shorten(name)}'",
                    $"{from[i]:G6} at element {start + i}",
                    "numbers up to 65504, where float16 ends",
                    "Import the model in fp32; it was trained beyond float16.");
    }

    // From here on float16 rounds to infinity.
    const float SmallestTooLarge = 65520;

    // bfloat16 is the upper half of a float32.
    static void WidenBFloat16(ReadOnlySpan<ushort> from, Span<float> into)
    {
        for (int i = 0; i < from.Length; i++) into[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
    }
}
