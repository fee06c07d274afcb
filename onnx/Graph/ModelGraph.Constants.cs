using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

// Constants, each stored once, and sizes computed at run time, each once.
sealed partial class ModelGraph
{
    const int LongestNameOfNumbers = 40;

    readonly Dictionary<string, List<Value>> _constantsByName = [];
    readonly Dictionary<string, Value> _runtimeInts = [];
    readonly Dictionary<Dim, (Value From, int Axis)> _sources = [];
    readonly Dictionary<string, Dim> _sizesByText = [];

    public Value Constant(float number) => Constant([number], Shape.Scalar);

    // A number rounded to a floating-point type.
    public Value Constant(float number, ElementType type) => type == ElementType.Float16
        ? Constant(MemoryMarshal.AsBytes<Half>([(Half)number]), type, Shape.Scalar, NameOf([number], Shape.Scalar))
        : Constant(number);

    public Value Constant(long number) => Constant([number], Shape.Scalar);

    public Value Constant(params ReadOnlySpan<long> numbers) => Constant(numbers, new Shape(numbers.Length));

    public Value Constant(ReadOnlySpan<float> numbers, Shape shape, string? name = null) =>
        Constant(MemoryMarshal.AsBytes(numbers), ElementType.Float32, shape, name ?? NameOf(numbers, shape));

    public Value Constant(ReadOnlySpan<long> numbers, Shape shape, string? name = null) =>
        Constant(MemoryMarshal.AsBytes(numbers), ElementType.Int64, shape, name ?? NameOf(numbers, shape));

    Value Constant(ReadOnlySpan<byte> data, ElementType type, Shape shape, string name)
    {
        if (shape.Elements * type.Size() != data.Length)
            throw GraphException.For($"Constant '{name}'", $"{data.Length / type.Size()} numbers",
                $"{shape.Elements}, as its shape {shape} has");
        string full = $"constants/{type.ToString().ToLowerInvariant()}/{name}";
        if (!_constantsByName.TryGetValue(full, out var known)) _constantsByName.Add(full, known = []);
        foreach (Value same in known)
            if (same.Type == type && same.Shape.Equals(shape) && data.SequenceEqual(same.Data)) return same;
        var value = new Value(this, UniqueName(full), ValueKind.Constant, type, shape) { Data = data.ToArray() };
        known.Add(value);
        _constants.Add(value);
        return value;
    }

    // "0.5" for a scalar, "[0,-1]" for a short vector; else the shape.
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
        return shape.Count == 0 ? joined : shape.Count == 1 ? $"[{joined}]"
            : $"[{joined}]of{shape}".Replace(" ", "", StringComparison.Ordinal);
    }

    Value Register(Value value)
    {
        for (int axis = 0; axis < value.Rank; axis++)
            if (!value.Shape[axis].IsFixed && _sources.TryAdd(value.Shape[axis], (value, axis)))
                _sizesByText.TryAdd(value.Shape[axis].ToString(), value.Shape[axis]);
        return value;
    }

    // A named size in normal form where some value has it.
    public Dim KnownSize(string text) => _sizesByText.TryGetValue(text, out Dim known) ? known : Dim.Named(text);

    public bool HasSource(Dim dim) => _sources.ContainsKey(dim);

    /// <summary>
    /// An int64 vector of sizes, read by Shape nodes where unknown. Numbers below 1 keep the meaning the operator gives them.
    /// </summary>
    public Value RuntimeInts(IReadOnlyList<Dim> dims)
    {
        if (dims.All(d => d.IsFixed)) return Constant(dims.Select(d => d.Value).ToArray());
        string key = string.Join(",", dims);
        if (_runtimeInts.TryGetValue(key, out Value? known)) return known;
        var parts = dims.Select(d => d.IsFixed ? Constant([d.Value]) : RuntimeInt(d)).ToArray();
        return _runtimeInts[key] = parts.Length == 1 ? parts[0] : Unscoped($"sizes/{key}", n => Value.Concat(0, n, parts));
    }

    // Sizes plus numbers, for the ends of a slice.
    public Value RuntimeSums(IReadOnlyList<Dim> dims, IReadOnlyList<long> plus)
    {
        if (plus.All(p => p == 0) || dims.All(d => d.IsFixed)) return RuntimeInts([.. dims.Zip(plus, (d, p) => d + p)]);
        return RuntimeInts(dims) + Constant([.. plus]);
    }

    Value RuntimeInt(Dim dim)
    {
        if (_runtimeInts.TryGetValue(dim.ToString(), out Value? known)) return known;
        if (!_sources.TryGetValue(dim, out var source))
            throw GraphException.For($"Graph '{Name}'", $"the size '{dim}' in no value yet", "a size that some input or value has");
        return _runtimeInts[dim.ToString()] = Unscoped($"sizes/{dim}",
            n => Add(Op.Shape, [source.From], [("start", source.Axis), ("end", source.Axis + 1)], name: n).Outputs[0]);
    }

    // Shared values are named outside the current scope.
    Value Unscoped(string name, Func<string, Value> author)
    {
        string[] open = [.. _scopes];
        _scopes.Clear();
        Value value = author(name);
        _scopes.AddRange(open);
        return value;
    }
}
