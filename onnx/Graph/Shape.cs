using System.Collections;

namespace Alignment.Onnx.Graph;

// A tensor's sides, outermost first; none for a scalar.
sealed class Shape(params IReadOnlyList<Dim> dims) : IReadOnlyList<Dim>, IEquatable<Shape>
{
    readonly Dim[] _dims = [.. dims];

    public static Shape Scalar { get; } = new();

    public int Count => _dims.Length;
    public Dim this[int index] => _dims[index];

    public bool IsFixed => _dims.All(d => d.IsFixed);

    /// <summary>Only when <see cref="IsFixed"/>.</summary>
    public long[] Numbers => [.. _dims.Select(d => d.Value)];

    /// <summary>Only when <see cref="IsFixed"/>.</summary>
    public long Elements => _dims.Aggregate(1L, (n, d) => checked(n * d.Value));

    public Shape With(int axis, Dim dim)
    {
        var changed = _dims.ToArray();
        changed[axis] = dim;
        return new(changed);
    }

    // An ONNX axis (negative from the end) as 0 … rank − 1.
    public int Axis(long axis)
    {
        long at = axis < 0 ? axis + Count : axis;
        if (at < 0 || at >= Count) throw new ArgumentOutOfRangeException(nameof(axis), axis, $"The shape {this} has {Count} axes.");
        return (int)at;
    }

    public bool HasAsManyElementsAs(Shape other) => Product() == other.Product();

    // The number of elements as a number times named sizes.
    public (long Number, List<string> Sizes) Factors()
    {
        var factors = _dims.Select(d => d.Factors()).ToArray();
        return (factors.Aggregate(1L, (n, f) => n * f.Number), [.. factors.SelectMany(f => f.Sizes)]);
    }

    (long Number, string Sizes) Product()
    {
        var (number, sizes) = Factors();
        return (number, string.Join('*', sizes.Order(StringComparer.Ordinal)));
    }

    public bool Equals(Shape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);
    public override bool Equals(object? obj) => Equals(obj as Shape);
    public override int GetHashCode() => _dims.Aggregate(_dims.Length, HashCode.Combine);
    public override string ToString() => $"[{string.Join(", ", _dims)}]";
    public IEnumerator<Dim> GetEnumerator() => _dims.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
