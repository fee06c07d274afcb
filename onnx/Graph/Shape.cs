using System.Collections;

namespace Alignment.Onnx.Graph;

/// <summary>A tensor's sides, outermost first; none for a scalar.</summary>
sealed class Shape(params IReadOnlyList<Dim> dims) : IReadOnlyList<Dim>, IEquatable<Shape>
{
    readonly Dim[] _dims = [.. dims];

    public static Shape Scalar { get; } = new();

    public int Count => _dims.Length;
    public Dim this[int index] => _dims[index];

    public bool IsFixed => _dims.All(d => d.IsFixed);

    /// <summary>Only when <see cref="IsFixed"/>.</summary>
    public long[] Numbers => [.. _dims.Select(d => d.Value)];

    public Shape With(int axis, Dim dim)
    {
        var changed = _dims.ToArray();
        changed[axis] = dim;
        return new(changed);
    }

    /// <summary>An ONNX axis (negative from the end) as 0 … rank − 1.</summary>
    public int Axis(long axis)
    {
        long at = axis < 0 ? axis + Count : axis;
        if (at < 0 || at >= Count) throw new ArgumentOutOfRangeException(nameof(axis), axis, $"The shape {this} has {Count} axes.");
        return (int)at;
    }

    public bool HasAsManyElementsAs(Shape other) => Product() == other.Product();

    (long Number, string Sizes) Product()
    {
        long number = 1;
        var sizes = new List<string>();
        foreach (Dim dim in _dims)
        {
            var (n, s) = dim.Factors();
            number *= n;
            sizes.AddRange(s);
        }
        sizes.Sort(StringComparer.Ordinal);
        return (number, string.Join('*', sizes));
    }

    public bool Equals(Shape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);
    public override bool Equals(object? obj) => Equals(obj as Shape);
    public override int GetHashCode() => _dims.Aggregate(_dims.Length, HashCode.Combine);
    public override string ToString() => $"[{string.Join(", ", _dims)}]";
    public IEnumerator<Dim> GetEnumerator() => _dims.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
