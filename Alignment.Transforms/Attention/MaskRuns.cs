using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alignment.Transforms.Attention;

/// <summary>
/// A binary mask as horizontal runs, with running sums along each row: product pixels and background attention under the shifted mask cost
/// two look-ups a run instead of one a pixel.
/// </summary>
sealed class MaskRuns : IDisposable
{
    readonly int _width, _height;
    readonly (int Y, int From, int To)[] _runs;   // To is exclusive
    // Rented: scenes come by the thousand, and each would throw away megabytes.
    readonly Vector128<double>[] _sums;           // [H, W+1], the background's attention and |what α would move| of it
    readonly int[] _product;                      // [H, W+1]

    public MaskRuns(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, int width, int height, double alpha)
    {
        (_width, _height) = (width, height);
        int sums = height * (width + 1);
        (_sums, _product) = (ArrayPool<Vector128<double>>.Shared.Rent(sums), ArrayPool<int>.Shared.Rent(sums));
        int left = width, right = 0, pixels = 0;
        var runs = new List<(int Y, int From, int To)>();
        double onProduct = 0, background = 0;
        for (int y = 0; y < height; y++)
        {
            int row = y * (width + 1);
            ReadOnlySpan<float> values = attention.Slice(y * width, width), product = mask.Slice(y * width, width);
            background += Background(values, product, alpha, _sums.AsSpan(row, width + 1));

            Span<int> areas = _product.AsSpan(row, width + 1);
            int area = 0, to = 0;
            for (int from = product.IndexOfAnyExcept(0f); from >= 0; from = to < width ? Next(product, to) : -1)
            {
                areas[to..(from + 1)].Fill(area);
                to = product[from..].IndexOf(0f) is >= 0 and int length ? from + length : width;
                for (int x = from; x < to; x++)
                {
                    onProduct += values[x];
                    areas[x + 1] = ++area;
                }
                runs.Add((y, from, to));
                (left, right) = (Math.Min(left, from), Math.Max(right, to - 1));
                pixels += to - from;
                to++;
            }
            if (to <= width) areas[to..].Fill(area);
        }
        (Attention, BackgroundAttention, Area, Left, Right) = (onProduct, background, pixels, left, right);
        (Top, Bottom) = runs.Count > 0 ? (runs[0].Y, runs[^1].Y) : (height, 0);
        // Long runs collide soonest, so most impossible places are seen at the first look.
        _runs = [.. runs.OrderByDescending(r => r.To - r.From).ThenBy(r => r.Y).ThenBy(r => r.From)];
    }

    static int Next(ReadOnlySpan<float> product, int from) => product[from..].IndexOfAnyExcept(0f) is >= 0 and int more ? from + more : -1;

    // Running sums of a row's background; returns all of its attention.
    static double Background(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, double alpha, Span<Vector128<double>> sums)
    {
        ref float a = ref MemoryMarshal.GetReference(attention), m = ref MemoryMarshal.GetReference(mask[..attention.Length]);
        ref Vector128<double> to = ref MemoryMarshal.GetReference(sums[..(attention.Length + 1)]);
        Vector256<double> factor = Vector256.Create(alpha), one = Vector256<double>.One;
        var sum = Vector128<double>.Zero;
        to = sum;
        int x = 0;
        for (; x + 3 < attention.Length; x += 4)
        {
            Vector128<float> four = Vector128.ConditionalSelect(Vector128.GreaterThan(Vector128.LoadUnsafe(ref m, (nuint)x),
                Vector128<float>.Zero), Vector128<float>.Zero, Vector128.LoadUnsafe(ref a, (nuint)x));
            var (low, high) = Vector128.Widen(four);
            Vector256<double> changes = Change(Vector256.Create(low, high));
            Unsafe.Add(ref to, x + 1) = sum += Vector128.Create(low[0], changes[0]);
            Unsafe.Add(ref to, x + 2) = sum += Vector128.Create(low[1], changes[1]);
            Unsafe.Add(ref to, x + 3) = sum += Vector128.Create(high[0], changes[2]);
            Unsafe.Add(ref to, x + 4) = sum += Vector128.Create(high[1], changes[3]);
        }
        for (; x < attention.Length; x++)
        {
            double value = mask[x] > 0 ? 0 : attention[x];
            sums[x + 1] = sum += Vector128.Create(value, Change(Vector256.Create(value))[0]);
        }
        return sum[0];

        Vector256<double> Change(Vector256<double> values) => Vector256.Abs(Vector256.Min(one, factor * values) - values);
    }

    public void Dispose()
    {
        ArrayPool<Vector128<double>>.Shared.Return(_sums);
        ArrayPool<int>.Shared.Return(_product);
    }

    // Runs: what one look at a place costs at most.
    public int Count => _runs.Length;

    public int Area { get; }

    // Σ A over the product.
    public double Attention { get; }

    // Σ A over everything else.
    public double BackgroundAttention { get; }

    // First and last column and row with product.
    public int Left { get; }
    public int Right { get; }
    public int Top { get; }
    public int Bottom { get; }

    // The mask shifted inside the frame touches no product pixel.
    public bool IsFree(int dx, int dy)
    {
        foreach (var (y, from, to) in _runs)
        {
            int row = (y + dy) * (_width + 1) + dx;
            if (_product[row + to] != _product[row + from]) return false;
        }
        return true;
    }

    // Under the shifted mask, clipped: background pixels, Σ A over them, and how much of it α would move.
    public (int Background, double Attention, double Change) Measure(int dx, int dy)
    {
        int pixels = 0;
        var sums = Vector128<double>.Zero;
        foreach (var (from, to) in new Shifted(this, dx, dy))
        {
            pixels += to - from - (_product[to] - _product[from]);
            sums += _sums[to] - _sums[from];
        }
        return (pixels, sums[0], sums[1]);
    }

    // The runs shifted and clipped, as places in the running sums.
    ref struct Shifted(MaskRuns mask, int dx, int dy)
    {
        readonly ReadOnlySpan<(int Y, int From, int To)> _runs = mask._runs;
        readonly int _width = mask._width, _height = mask._height;
        int _next;

        public (int From, int To) Current { get; private set; }

        public readonly Shifted GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_next < _runs.Length)
            {
                var (y, from, to) = _runs[_next++];
                int start = Math.Max(0, from + dx), end = Math.Min(_width, to + dx), row = (y + dy) * (_width + 1);
                if ((uint)(y + dy) >= (uint)_height || start >= end) continue;
                Current = (row + start, row + end);
                return true;
            }
            return false;
        }
    }
}
