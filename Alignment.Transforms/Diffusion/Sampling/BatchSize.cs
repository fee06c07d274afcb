namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// How many controls are denoised together: a given number, or as many as fit. For the latter the first edit runs alone, and the memory the
/// process grew by is taken as the need of each picture of a batch. The size is halved where memory runs out nevertheless.
/// </summary>
/// <param name="size"><see cref="EditOptions.AutoBatch"/>, or a number.</param>
sealed class BatchSize(int size)
{
    /// <summary>Bigger batches are no faster (docs/benchmarks.md).</summary>
    public const int MaxAuto = 8;

    /// <summary>The rest of the free memory is for decoding, pictures, and whatever else runs.</summary>
    const double Share = 0.6;

    /// <summary>An edit that seems to need less ran in memory that the process had already.</summary>
    const long MinGrowth = 16L << 20;

    int _max = size == EditOptions.AutoBatch ? 1 : size;

    /// <summary>Whether the next edit is to be measured.</summary>
    public bool IsUnknown { get; private set; } = size == EditOptions.AutoBatch;

    /// <summary>How many of those left come next.</summary>
    public int Next(int left) => Math.Min(left, _max);

    /// <summary>Takes one edit's growth in bytes, and the memory still free after it.</summary>
    public void Measured(long growth, long free)
    {
        IsUnknown = false;
        // A larger batch gets tensors of its own beside those of one, so all of its pictures must find room in what is free.
        _max = (int)Math.Clamp(Share * free / Math.Max(MinGrowth, growth), 1, MaxAuto);
    }

    /// <summary>After memory ran out with <paramref name="pictures"/>: half as many from now on. False where one was too many
    /// already.</summary>
    public bool Shrink(int pictures)
    {
        if (pictures <= 1) return false;
        _max = pictures / 2;
        return true;
    }
}
