using System.Diagnostics;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Wall-clock times of things that take turns, so that a busy machine slows all of them alike.</summary>
static class Timing
{
    /// <summary>The seconds of one call.</summary>
    public static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>For each piece of work its median seconds over <paramref name="rounds"/>, after warming up for half a second at least: the
    /// tiered compiler needs it.</summary>
    public static double[] Medians(int rounds, params Action[] work)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5;)
            foreach (Action piece in work) piece();
        var times = work.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < work.Length; i++) times[i].Add(Seconds(work[i]));
        return [.. times.Select(Median)];
    }

    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
