namespace Alignment.Transforms.MlNetPlumbing;

// A column whose value our own stages read where it lies.
interface ILentColumn
{
    Delegate Lend();
}

/// <summary>
/// The values of an output vector column in one cursor. ML.NET recomputes a column for everyone who reads it; a mask that
/// three later stages read would be decoded three times per row. With a second reader, or one that borrows, the row's values are
/// therefore cached; with one they are written straight into its buffer.
/// </summary>
sealed class CachedColumn(StageRow row, FillFloats fill, int length) : ILentColumn
{
    VBuffer<float> _cached;
    long _cachedPosition = long.MinValue;
    int _readers;

    // Counts somebody who takes the getter.
    public void AddReader() => _readers++;

    public void Get(ref VBuffer<float> to)
    {
        if (_readers < 2) Fill(ref to);
        else Cached().CopyTo(ref to);
    }

    // The values where they lie.
    public Delegate Lend()
    {
        _readers = 2;
        return (ReadFloats)(() => Cached().GetValues());
    }

    ref VBuffer<float> Cached()
    {
        if (_cachedPosition != row.Position)
        {
            _cachedPosition = long.MinValue;
            Fill(ref _cached);
            _cachedPosition = row.Position;
        }
        return ref _cached;
    }

    void Fill(ref VBuffer<float> to)
    {
        var editor = VBufferEditor.Create(ref to, length);
        fill(editor.Values);
        to = editor.Commit();
    }
}

// An output vector column whose stage holds the values itself, so that rows that share them need no copies.
sealed class HeldColumn(ReadFloats read) : ILentColumn
{
    public void Get(ref VBuffer<float> to)
    {
        ReadOnlySpan<float> values = read();
        var editor = VBufferEditor.Create(ref to, values.Length);
        values.CopyTo(editor.Values);
        to = editor.Commit();
    }

    public Delegate Lend() => read;
}
