using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>A parameter's place in each buffer; <paramref name="Start"/> is a multiple of 16.</summary>
sealed record ParameterSlot(string Name, IReadOnlyList<long> Shape, long Start, long Count);

/// <summary>
/// Parameters, gradients and Adam's two moments, each in one flat native buffer of the same layout, worked on in place. Elements between
/// parameters (at most 15) stay zero.
/// </summary>
public sealed class ParameterBuffers : IDisposable
{
    const int AlignmentElements = 16;

    const int ChunkElements = 1 << 18;

    readonly Dictionary<string, ParameterSlot> _byName = [];
    FloatBuffer? _accumulated;

    /// <summary>Throws <see cref="ArgumentException"/> where a name comes twice.</summary>
    internal ParameterBuffers(IEnumerable<WeightInfo> parameters)
    {
        long at = 0;
        var slots = new List<ParameterSlot>();
        foreach (WeightInfo info in parameters)
        {
            var slot = new ParameterSlot(info.Name, [.. info.Shape], at, info.Count);
            _byName.Add(slot.Name, slot);
            slots.Add(slot);
            at = checked((at + slot.Count + AlignmentElements - 1) / AlignmentElements * AlignmentElements);
        }
        (Slots, Length) = (slots, at);
        (Parameters, Gradients, FirstMoments, SecondMoments) = (new(at), new(at), new(at), new(at));
    }

    internal IReadOnlyList<ParameterSlot> Slots { get; }

    // Elements of each buffer, with those between parameters.
    internal long Length { get; }

    public long Count => Slots.Sum(s => s.Count);

    internal FloatBuffer Parameters { get; }
    internal FloatBuffer Gradients { get; }

    // Adam's running mean of the gradient.
    internal FloatBuffer FirstMoments { get; }

    // Adam's running mean of the squared gradient.
    internal FloatBuffer SecondMoments { get; }

    // Micro batches since the last optimizer step.
    internal int Accumulated { get; private set; }

    internal ParameterSlot this[string name] => _byName[name];

    internal ParameterSlot? Find(string name) => _byName.GetValueOrDefault(name);

    internal FloatBuffer NewBuffer() => new(Length);

    internal void Fill(IWeights weights)
    {
        WeightCheck.Demand("trained parameters", [.. Slots.Select(Info)], weights);
        foreach (ParameterSlot slot in Slots)
            foreach (var (at, count) in Chunks(slot.Count)) weights.Read(slot.Name, at, Parameters.Span(slot.Start + at, count));
    }

    // The pieces in which so many elements are moved.
    internal static IEnumerable<(long At, int Count)> Chunks(long elements)
    {
        for (long at = 0; at < elements; at += ChunkElements) yield return (at, (int)Math.Min(ChunkElements, elements - at));
    }

    /// <summary>
    /// Adds the last run's gradients to those of earlier micro batches; the next optimizer step takes their mean. Call it after every run
    /// when a step has several micro batches, never when it has one.
    /// </summary>
    internal void Accumulate()
    {
        _accumulated ??= NewBuffer();
        foreach (var (at, count) in Chunks(Length))
        {
            Span<float> sum = _accumulated.Span(at, count), added = Gradients.Span(at, count);
            if (Accumulated == 0) added.CopyTo(sum);
            else TensorPrimitives.Add(sum, added, sum);
        }
        Accumulated++;
    }

    // Discards accumulated micro batches.
    internal void ForgetAccumulated() => Accumulated = 0;

    // The gradient of an optimizer step: the sum over micro batches, and their number.
    internal (FloatBuffer Sum, int Batches) StepGradients => Accumulated == 0 ? (Gradients, 1) : (_accumulated!, Accumulated);

    internal static WeightInfo Info(ParameterSlot slot) => new(slot.Name, WeightType.F32, slot.Shape);

    public void Dispose()
    {
        foreach (FloatBuffer? buffer in new[] { Parameters, Gradients, FirstMoments, SecondMoments, _accumulated }) buffer?.Dispose();
    }
}
