namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// How many controls are denoised together: a given number, or as many as fit (<see cref="EditOptions.AutoBatch"/>). For the latter the
/// first edit runs alone, and the process's growth is taken as each picture's need; the size is halved where memory runs out nevertheless.
/// </summary>
sealed class BatchSize(int size)
{
    // Bigger batches are no faster (docs/benchmarks.md).
    public const int MaxAuto = 8;

    // The rest of the free memory is for decoding, pictures, and whatever else runs.
    const double Share = 0.6;

    // An edit that seems to need less ran in memory the process had already.
    const long MinGrowth = 16L << 20;

    int _max = size == EditOptions.AutoBatch ? 1 : size;

    public bool IsUnknown { get; private set; } = size == EditOptions.AutoBatch;

    public int Next(int left) => Math.Min(left, _max);

    // One edit's growth in bytes, and the memory still free after it.
    public void Measured(long growth, long free)
    {
        IsUnknown = false;
        // A larger batch gets tensors of its own beside those of one, so all of its pictures must find room in what is free.
        _max = (int)Math.Clamp(Share * free / Math.Max(MinGrowth, growth), 1, MaxAuto);
    }

    public bool Shrink(int pictures)
    {
        if (pictures <= 1) return false;
        _max = pictures / 2;
        return true;
    }
}
