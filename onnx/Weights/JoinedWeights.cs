namespace Alignment.Onnx.Weights;

/// <summary>For equal names the first wins.</summary>
sealed class JoinedWeights : IWeights
{
    readonly Dictionary<string, IWeights> _sources = new(StringComparer.Ordinal);
    readonly Dictionary<string, WeightInfo> _infos = new(StringComparer.Ordinal);

    public JoinedWeights(params ReadOnlySpan<IWeights> sources)
    {
        foreach (IWeights source in sources)
            foreach ((string name, WeightInfo info) in source.Infos)
                if (_sources.TryAdd(name, source)) _infos.Add(name, info);
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos => _infos;

    public void Read(string name, long start, Span<float> into) => _sources[name].Read(name, start, into);

    public void Read(string name, long start, Span<Half> into) => _sources[name].Read(name, start, into);
}
