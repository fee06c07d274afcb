namespace Alignment.Transforms.Attention;

/// <summary>
/// A binary mask as horizontal runs, with running sums along each row of the frame: how many product pixels and how
/// much background attention lie under the mask shifted anywhere costs two look-ups a run instead of one a pixel.
/// </summary>
sealed class MaskRuns
{
    readonly int _width, _height;
    readonly (int Y, int From, int To)[] _runs;   // To is exclusive
    readonly double[] _attention;                 // [H, W+1], the background's
    readonly double[] _change;                    // [H, W+1], |what α would move| of the background's
    readonly int[] _product;                      // [H, W+1]

    public MaskRuns(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, int width, int height, double alpha)
    {
        (_width, _height) = (width, height);
        (_attention, _change, _product) = (new double[height * (width + 1)], new double[height * (width + 1)], new int[height * (width + 1)]);
        (Left, Top) = (width, height);
        var runs = new List<(int Y, int From, int To)>();
        for (int y = 0; y < height; y++)
        {
            int at = y * (width + 1);
            for (int x = 0, from = -1; x < width; x++, at++)
            {
                bool on = mask[y * width + x] > 0;
                float a = attention[y * width + x];
                _attention[at + 1] = _attention[at] + (on ? 0 : a);
                _change[at + 1] = _change[at] + (on ? 0 : Math.Abs(PlaceboChange.Gain(a, alpha)));
                if (on) Attention += a;
                else BackgroundAttention += a;
                _product[at + 1] = _product[at] + (on ? 1 : 0);
                if (!on) continue;
                if (from < 0) from = x;
                if (x + 1 < width && mask[y * width + x + 1] > 0) continue;
                runs.Add((y, from, x + 1));
                (Left, Right) = (Math.Min(Left, from), Math.Max(Right, x));
                Area += x + 1 - from;
                from = -1;
            }
        }
        if (runs.Count > 0) (Top, Bottom) = (runs[0].Y, runs[^1].Y);
        // Long runs collide soonest, so most impossible places are seen at the first look.
        _runs = [.. runs.OrderByDescending(r => r.To - r.From).ThenBy(r => r.Y).ThenBy(r => r.From)];
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
