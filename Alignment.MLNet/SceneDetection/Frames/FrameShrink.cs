using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alignment.MLNet.SceneDetection.Frames;

enum FrameLayout
{
    // Planes Y, U, V, the latter two of half width and height (rounded up).
    Yuv420,

    // B, G, R of every pixel in turn.
    Bgr24,
}

/// <summary>Decoded frames shrunk to a width of 256, where they are at least that wide: what OpenCV's INTER_LINEAR makes of ffmpeg's bgr24,
/// value for value; only the source pixels it looks at are converted from Y′CbCr. Nothing is allocated per frame.</summary>
sealed class FrameShrink
{
    // Width at which frames are compared; PySceneDetect's automatic choice.
    public const int ComparedWidth = 256;

    // Bytes behind a frame that a vector load may touch.
    public const int Slack = 64;
    const int Group = 4, Step = 16;

    readonly FrameLayout _layout;
    readonly YuvMatrix _matrix;
    readonly ShrinkAxis _columns, _rows;
    readonly int _width, _height, _chromaWidth, _padded;
    readonly short[] _weights;
    readonly short[][] _slots = [[], []];
    readonly int[] _slotRow = [-1, -1];
    // Source bytes of each output's two columns: by shuffles of 16 bytes where four outputs fit in them, else one by one.
    readonly bool _shuffles;
    readonly int[] _lumaBase, _chromaBase;
    readonly Vector128<byte>[] _lumaPick, _chromaPick;
    readonly byte[] _y, _u, _v;

    public FrameShrink(int width, int height, FrameLayout layout, YuvMatrix matrix)
    {
        (_width, _height, _layout, _matrix, _chromaWidth) = (width, height, layout, matrix, (width + 1) / 2);
        double factor = width >= ComparedWidth ? width / (double)ComparedWidth : 1;
        Width = width >= ComparedWidth ? ComparedWidth : width;
        Height = Math.Max(1, (int)Math.Round(height / factor, MidpointRounding.ToEven));
        (_columns, _rows) = (new(width, Width, clampWeights: true), new(height, Height, clampWeights: false));
        _padded = (Width + Step - 1) / Step * Step;
        _weights = new short[2 * _padded];
        _columns.Weights.CopyTo(_weights, 0);
        (_slots[0], _slots[1]) = (new short[3 * _padded], new short[3 * _padded]);
        (_y, _u, _v) = (new byte[2 * _padded + Slack], new byte[2 * _padded + Slack], new byte[2 * _padded + Slack]);
        (Blue, Green, Red) = (new byte[Width * Height + Slack], new byte[Width * Height + Slack], new byte[Width * Height + Slack]);
        int groups = _padded / Group;
        (_lumaBase, _chromaBase, _lumaPick, _chromaPick) = (new int[groups], new int[groups], new Vector128<byte>[groups],
            new Vector128<byte>[groups]);
        _shuffles = Plan(_lumaBase, _lumaPick, 0) & Plan(_chromaBase, _chromaPick, 1);
    }

    public int Width { get; }

    public int Height { get; }

    // Width·Height values, then slack.
    public byte[] Blue { get; }

    public byte[] Green { get; }

    public byte[] Red { get; }

    public static long FrameBytes(int width, int height, FrameLayout layout) =>
        layout == FrameLayout.Bgr24 ? 3L * width * height : (long)width * height + 2L * ((width + 1) / 2) * ((height + 1) / 2);

    public void Shrink(ReadOnlySpan<byte> frame)
    {
        (_slotRow[0], _slotRow[1]) = (-1, -1);
        for (int y = 0; y < Height; y++)
        {
            int upper = Slot(frame, _rows.First[y], keep: -1), lower = Slot(frame, _rows.Second[y], keep: upper);
            Blend(_slots[upper], _slots[lower], _rows.Weights[2 * y], _rows.Weights[2 * y + 1], y);
        }
    }

    int Slot(ReadOnlySpan<byte> frame, int row, int keep)
    {
        if (_slotRow[0] == row) return 0;
        if (_slotRow[1] == row) return 1;
        int slot = keep == 0 || (keep < 0 && _slotRow[1] < _slotRow[0]) ? 1 : 0;
        _slotRow[slot] = row;
        if (_layout == FrameLayout.Bgr24) BgrRow(frame.Slice(3 * row * _width, 3 * _width), _slots[slot]);
        else YuvRow(frame, row, _slots[slot]);
        return slot;
    }

    // One source row, interpolated to the output's columns: weighted sums >> 4, which fit 16 bits.
    void BgrRow(ReadOnlySpan<byte> row, short[] to)
    {
        for (int x = 0; x < Width; x++)
        {
            int first = 3 * _columns.First[x], second = 3 * _columns.Second[x], a = _weights[2 * x], b = _weights[2 * x + 1];
            to[x] = (short)((row[first] * a + row[second] * b) >> 4);
            to[_padded + x] = (short)((row[first + 1] * a + row[second + 1] * b) >> 4);
            to[2 * _padded + x] = (short)((row[first + 2] * a + row[second + 2] * b) >> 4);
        }
    }

