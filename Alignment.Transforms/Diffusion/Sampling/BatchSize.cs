namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// How many controls are denoised together: as many as asked for, or as many as fit. For the latter the first edit is made alone, and the memory the process grew by
/// is taken for what each picture of a batch needs. Whatever was chosen is halved where memory runs out nevertheless.
/// </summary>
/// <param name="asked"><see cref="EditOptions.AutoBatch"/>, or a number.</param>
sealed class BatchSize(int asked)
{
    /// <summary>Bigger batches are no faster (docs/benchmarks.md), so more memory is not taken for them.</summary>
    public const int MostByItself = 8;

    /// <summary>What is left of the free memory is for decoding, pictures, and whatever else runs.</summary>
    const double Share = 0.6;

    /// <summary>An edit that seems to need less was made in memory that the process had already.</summary>
    const long LeastGrowth = 16L << 20;

    int _most = asked == EditOptions.AutoBatch ? 1 : asked;

    /// <summary>Whether the next edit is to be measured.</summary>
    public bool IsUnknown { get; private set; } = asked == EditOptions.AutoBatch;

    /// <summary>How many of those left come next.</summary>
    public int Next(int left) => Math.Min(left, _most);

    /// <summary>Takes one edit's growth in bytes, and the memory still free after it.</summary>
    public void Measured(long growth, long free)
    {
        IsUnknown = false;
        // A larger batch gets tensors of its own beside those of one, so all of its pictures must find room in what is free.
        _most = (int)Math.Clamp(Share * free / Math.Max(LeastGrowth, growth), 1, MostByItself);
    }

    /// <summary>After memory ran out with <paramref name="pictures"/>: half as many from now on. False where one was too many already.</summary>
    public bool Shrink(int pictures)
    {
        if (pictures <= 1) return false;
        _most = pictures / 2;
        return true;
    }
}
