using System.Runtime.Intrinsics;

namespace Alignment.Onnx.Training;

// Float64, in a fixed order: the same on any machine and with any number of threads.
static class GradientNorm
{
    const int PieceElements = 1 << 16;

    public static double Of(FloatBuffer buffer)
    {
        var sums = new double[(buffer.Length + PieceElements - 1) / PieceElements];
        Parallel.For(0, sums.Length, piece =>
        {
            long start = (long)piece * PieceElements;
            sums[piece] = SumOfSquares(buffer.Span(start, (int)Math.Min(PieceElements, buffer.Length - start)));
        });
        double total = 0;
        foreach (double sum in sums) total += sum;
        return Math.Sqrt(total);
    }

    // Four running sums, each over every fourth element.
    static double SumOfSquares(ReadOnlySpan<float> x)
    {
        Vector256<double> sums = default;
        int i = 0;
        for (; i + 4 <= x.Length; i += 4)
        {
            // Product and sum stay apart: a fused multiply-add, where a processor has one, rounds differently.
            var four = Vector256.Create(x[i], x[i + 1], x[i + 2], (double)x[i + 3]);
            sums += four * four;
        }
        double total = sums[0] + sums[1] + sums[2] + sums[3];
        for (; i < x.Length; i++) total += (double)x[i] * x[i];
        return total;
    }
}
