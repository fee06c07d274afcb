namespace Alignment.Transforms.Diffusion.Compositing;

/// <summary>
/// Exact Euclidean distances in linear time: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (Theory of Computing
/// 8, 2012).
/// </summary>
static class DistanceTransform
{
    // Of each pixel to the nearest target; infinite where there is none.
    public static float[] Squared(ReadOnlySpan<bool> target, int width, int height)
    {
        var squared = new float[target.Length];
        for (int i = 0; i < target.Length; i++) squared[i] = target[i] ? 0 : float.PositiveInfinity;

        int longest = Math.Max(width, height);
        float[] line = new float[longest], result = new float[longest];
        var scratch = new Envelope(longest);
        for (int x = 0; x < width; x++)
        {
            for (int y = 0; y < height; y++) line[y] = squared[y * width + x];
            scratch.Transform(line.AsSpan(0, height), result);
            for (int y = 0; y < height; y++) squared[y * width + x] = result[y];
        }
        for (int y = 0; y < height; y++)
        {
            Span<float> row = squared.AsSpan(y * width, width);
            scratch.Transform(row, result);
            result.AsSpan(0, width).CopyTo(row);
        }
        return squared;
    }

    // The lower envelope of the parabolas (x − p)² + f(p): algorithm 1.
    sealed class Envelope(int longest)
    {
        readonly int[] _vertex = new int[longest];
        readonly double[] _from = new double[longest + 1];

        public void Transform(ReadOnlySpan<float> f, Span<float> into)
        {
            int last = -1;
            for (int q = 0; q < f.Length; q++)
            {
                if (float.IsPositiveInfinity(f[q])) continue;
                double meets = double.NegativeInfinity;
                while (last >= 0)
                {
                    int p = _vertex[last];
                    meets = (f[q] + (double)q * q - (f[p] + (double)p * p)) / (2.0 * (q - p));
                    if (meets > _from[last]) break;
                    meets = double.NegativeInfinity;
                    last--;
                }
                _vertex[++last] = q;
                _from[last] = meets;
            }
            if (last < 0)
            {
                into[..f.Length].Fill(float.PositiveInfinity);
                return;
            }
            _from[last + 1] = double.PositiveInfinity;
            for (int q = 0, k = 0; q < f.Length; q++)
            {
                while (_from[k + 1] < q) k++;
                float away = q - _vertex[k];
                into[q] = away * away + f[_vertex[k]];
            }
        }
    }
}
