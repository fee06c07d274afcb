using System.Buffers;

namespace Alignment.Transforms.Attention;

/// <summary>
/// A binary mask as horizontal runs, with running sums along each row of the frame: how many product pixels and how
/// much background attention lie under the mask shifted anywhere costs two look-ups a run instead of one a pixel.
/// </summary>
sealed class MaskRuns : IDisposable
{
    readonly int _width, _height;
    readonly (int Y, int From, int To)[] _runs;   // To is exclusive
    // Rented: scenes come by the thousand, and each would throw away megabytes.
    readonly double[] _attention;                 // [H, W+1], the background's
    readonly double[] _change;                    // [H, W+1], |what α would move| of the background's
    readonly int[] _product;                      // [H, W+1]

    public MaskRuns(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, int width, int height, double alpha)
    {
        (_width, _height) = (width, height);
        int sums = height * (width + 1);
        (_attention, _change, _product) = (ArrayPool<double>.Shared.Rent(sums), ArrayPool<double>.Shared.Rent(sums), ArrayPool<int>.Shared.Rent(sums));
        int left = width, right = 0, pixels = 0;
        var runs = new List<(int Y, int From, int To)>();
        double onProduct = 0, background = 0;
        for (int y = 0; y < height; y++)
        {
            int row = y * (width + 1), area = 0, from = -1;
            ReadOnlySpan<float> values = attention.Slice(y * width, width), product = mask.Slice(y * width, width);
            Span<double> attentions = _attention.AsSpan(row, width + 1), changes = _change.AsSpan(row, width + 1);
            Span<int> areas = _product.AsSpan(row, width + 1);
            double sum = 0, change = 0;
            (attentions[0], changes[0], areas[0]) = (0, 0, 0);
            for (int x = 0; x < width; x++)
            {
                float a = values[x];
                if (product[x] > 0)
                {
                    onProduct += a;
                    area++;
                    if (from < 0) from = x;
                }
                else
                {
                    background += a;
                    sum += a;
                    change += Math.Abs(PlaceboChange.Gain(a, alpha));
                    if (from >= 0) End(x);
                }
                (attentions[x + 1], changes[x + 1], areas[x + 1]) = (sum, change, area);
            }
            if (from >= 0) End(width);

            void End(int to)
            {
                runs.Add((y, from, to));
                (left, right) = (Math.Min(left, from), Math.Max(right, to - 1));
                pixels += to - from;
                from = -1;
            }
        }
        (Attention, BackgroundAttention, Area, Left, Right) = (onProduct, background, pixels, left, right);
        (Top, Bottom) = runs.Count > 0 ? (runs[0].Y, runs[^1].Y) : (height, 0);
        // Long runs collide soonest, so most impossible places are seen at the first look.
        _runs = [.. runs.OrderByDescending(r => r.To - r.From).ThenBy(r => r.Y).ThenBy(r => r.From)];
    }

    public void Dispose()
    {
        ArrayPool<double>.Shared.Return(_attention);
        ArrayPool<double>.Shared.Return(_change);
        ArrayPool<int>.Shared.Return(_product);
    }

    /// <summary>Number of runs: what one look at a place costs at most.</summary>
    public int Count => _runs.Length;

    /// <summary>Product pixels.</summary>
    public int Area { get; }

    /// <summary>Σ A over the product.</summary>
    public double Attention { get; }

    /// <summary>Σ A over everything else.</summary>
    public double BackgroundAttention { get; }

    /// <summary>First and last column and row with product.</summary>
    public int Left { get; }
    public int Right { get; }
    public int Top { get; }
    public int Bottom { get; }

    /// <summary>True when the mask, shifted to a place inside the frame, touches no product pixel.</summary>
    public bool IsFree(int dx, int dy)
    {
        foreach (var (y, from, to) in _runs)
        {
            int row = (y + dy) * (_width + 1) + dx;
            if (_product[row + to] != _product[row + from]) return false;
        }
        return true;
    }

    /// <summary>Background pixels, Σ A over them, and how much α would move of it, under the mask shifted to a place inside or partly outside the frame.</summary>
    public (int Background, double Attention, double Change) Measure(int dx, int dy)
    {
        int pixels = 0;
        double attention = 0, change = 0;
        foreach (var (y, from, to) in _runs)
        {
            if ((uint)(y + dy) >= (uint)_height) continue;
            int row = (y + dy) * (_width + 1), a = Math.Max(0, from + dx), b = Math.Min(_width, to + dx);
            if (a >= b) continue;
            pixels += b - a - (_product[row + b] - _product[row + a]);
            attention += _attention[row + b] - _attention[row + a];
            change += _change[row + b] - _change[row + a];
        }
        return (pixels, attention, change);
    }
}
