namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>Thickened edges of a picture's brightness: Canny's detector as OpenCV computes it (3x3 Sobel with repeated borders, |dx| +
/// |dy|, direction in 15-bit fixed point), thresholds ⅔ and 4⁄3 of the median brightness, then a square dilation.</summary>
sealed class CannyEdges
{
    // tan 22.5° in 15 bits.
    const int Tangent = 13573;
    const byte Candidate = 0, None = 1, Edge = 2;

    readonly int _width, _height, _stride, _radius;
    readonly int[] _dx, _dy, _magnitude;
    readonly byte[] _map;
    readonly int[] _stack;

    public CannyEdges(int width, int height)
    {
        (_width, _height, _stride) = (width, height, width + 2);
        int size = 4 + (int)Math.Round(Math.Sqrt((double)width * height) / 192, MidpointRounding.ToEven);
        _radius = (size + 1 - size % 2) / 2;
        (_dx, _dy) = (new int[width * height], new int[width * height]);
        (_magnitude, _map) = (new int[_stride * (height + 2)], new byte[_stride * (height + 2)]);
        _stack = new int[width * height];
    }

    // 255 on and near edges, else 0.
    public void Find(ReadOnlySpan<byte> value, Span<byte> edges)
    {
        double median = Median(value[..(_width * _height)]);
        int low = (int)Math.Max(0, (1 - 1.0 / 3) * median), high = (int)Math.Min(255, (1 + 1.0 / 3) * median);
        Gradients(value);
        Trace(low, high);
        Dilate(edges);
    }

    void Gradients(ReadOnlySpan<byte> value)
    {
        for (int y = 0; y < _height; y++)
        {
            int up = Math.Max(y - 1, 0) * _width, here = y * _width, down = Math.Min(y + 1, _height - 1) * _width;
            for (int x = 0; x < _width; x++)
            {
                int l = Math.Max(x - 1, 0), r = Math.Min(x + 1, _width - 1);
                int dx = value[up + r] - value[up + l] + 2 * (value[here + r] - value[here + l]) + value[down + r] - value[down + l];
                int dy = value[down + l] - value[up + l] + 2 * (value[down + x] - value[up + x]) + value[down + r] - value[up + r];
                (_dx[here + x], _dy[here + x]) = (dx, dy);
                _magnitude[(y + 1) * _stride + x + 1] = Math.Abs(dx) + Math.Abs(dy);
            }
        }
    }

    // Keeps ridges above low that hang together with one above high.
    void Trace(int low, int high)
    {
        Array.Fill(_map, None);
        int depth = 0;
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                int at = (y + 1) * _stride + x + 1, m = _magnitude[at];
                if (m <= low || !IsRidge(at, m, _dx[y * _width + x], _dy[y * _width + x])) continue;
                if (m > high)
                {
                    _map[at] = Edge;
                    _stack[depth++] = at;
                }
                else _map[at] = Candidate;
            }
        }
        Span<int> around = [-_stride - 1, -_stride, -_stride + 1, -1, 1, _stride - 1, _stride, _stride + 1];
        while (depth > 0)
        {
            int at = _stack[--depth];
            foreach (int step in around)
            {
                if (_map[at + step] != Candidate) continue;
                _map[at + step] = Edge;
                _stack[depth++] = at + step;
            }
        }
    }

    bool IsRidge(int at, int m, int dx, int dy)
    {
        long x = Math.Abs(dx), y = (long)Math.Abs(dy) << 15, flat = x * Tangent;
        if (y < flat) return m > _magnitude[at - 1] && m >= _magnitude[at + 1];
        if (y > flat + (x << 16)) return m > _magnitude[at - _stride] && m >= _magnitude[at + _stride];
        int side = (dx ^ dy) < 0 ? -1 : 1;
        return m > _magnitude[at - _stride - side] && m > _magnitude[at + _stride + side];
    }

    void Dilate(Span<byte> edges)
    {
        edges[..(_width * _height)].Clear();
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                if (_map[(y + 1) * _stride + x + 1] != Edge) continue;
                int left = Math.Max(0, x - _radius), right = Math.Min(_width - 1, x + _radius);
                for (int row = Math.Max(0, y - _radius); row <= Math.Min(_height - 1, y + _radius); row++)
                    edges.Slice(row * _width + left, right - left + 1).Fill(255);
            }
        }
    }

    static double Median(ReadOnlySpan<byte> values)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (byte v in values) counts[v]++;
        return (At(counts, (values.Length - 1) / 2) + At(counts, values.Length / 2)) / 2.0;

        static int At(ReadOnlySpan<int> counts, int rank)
        {
            int value = 0;
            for (int seen = counts[0]; seen <= rank; seen += counts[value]) value++;
            return value;
        }
    }
}
