namespace Alignment.Transforms.Attention;

/// <summary>
/// Weights added to pixels and spread by a Gaussian, in double. What the blur carries over the edge is lost. One thread at a time.
/// </summary>
sealed class FixationDensity
{
    /// <summary>In sigma, as SciPy's <c>gaussian_filter</c>; beyond lie 0.006 % of the kernel.</summary>
    public const double Truncate = 4;

    // A blur beyond any picture is a mistaken unit.
    public const double MostSigma = 10_000;

    readonly double[] _kernelX, _kernelY, _map, _across;
    readonly List<int> _rows = [];

    // Sigmas in pixels of the map, above 0.
    public FixationDensity(int width, int height, double sigmaX, double sigmaY)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        (Width, Height) = (width, height);
        _kernelX = Kernel(sigmaX);
        _kernelY = sigmaY == sigmaX ? _kernelX : Kernel(sigmaY);
        _map = new double[checked(width * height)];
        _across = new double[_map.Length];
    }

    public int Width { get; }
    public int Height { get; }

    public void Add(int pixel, double weight) => _map[pixel] += weight;

    public void Clear() => Array.Clear(_map);

    /// <summary>Blurs what was added since <see cref="Clear"/>.</summary>
    /// <returns>[height, width]; valid until the next call.</returns>
    public ReadOnlySpan<double> Blur()
    {
        // Fixations leave most rows empty: only rows with something in them are spread along x, and only those are summed along y.
        _rows.Clear();
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<double> row = _map.AsSpan(y * Width, Width);
            if (!row.ContainsAnyExcept(0.0)) continue;
            _rows.Add(y);
            Spread(row, _across.AsSpan(y * Width, Width));
        }
        int reach = _kernelY.Length / 2, first = 0;
        for (int y = 0; y < Height; y++)
        {
            Span<double> to = _map.AsSpan(y * Width, Width);
            to.Clear();
            while (first < _rows.Count && _rows[first] < y - reach) first++;
            for (int i = first; i < _rows.Count && _rows[i] <= y + reach; i++)
                TensorPrimitives.MultiplyAdd(_across.AsSpan(_rows[i] * Width, Width), _kernelY[y - _rows[i] + reach], to, to);
        }
        return _map;
    }

    // Adds each value's share of the kernel around it.
    void Spread(ReadOnlySpan<double> row, Span<double> to)
    {
        int reach = _kernelX.Length / 2;
        to.Clear();
        for (int x = 0; x < row.Length; x++)
        {
            if (row[x] == 0) continue;
            int from = Math.Max(0, x - reach), n = Math.Min(row.Length, x + reach + 1) - from;
            Span<double> here = to.Slice(from, n);
            TensorPrimitives.MultiplyAdd(_kernelX.AsSpan(from - x + reach, n), row[x], here, here);
        }
    }

    /// <summary>e^(−x²/2σ²) at the integers up to <see cref="Truncate"/> σ, of sum 1.</summary>
    public static double[] Kernel(double sigma)
    {
        if (!(sigma is > 0 and <= MostSigma)) throw new ArgumentOutOfRangeException(nameof(sigma), sigma,
            FormattableString.Invariant($"A blur's sigma is above 0 and at most {MostSigma} pixels."));
        int reach = (int)(Truncate * sigma + 0.5);
        double[] kernel = [.. Enumerable.Range(-reach, 2 * reach + 1).Select(x => Math.Exp(-0.5 * x * x / (sigma * sigma)))];
        double sum = kernel.Sum();
        for (int i = 0; i < kernel.Length; i++) kernel[i] /= sum;
        return kernel;
    }
}
