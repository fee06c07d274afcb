using Alignment.Onnx.Weights;

namespace Alignment.MLNet.Training;

/// <summary>The exponential moving average of the weights: after each step m ← d m + (1 − d) w, from m = w. It changes places with the
/// weights for a while, so that whatever evaluates or saves them needs to know nothing of it.</summary>
sealed class WeightAverage
{
    const string FileName = "average.safetensors", Tensor = "average";

    const int Piece = 1 << 20;

    readonly ITrainingStep _step;
    readonly float _decay;
    readonly float[][] _average;

    public WeightAverage(ITrainingStep step, double decay)
    {
        (_step, _decay) = (step, (float)decay);
        _average = [.. Pieces().Select(p => new float[p.Count])];
        Each((values, average) => values.CopyTo(average));
    }

    public void Update() => Each((values, average) =>
    {
        TensorPrimitives.Multiply(average, _decay, average);
        TensorPrimitives.MultiplyAdd(values, 1 - _decay, average, average);
    });

    // Puts the average in the weights' place until the result is disposed. Null does nothing.
    public static IDisposable? InPlace(WeightAverage? average)
    {
        if (average is null) return null;
        average.Swap();
        return new Back(average);
    }

    public void Save(string folder) => SafetensorsWriter.Write(Path.Combine(folder, FileName),
        [new(new(Tensor, WeightType.F32, [_step.Length]), to =>
    {
        foreach (float[] piece in _average) to.Write(MemoryMarshal.AsBytes(piece.AsSpan()));
    })]);

    public void Load(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        if (!file.Infos.TryGetValue(Tensor, out WeightInfo? info) || info.Count != _step.Length)
            throw BadDataException.For($"The checkpoint '{folder}'", "an average of another model's weights", $"{_step.Length} values",
                $"Begin anew with {ControlNetTrainingOptions.ResumeOption} none.");
        long at = 0;
        foreach (float[] piece in _average)
        {
            file.Read(Tensor, at, piece);
            at += piece.Length;
        }
    }

    void Swap() => Each((values, average) =>
    {
        for (int i = 0; i < values.Length; i++) (values[i], average[i]) = (average[i], values[i]);
    });

    delegate void Both(Span<float> values, Span<float> average);

    void Each(Both work)
    {
        int k = 0;
        foreach (var (start, count) in Pieces()) work(_step.Values(start, count), _average[k++]);
    }

    IEnumerable<(long Start, int Count)> Pieces()
    {
        for (long at = 0; at < _step.Length; at += Piece) yield return (at, (int)Math.Min(Piece, _step.Length - at));
    }

    sealed class Back(WeightAverage average) : IDisposable
    {
        public void Dispose() => average.Swap();
    }
}
