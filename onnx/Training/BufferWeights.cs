using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>Trained parameters' current values as weights, to author and save a model with.</summary>
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
            .ToDictionary(i => i.Name, StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    public void Read(string name, long start, Span<float> into)
    {
        ParameterSlot slot = _buffers[_prefix + name];
        Infos[name].CheckRange(start, into.Length);
        _values.Span(slot.Start + start, into.Length).CopyTo(into);
    }
}

/// <summary>Models' weights as one set: "unet" and "conv_in.weight" give "unet.conv_in.weight".</summary>
sealed class ScopedWeights : IPlacedWeights
{
    readonly Dictionary<string, (IWeights From, string Name)> _places = new(StringComparer.Ordinal);
    readonly Dictionary<string, WeightInfo> _infos = new(StringComparer.Ordinal);

    /// <summary>Throws where two tensors have one full name.</summary>
    public ScopedWeights(params ReadOnlySpan<(string Scope, IWeights Weights)> parts)
    {
        foreach (var (scope, weights) in parts)
            foreach (WeightInfo info in weights.Infos.Values)
            {
                string full = scope.Length == 0 ? info.Name : $"{scope}.{info.Name}";
                _infos.Add(full, info with { Name = full });
                _places.Add(full, (weights, info.Name));
            }
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos => _infos;

    public void Read(string name, long start, Span<float> into)
    {
        var (from, inner) = _places[name];
        from.Read(inner, start, into);
    }

    WeightPlace? IPlacedWeights.Find(string name)
    {
        var (from, inner) = _places[name];
        return (from as IPlacedWeights)?.Find(inner);
    }
}
