using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>OpenCV's 8-bit HSV (hue 0..179) of planar B, G, R, value for value: V = max, S = (255·(V − min))/V, H by sector, both divisions
/// as products with reciprocals of 12 fractional bits.</summary>
sealed class HsvPlanes(int count)
{
    const int Shift = 12, Block = 32;

    public byte[] Hue { get; } = new byte[count + FrameShrink.Slack];

    public byte[] Saturation { get; } = new byte[count + FrameShrink.Slack];

    public byte[] Value { get; } = new byte[count + FrameShrink.Slack];

    public void Convert(byte[] blue, byte[] green, byte[] red)
    {
        // The slack takes the last block's surplus.
        for (int i = 0; i < count; i += Block)
        {
            Vector256<byte> b = Vector256.LoadUnsafe(ref blue[i]), g = Vector256.LoadUnsafe(ref green[i]),
                r = Vector256.LoadUnsafe(ref red[i]);
            var v = Vector256.Max(Vector256.Max(b, g), r);
            var d = v - Vector256.Min(Vector256.Min(b, g), r);
            var (hueLow, satLow) = Sixteen(b.GetLower(), g.GetLower(), r.GetLower(), v.GetLower(), d.GetLower());
            var (hueHigh, satHigh) = Sixteen(b.GetUpper(), g.GetUpper(), r.GetUpper(), v.GetUpper(), d.GetUpper());
            v.StoreUnsafe(ref Value[i]);
            Vector256.Narrow(hueLow.AsUInt16(), hueHigh.AsUInt16()).StoreUnsafe(ref Hue[i]);
            Vector256.Narrow(satLow.AsUInt16(), satHigh.AsUInt16()).StoreUnsafe(ref Saturation[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<short> Hue, Vector256<short> Saturation) Sixteen(Vector128<byte> b8, Vector128<byte> g8, Vector128<byte> r8,
        Vector128<byte> v8, Vector128<byte> d8)
    {
        Vector256<short> b = Lanes.Widen(b8), g = Lanes.Widen(g8), r = Lanes.Widen(r8), v = Lanes.Widen(v8), d = Lanes.Widen(d8);
        // Red wins over green, green over blue, where the maximum is shared.
        var sector = Vector256.ConditionalSelect(Vector256.Equals(v, r), g - b,
            Vector256.ConditionalSelect(Vector256.Equals(v, g), b - r + d + d, r - g + (d << 2)));
        var hue = Vector256.Narrow(
            Scaled(Vector256.WidenLower(sector), Vector256.WidenLower(d), 180f / 6 * (1 << Shift)),
            Scaled(Vector256.WidenUpper(sector), Vector256.WidenUpper(d), 180f / 6 * (1 << Shift)));
        hue += Vector256.LessThan(hue, Vector256<short>.Zero) & Vector256.Create((short)180);
        var saturation = Vector256.Narrow(
            Scaled(Vector256.WidenLower(d), Vector256.WidenLower(v), 255f * (1 << Shift)),
            Scaled(Vector256.WidenUpper(d), Vector256.WidenUpper(v), 255f * (1 << Shift)));
        return (hue, saturation);
    }

    // (n · round(unit ÷ d) + ½) >> 12. No quotient here lies half way between integers, and none so near that single precision errs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Scaled(Vector256<int> n, Vector256<int> d, float unit)
    {
        // Where d is 0, n is 0 too.
        var reciprocal = Vector256.ConvertToInt32(Vector256.Create(unit) / Vector256.ConvertToSingle(Vector256.Max(d, Vector256<int>.One))
            + Vector256.Create(0.5f));
        return (n * reciprocal + Vector256.Create(1 << (Shift - 1))) >> Shift;
    }
}
