namespace Alignment.Transforms.Masks;

/// <summary>
/// The guided filter (He, Sun and Tang 2010, "Guided Image Filtering", equations 5, 6 and 8): within every window the result is the linear
/// function of the guide that comes nearest to the input. Six box means, whose cost does not depend on the radius.
/// </summary>
static class GuidedFilter
{
    /// <summary>
    /// In place, 0 … 1. Windows have sides of 2 <paramref name="radius"/> + 1, cut off at the edge; <paramref name="epsilon"/> is the
    /// guide's variance below which a window counts as flat.
    /// </summary>
    public static void Apply(Span<float> map, ReadOnlySpan<float> guide, int width, int height, int radius, double epsilon)
    {
        int n = width * height;
        using var rented = new Rented<float>(5 * n);
        Span<float> meanGuide = rented.Span[..n], meanMap = rented.Span.Slice(n, n), squares = rented.Span.Slice(2 * n, n),
            products = rented.Span.Slice(3 * n, n), rows = rented.Span.Slice(4 * n, n);
        for (int i = 0; i < n; i++) (squares[i], products[i]) = (guide[i] * guide[i], guide[i] * map[i]);
        guide.CopyTo(meanGuide);
        map.CopyTo(meanMap);
        BoxMean(meanGuide, rows, width, height, radius);
        BoxMean(meanMap, rows, width, height, radius);
        BoxMean(squares, rows, width, height, radius);
        BoxMean(products, rows, width, height, radius);
        Span<float> slope = squares, offset = products;
        for (int i = 0; i < n; i++)
        {
            float variance = Math.Max(0, squares[i] - meanGuide[i] * meanGuide[i]),
                covariance = products[i] - meanGuide[i] * meanMap[i];
            float a = (float)(covariance / (variance + epsilon));
            (slope[i], offset[i]) = (a, meanMap[i] - a * meanGuide[i]);
        }
        BoxMean(slope, rows, width, height, radius);
        BoxMean(offset, rows, width, height, radius);
        for (int i = 0; i < n; i++) map[i] = Math.Clamp(slope[i] * guide[i] + offset[i], 0f, 1f);
    }

    /// <summary>By running sums in double, which do not drift: across into <paramref name="rows"/>, then down.</summary>
    static void BoxMean(Span<float> map, Span<float> rows, int width, int height, int radius)
    {
        for (int y = 0; y < height; y++) Line(map.Slice(y * width, width), rows.Slice(y * width, width), radius);
        using var sums = new Rented<double>(width);
        Span<double> sum = sums.Span;
        sum.Clear();
        for (int y = 0; y < Math.Min(radius, height); y++) Add(sum, rows.Slice(y * width, width), 1);
        for (int y = 0; y < height; y++)
        {
            if (y + radius < height) Add(sum, rows.Slice((y + radius) * width, width), 1);
            if (y - radius - 1 >= 0) Add(sum, rows.Slice((y - radius - 1) * width, width), -1);
            double count = Math.Min(height - 1, y + radius) - Math.Max(0, y - radius) + 1;
            Span<float> to = map.Slice(y * width, width);
            for (int x = 0; x < width; x++) to[x] = (float)(sum[x] / count);
        }
    }

    static void Add(Span<double> sum, ReadOnlySpan<float> row, double sign)
    {
        for (int x = 0; x < row.Length; x++) sum[x] += sign * row[x];
    }

    static void Line(ReadOnlySpan<float> line, Span<float> to, int radius)
    {
        double sum = 0;
        for (int x = 0; x < Math.Min(radius, line.Length); x++) sum += line[x];
        for (int x = 0; x < line.Length; x++)
        {
            if (x + radius < line.Length) sum += line[x + radius];
            if (x - radius - 1 >= 0) sum -= line[x - radius - 1];
            to[x] = (float)(sum / (Math.Min(line.Length - 1, x + radius) - Math.Max(0, x - radius) + 1));
        }
    }
}