    void YuvRow(ReadOnlySpan<byte> frame, int row, short[] to)
    {
        int chromaSize = _chromaWidth * ((_height + 1) / 2), chromaRow = _width * _height + (row >> 1) * _chromaWidth;
        ref byte y = ref Unsafe.Add(ref MemoryMarshal.GetReference(frame), row * _width);
        ref byte u = ref Unsafe.Add(ref MemoryMarshal.GetReference(frame), chromaRow);
        ref byte v = ref Unsafe.Add(ref MemoryMarshal.GetReference(frame), chromaRow + chromaSize);
        if (!_shuffles)
        {
            for (int x = 0; x < Width; x++)
            {
                int first = _columns.First[x], second = _columns.Second[x];
                (_y[2 * x], _y[2 * x + 1]) = (Unsafe.Add(ref y, first), Unsafe.Add(ref y, second));
                (_u[2 * x], _u[2 * x + 1]) = (Unsafe.Add(ref u, first >> 1), Unsafe.Add(ref u, second >> 1));
                (_v[2 * x], _v[2 * x + 1]) = (Unsafe.Add(ref v, first >> 1), Unsafe.Add(ref v, second >> 1));
            }
        }
        Vector256<short> yOffset = Vector256.Create(_matrix.YOffset), chroma = Vector256.Create(YuvMatrix.ChromaOffset);
        Vector256<short> yy = Vector256.Create(_matrix.Y), rv = Vector256.Create(_matrix.VtoR), bu = Vector256.Create(_matrix.UtoB),
            gu = Vector256.Create(_matrix.UtoG), gv = Vector256.Create(_matrix.VtoG);
        Vector256<short> most = Vector256.Create((short)255);
        ref short blue = ref MemoryMarshal.GetArrayDataReference(to);
        ref short green = ref Unsafe.Add(ref blue, _padded), red = ref Unsafe.Add(ref green, _padded);
        ref short weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        // Eight outputs a turn, from sixteen source pixels.
        for (int x = 0; x < _padded; x += 2 * Group)
        {
            Vector128<byte> y16, u16, v16;
            if (_shuffles)
            {
                int g = x / Group;
                y16 = Pick(ref y, _lumaBase, _lumaPick, g);
                u16 = Pick(ref u, _chromaBase, _chromaPick, g);
                v16 = Pick(ref v, _chromaBase, _chromaPick, g);
            }
            else (y16, u16, v16) = (Vector128.LoadUnsafe(ref _y[2 * x]), Vector128.LoadUnsafe(ref _u[2 * x]),
                Vector128.LoadUnsafe(ref _v[2 * x]));
            var luma = Lanes.MulHigh((Lanes.Widen(y16) << 3) - yOffset, yy);
            Vector256<short> uu = (Lanes.Widen(u16) << 3) - chroma, vv = (Lanes.Widen(v16) << 3) - chroma;
            var b = luma + Lanes.MulHigh(uu, bu);
            var g16 = luma + Lanes.MulHigh(uu, gu) + Lanes.MulHigh(vv, gv);
            var r = luma + Lanes.MulHigh(vv, rv);
            var pair = Vector256.LoadUnsafe(ref weights, (nuint)(2 * x));
            Put(b, pair, most, ref blue, x);
            Put(g16, pair, most, ref green, x);
            Put(r, pair, most, ref red, x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Pick(ref byte row, int[] bases, Vector128<byte>[] picks, int group)
    {
        var low = Vector128.Shuffle(Vector128.LoadUnsafe(ref row, (nuint)bases[group]), picks[group]);
        var high = Vector128.Shuffle(Vector128.LoadUnsafe(ref row, (nuint)bases[group + 1]), picks[group + 1]);
        return Vector128.Create(low.GetLower(), high.GetLower());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector256<short> values, Vector256<short> weights, Vector256<short> most, ref short to, int x)
    {
        var sums = Lanes.MulAddPairs(Vector256.Min(Vector256.Max(values, Vector256<short>.Zero), most), weights) >> 4;
        Vector128.Narrow(sums.GetLower(), sums.GetUpper()).StoreUnsafe(ref to, (nuint)x);
    }

    // Two source rows into an output row: each product >> 16 on its own, then a rounded quarter, as OpenCV does.
    void Blend(short[] upper, short[] lower, short a, short b, int y)
    {
        Plane(0, Blue);
        Plane(_padded, Green);
        Plane(2 * _padded, Red);

        void Plane(int from, byte[] to)
        {
            Vector256<short> wa = Vector256.Create(a), wb = Vector256.Create(b), two = Vector256.Create((short)2);
            int at = y * Width, x = 0;
            for (; x <= Width - Step; x += Step)
            {
                var sum = (Lanes.MulHigh(Vector256.LoadUnsafe(ref upper[from + x]), wa)
                    + Lanes.MulHigh(Vector256.LoadUnsafe(ref lower[from + x]), wb) + two) >> 2;
                Vector128.Narrow(sum.GetLower().AsUInt16(), sum.GetUpper().AsUInt16()).StoreUnsafe(ref to[at + x]);
            }
            for (; x < Width; x++) to[at + x] = (byte)((((upper[from + x] * a) >> 16) + ((lower[from + x] * b) >> 16) + 2) >> 2);
        }
    }

    // Where each group of four outputs reads its eight bytes; false where they lie too far apart.
    bool Plan(int[] bases, Vector128<byte>[] picks, int shift)
    {
        Span<byte> pick = stackalloc byte[16];
        for (int g = 0; g < bases.Length; g++)
        {
            int x0 = Math.Min(g * Group, Width - 1);
            bases[g] = _columns.First[x0] >> shift;
            pick.Clear();
            for (int i = 0; i < Group; i++)
            {
                int x = Math.Min(g * Group + i, Width - 1);
                int first = (_columns.First[x] >> shift) - bases[g], second = (_columns.Second[x] >> shift) - bases[g];
                if (second >= 16) return false;
                (pick[2 * i], pick[2 * i + 1]) = ((byte)first, (byte)second);
            }
            picks[g] = Vector128.Create<byte>(pick);
        }
        return true;
    }
}
