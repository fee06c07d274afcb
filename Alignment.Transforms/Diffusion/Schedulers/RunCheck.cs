namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>What every sampler checks of its caller.</summary>
static class RunCheck
{
    /// <summary>The first call lies within the run.</summary>
    public static void First(int firstCall, int calls)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstCall);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstCall, calls);
    }

    /// <summary>Output and sample have the length the run was begun for.</summary>
    public static void Lengths(int begun, ReadOnlySpan<float> output, ReadOnlySpan<float> sample)
    {
        if (output.Length != begun || sample.Length != begun) throw new ArgumentException($"The run was begun for {begun} elements, not {sample.Length}.");
    }

    /// <summary>Noise was given where a step needs it.</summary>
    public static void Noise(bool needed, ReadOnlySpan<float> noise, int count)
    {
        if (needed && noise.Length != count) throw new ArgumentException("This step needs noise of the sample's length.", nameof(noise));
    }
}
