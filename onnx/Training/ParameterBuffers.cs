using System.Numerics.Tensors;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>Where a parameter lies in each buffer of <see cref="ParameterBuffers"/>.</summary>
/// <param name="Name">Its full name in the training graph ("controlnet.conv_in.weight").</param>
/// <param name="Shape">Its sides.</param>
/// <param name="Start">Its first element, a multiple of 16.</param>
/// <param name="Count">Its elements.</param>
sealed record ParameterSlot(string Name, IReadOnlyList<long> Shape, long Start, long Count);

/// <summary>
/// Everything training changes: parameters, their gradients and Adam's two moments, each in one flat native buffer of the same layout.
/// Models read parameters and write gradients in place; the optimizer runs over slices. Elements between parameters (at most 15) stay zero.
/// </summary>
public sealed class ParameterBuffers : IDisposable
{
    /// <summary>Parameters start at multiples of this: 64 bytes, a cache line and the widest vector.</summary>
    const int AlignmentElements = 16;

    /// <summary>Elements moved at a time.</summary>
    internal const int ChunkElements = 1 << 18;

    readonly Dictionary<string, ParameterSlot> _byName = new(StringComparer.Ordinal);
    FloatBuffer? _accumulated;

    /// <param name="parameters">Names and shapes, in order.</param>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
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
        Slots = slots;
        Length = at;
        Parameters = new(at);
        Gradients = new(at);
        FirstMoments = new(at);
        SecondMoments = new(at);
    }

    /// <summary>Buffers for the parameters of a graph, in its order.</summary>
    internal static ParameterBuffers For(ModelGraph graph) =>
        new(graph.Parameters.Select(p => new WeightInfo(p.Name, WeightType.F32, p.Shape.Numbers)));

    internal IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>Elements of each buffer, those between parameters included.</summary>
    internal long Length { get; }

    /// <summary>Elements of all parameters.</summary>
    public long Count => Slots.Sum(s => s.Count);

    internal FloatBuffer Parameters { get; }

    /// <summary>∂loss/∂parameter of the last run.</summary>
    internal FloatBuffer Gradients { get; }

    /// <summary>Adam's running mean of the gradient.</summary>
    internal FloatBuffer FirstMoments { get; }

    /// <summary>Adam's running mean of the squared gradient.</summary>
    internal FloatBuffer SecondMoments { get; }

    /// <summary>Micro batches accumulated since the last optimizer step.</summary>
    public int Accumulated { get; private set; }

    internal ParameterSlot this[string name] => _byName[name];

    internal ParameterSlot? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Another buffer of the same layout: for a running average of the parameters, say. The caller disposes it.</summary>
    internal FloatBuffer NewBuffer() => new(Length);

    /// <exception cref="BadDataException">Parameters are missing in <paramref name="weights"/> or have another shape; all are
    /// named.</exception>
    internal void Fill(IWeights weights)
    {
        WeightCheck.Demand("trained parameters", [.. Slots.Select(Info)], weights);
        foreach (ParameterSlot slot in Slots)
            for (long at = 0; at < slot.Count; at += ChunkElements)
                weights.Read(slot.Name, at, Parameters.Span(slot.Start + at, (int)Math.Min(ChunkElements, slot.Count - at)));
    }

    /// <summary>
    /// Adds the gradients of the last run to those of earlier micro batches; the next optimizer step takes their mean and starts anew.
    /// Call it after every run when a step has several micro batches, never when it has one.
    /// </summary>
    public void Accumulate()
    {
        _accumulated ??= NewBuffer();
        for (long at = 0; at < Length; at += ChunkElements)
        {
            int count = (int)Math.Min(ChunkElements, Length - at);
            Span<float> sum = _accumulated.Span(at, count), added = Gradients.Span(at, count);
            if (Accumulated == 0) added.CopyTo(sum);
            else TensorPrimitives.Add(sum, added, sum);
        }
        Accumulated++;
    }

    /// <summary>Discards accumulated micro batches.</summary>
    public void ForgetAccumulated() => Accumulated = 0;

    /// <summary>The gradient of an optimizer step: the sum over micro batches, and their number.</summary>
    internal (FloatBuffer Sum, int Batches) StepGradients => Accumulated == 0 ? (Gradients, 1) : (_accumulated!, Accumulated);

    internal static WeightInfo Info(ParameterSlot slot) => new(slot.Name, WeightType.F32, slot.Shape);

    public void Dispose()
    {
        Parameters.Dispose();
        Gradients.Dispose();
        FirstMoments.Dispose();
        SecondMoments.Dispose();
        _accumulated?.Dispose();
    }
}
