namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>One axis of OpenCV's 8-bit INTER_LINEAR: output i lies at (i + ½)·scale − ½ between source <see cref="First"/>[i] and the next
/// one; the two weights are 11-bit integers that add up to 2048.</summary>
sealed class ShrinkAxis
{
    const int One = 2048;

    // Outside the picture columns clamp their weights: the border's own value counts alone; rows hold their index inside instead.
    public ShrinkAxis(int source, int size, bool clampWeights)
    {
        (First, Second, Weights) = (new int[size], new int[size], new short[2 * size]);
        // As there: the inverse of the inverse, in double; the position in single precision.
        double scale = 1.0 / ((double)size / source);
        Scale = scale;
        for (int i = 0; i < size; i++)
        {
            float at = (float)((i + 0.5) * scale - 0.5);
            int first = (int)MathF.Floor(at);
            at -= first;
            if (clampWeights && first < 0) (first, at) = (0, 0);
            if (clampWeights && first >= source - 1) (first, at) = (source - 1, 0);
            First[i] = Math.Clamp(first, 0, source - 1);
            Second[i] = Math.Clamp(first + 1, 0, source - 1);
            Weights[2 * i] = (short)MathF.Round((1f - at) * One, MidpointRounding.ToEven);
            Weights[2 * i + 1] = (short)MathF.Round(at * One, MidpointRounding.ToEven);
        }
    }

    // Source ÷ output length.
    public double Scale { get; }

    public int[] First { get; }

    public int[] Second { get; }

    public short[] Weights { get; }
}
