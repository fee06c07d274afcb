namespace Alignment.Onnx.Weights;

/// <summary>Tensors from several sources as one set; <paramref name="source"/> is where a tensor comes from, and its name there.</summary>
sealed class MixedWeights(IReadOnlyDictionary<string, WeightInfo> infos, Func<string, (IWeights From, string Name)> source) : IPlacedWeights
{
    public IReadOnlyDictionary<string, WeightInfo> Infos => infos;

    // For equal names the first wins.
    public static MixedWeights Joined(params IWeights[] parts) =>
        Of(parts.SelectMany(p => p.Infos.Values.Select(i => (i, p, i.Name))).DistinctBy(p => p.i.Name));

    /// <summary>
    /// Models' weights: "unet" and "conv_in.weight" give "unet.conv_in.weight". Throws where two tensors have one full name.
    /// </summary>
    public static MixedWeights Scoped(params (string Scope, IWeights Weights)[] parts) => Of(parts.SelectMany(p =>
        p.Weights.Infos.Values.Select(i => (i with { Name = p.Scope.Length == 0 ? i.Name : $"{p.Scope}.{i.Name}" }, p.Weights, i.Name))));

    static MixedWeights Of(IEnumerable<(WeightInfo Info, IWeights From, string Name)> tensors)
    {
        var byName = tensors.ToDictionary(t => t.Info.Name);
        return new(byName.ToDictionary(t => t.Key, t => t.Value.Info), n => (byName[n].From, byName[n].Name));
    }

    public void Read(string name, long start, Span<float> into)
    {
        var (from, inner) = source(name);
        from.Read(inner, start, into);
    }

    public void Read(string name, long start, Span<Half> into)
    {
        var (from, inner) = source(name);
        from.Read(inner, start, into);
    }

    public WeightPlace? Find(string name)
    {
        var (from, inner) = source(name);
        return (from as IPlacedWeights)?.Find(inner);
    }
}
