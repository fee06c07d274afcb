namespace Alignment.MLNet.Training;

// The order of the scenes: a permutation for each epoch, which depends on the seed and the epoch only.
sealed class EpochOrder(ulong seed, int scenes)
{
    const string Stream = "train/order/";

    int[] _order = [];
    long _epoch = -1;

    // The scene, 0 … n − 1, of a row of the stream over all epochs. Rows asked for in order cost one permutation an epoch.
    public int this[long row]
    {
        get
        {
            long epoch = row / scenes;
            if (epoch != _epoch) (_order, _epoch) = (Of(seed, epoch, scenes), epoch);
            return _order[row % scenes];
        }
    }

    // Fisher and Yates's shuffle (Durstenfeld 1964), from the end, with element i of the stream deciding the i-th exchange.
    public static int[] Of(ulong seed, long epoch, int scenes)
    {
        int[] order = [.. Enumerable.Range(0, scenes)];
        double[] uniform = new double[scenes];
        SeededNormal.FillUniform(uniform, seed, Invariant($"{Stream}{epoch}"));
        for (int i = scenes - 1, k = 0; i > 0; i--, k++)
        {
            int j = (int)(uniform[k] * (i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
