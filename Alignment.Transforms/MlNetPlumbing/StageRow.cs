using Alignment.Transforms.Images;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// The input row of one cursor as a stage sees it. It lives as long as the cursor and moves with it: getters are
/// taken once, values are read for the row the cursor stands on. Used by one thread at a time, as cursors are.
/// </summary>
sealed class StageRow(DataViewRow input) : IDisposable
{
    readonly Dictionary<object, Delegate> _shared = [];
    readonly List<IDisposable> _owned = [];

    // The place of the row at hand in its view, from 0; for messages.
    public long Position => input.Position;

    /// <summary>The scene the row at hand belongs to (see <see cref="ILendingRow.Group"/>); where nobody says, every row is its
    /// own.</summary>
    public long Group => (input as ILendingRow)?.Group ?? input.Position;

    // Shared with the other stages over this cursor, where all are ours.
    public SceneCache Cache { get; } = (input as ILendingRow)?.Cache ?? new();

    // The getter of an input column; the upstream work happens when it is called, not before.
    public ValueGetter<T> Getter<T>(StageInput column) => input.GetGetter<T>(input.Schema[column.Column.Index]);

    // Reads a text column.
    public Func<string> Text(StageInput column)
    {
        var get = Getter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            get(ref value);
            return value.ToString();
        };
    }

    // Reads a number column.
    public Func<T> Value<T>(StageInput column) where T : struct
    {
        var get = Getter<T>(column);
        return () =>
        {
            T value = default;
            get(ref value);
            return value;
        };
    }

    // Reads a float vector, dense whatever form it came in: where it lies, else in a buffer of this cursor's.
    public ReadFloats Floats(StageInput column)
    {
        if ((input as ILendingRow)?.Lend<ReadFloats>(input.Schema[column.Column.Index]) is { } lent) return lent;
        var get = Getter<VBuffer<float>>(column);
        int length = column.Length;
        VBuffer<float> value = default;
        float[]? dense = null;
        return () =>
        {
            get(ref value);
            if (value.Length != length)
                throw BadDataException.For($"Row {input.Position}, column '{column.Name}'", $"{value.Length} values",
                    $"{length} as its type says", "Correct the data view that makes this column.");
            if (value.IsDense) return value.GetValues();
            value.CopyTo(dense ??= new float[length]);
            return dense;
        };
    }

    // Reads a picture column.
    public Func<RgbPicture> Picture(StageInput column) => PictureColumn.Reader(input, input.Schema[column.Column.Index]);

    // Reads a column as what its stage holds; null where it must be copied from the vector.
    public T? Lent<T>(StageInput column) where T : Delegate => (input as ILendingRow)?.Lend<T>(input.Schema[column.Column.Index]);

    // Says beforehand what shared work gives, so that it is not done over this row.
    public void Supply<T>(SharedWork<T> work, Func<T> result) => _shared.Add(work, result);

    // The result of shared work for the row at hand, computed at most once per row for all who ask.
    public Func<T> Once<T>(SharedWork<T> work)
    {
        if (_shared.TryGetValue(work, out var known)) return (Func<T>)known;
        var compute = work.Start(this);
        long at = long.MinValue;
        T result = default!;
        Func<T> once = () =>
        {
            if (at != input.Position)
            {
                result = compute();
                at = input.Position;
            }
            return result;
        };
        _shared.Add(work, once);
        return once;
    }

    /// <summary>Disposes <paramref name="thing"/> when the cursor ends.</summary>
    public T Own<T>(T thing) where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    public void Dispose()
    {
        foreach (var thing in _owned) thing.Dispose();
        _owned.Clear();
    }
}
