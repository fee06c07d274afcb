using System.Globalization;
using System.Runtime.InteropServices;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

/// <summary>Constants, each stored once, and sizes read off while the model runs, each read once.</summary>
sealed partial class ModelGraph
{
    const int LongestNameOfNumbers = 40;

    readonly Dictionary<string, List<Value>> _constantsByName = new(StringComparer.Ordinal);
    readonly Dictionary<string, Value> _runtimeInts = new(StringComparer.Ordinal);
    readonly Dictionary<Dim, (Value From, int Axis)> _sources = [];
    readonly Dictionary<string, Dim> _sizesByText = new(StringComparer.Ordinal);

    public Value Constant(float number) => Constant([number], Shape.Scalar);

    /// <summary>A number in a floating-point type, rounded to it.</summary>
    internal Value Constant(float number, ElementType type) =>
        type == ElementType.Float16 ? Constant(MemoryMarshal.AsBytes<Half>([(Half)number]), type, Shape.Scalar, NameOf([number], Shape.Scalar)) : Constant(number);

    public Value Constant(long number) => Constant([number], Shape.Scalar);

    /// <summary>A vector of int64, as operators take axes and sizes.</summary>
    public Value Constant(params ReadOnlySpan<long> numbers) => Constant(numbers, new Shape(numbers.Length));

    public Value Constant(ReadOnlySpan<float> numbers, Shape shape, string? name = null) =>
        Constant(MemoryMarshal.AsBytes(numbers), ElementType.Float32, shape, name ?? NameOf(numbers, shape));

    public Value Constant(ReadOnlySpan<long> numbers, Shape shape, string? name = null) =>
        Constant(MemoryMarshal.AsBytes(numbers), ElementType.Int64, shape, name ?? NameOf(numbers, shape));

    Value Constant(ReadOnlySpan<byte> data, ElementType type, Shape shape, string name)
    {
        long count = shape.Numbers.Aggregate(1L, (n, d) => n * d);
        if (count * type.Size() != data.Length)
            throw GraphException.For($"Constant '{name}'", $"{data.Length / type.Size()} numbers", $"{count}, as its shape {shape} has");
        string full = $"constants/{type.ToString().ToLowerInvariant()}/{name}";
        if (!_constantsByName.TryGetValue(full, out var known)) _constantsByName.Add(full, known = []);
        foreach (Value same in known)
            if (same.Type == type && same.Shape.Equals(shape) && data.SequenceEqual(same.Data)) return same;
        var value = new Value(this, UniqueName(full), ValueKind.Constant, type, shape) { Data = data.ToArray() };
        known.Add(value);
        _constants.Add(value);
        return value;
    }

    /// <summary>The numbers themselves while they are few: "0.5" for a scalar, "[0,-1]" for a vector.</summary>
    static string NameOf<T>(ReadOnlySpan<T> numbers, Shape shape) where T : IFormattable
    {
        var texts = new List<string>();
        int length = 0;
        foreach (T number in numbers)
        {
            string text = number.ToString(null, CultureInfo.InvariantCulture);
            if ((length += text.Length + 1) > LongestNameOfNumbers) return $"of{shape}".Replace(" ", "", StringComparison.Ordinal);
            texts.Add(text);
        }
        string joined = string.Join(',', texts);
        return shape.Count == 0 ? joined : shape.Count == 1 ? $"[{joined}]" : $"[{joined}]of{shape}".Replace(" ", "", StringComparison.Ordinal);
    }

    /// <summary>Remembers where each named size can be read when the model runs: the first value that has it.</summary>
    Value Register(Value value)
    {
        for (int axis = 0; axis < value.Rank; axis++)
            if (!value.Shape[axis].IsFixed && _sources.TryAdd(value.Shape[axis], (value, axis)))
                _sizesByText.TryAdd(value.Shape[axis].ToString(), value.Shape[axis]);
        return value;
    }

    /// <summary>The size that some value has under this text, with its normal form; else a size of its own.</summary>
    internal Dim KnownSize(string text) => _sizesByText.TryGetValue(text, out Dim known) ? known : Dim.Named(text);

    /// <summary>True when some value has this size, so that it can be read off when the model runs.</summary>
    internal bool HasSource(Dim dim) => _sources.ContainsKey(dim);

    /// <summary>
    /// An int64 vector of sizes, some of them known only when the model runs: a constant where possible, else
    /// read by Shape nodes and joined. Numbers below 1 keep the meaning the reading operator gives them.
    /// </summary>
    internal Value RuntimeInts(IReadOnlyList<Dim> dims)
    {
        if (dims.All(d => d.IsFixed)) return Constant(dims.Select(d => d.Value).ToArray());
        string key = string.Join(",", dims);
        if (_runtimeInts.TryGetValue(key, out Value? known)) return known;
        var parts = dims.Select(d => d.IsFixed ? Constant([d.Value]) : RuntimeInt(d)).ToArray();
        Value made = parts.Length == 1 ? parts[0] : Unscoped($"sizes/{key}", n => Value.Concat(0, n, parts));
        return _runtimeInts[key] = made;
    }

    /// <summary>Sizes plus numbers, for the ends of a slice: each sum has a known form, though no value need have it as a side.</summary>
    internal Value RuntimeSums(IReadOnlyList<Dim> dims, IReadOnlyList<long> plus)
    {
        if (plus.All(p => p == 0) || dims.All(d => d.IsFixed)) return RuntimeInts([.. dims.Zip(plus, (d, p) => d + p)]);
        return RuntimeInts(dims) + Constant([.. plus]);
    }

    Value RuntimeInt(Dim dim)
    {
        if (_runtimeInts.TryGetValue(dim.ToString(), out Value? known)) return known;
        if (!_sources.TryGetValue(dim, out var source))
            throw GraphException.For($"Graph '{Name}'", $"the size '{dim}' in no value yet", "a size that some input or value has");
        Value made = Unscoped($"sizes/{dim}", n => Add(Op.Shape, [source.From], Attributes(("start", source.Axis), ("end", source.Axis + 1)), name: n).Outputs[0]);
        return _runtimeInts[dim.ToString()] = made;
    }

    /// <summary>Shared values belong to no layer, so they do not carry the scope that happened to ask first.</summary>
    Value Unscoped(string name, Func<string, Value> make)
    {
        string[] open = [.. _scopes];
        _scopes.Clear();
        Value made = make(name);
        _scopes.AddRange(open);
        return made;
    }

    internal static KeyValuePair<string, object?>[] Attributes(params ReadOnlySpan<(string Name, object? Value)> pairs)
    {
        var made = new KeyValuePair<string, object?>[pairs.Length];
        for (int i = 0; i < pairs.Length; i++) made[i] = new(pairs[i].Name, pairs[i].Value);
        return made;
    }
}
