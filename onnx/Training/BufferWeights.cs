using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

// Trained parameters' current values as weights, to author and save a model with.
sealed class BufferWeights : IWeights
{
    readonly ParameterBuffers _buffers;
    readonly FloatBuffer _values;
    readonly string _prefix;

    /// <summary>
    /// A <paramref name="scope"/> is removed from the names, and other scopes' parameters are left out; <paramref name="values"/> replace
    /// the parameters, such as a running average.
    /// </summary>
    public BufferWeights(ParameterBuffers buffers, string? scope = null, FloatBuffer? values = null)
    {
        (_buffers, _values, _prefix) = (buffers, values ?? buffers.Parameters, scope is null ? "" : scope + ".");
        Infos = buffers.Slots.Where(s => s.Name.StartsWith(_prefix, StringComparison.Ordinal))
            .Select(s => ParameterBuffers.Info(s) with { Name = s.Name[_prefix.Length..] })
            .ToDictionary(i => i.Name);
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    public void Read(string name, long start, Span<float> into)
    {
        ParameterSlot slot = _buffers[_prefix + name];
        Infos[name].CheckRange(start, into.Length);
        _values.Span(slot.Start + start, into.Length).CopyTo(into);
    }
}
