namespace Alignment.Transforms.Diffusion.Schedulers;

static class SchedulerCheck
{
    public static void StartStep(int startStep, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startStep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(startStep, steps);
    }

    public static void Lengths(int begun, ReadOnlySpan<float> output, ReadOnlySpan<float> sample)
    {
        if (output.Length != begun || sample.Length != begun)
            throw new ArgumentException($"The run was begun for {begun} elements, not {sample.Length}.");
    }

    public static void Noise(bool needed, ReadOnlySpan<float> noise, int count)
    {
        if (needed && noise.Length != count) throw new ArgumentException("This step needs noise of the sample's length.", nameof(noise));
    }
}
