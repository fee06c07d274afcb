using Microsoft.ML.Data;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// The values of a made vector column in one cursor. ML.NET recomputes a column for everyone who reads it; a mask that
/// three later stages read would be decoded three times per row. With a second reader the row's values are therefore
/// kept and copied; with one they are written straight into its buffer.
/// </summary>
sealed class CachedColumn(StageRow row, FillFloats fill, int length)
{
    VBuffer<float> _kept;
    long _keptPosition = long.MinValue;
    int _readers;

    /// <summary>Counts somebody who takes the getter.</summary>
    public void AddReader() => _readers++;

    public void Get(ref VBuffer<float> to)
    {
        if (_readers < 2)
        {
            Fill(ref to);
            return;
        }
        if (_keptPosition != row.Position)
        {
            _keptPosition = long.MinValue;
            Fill(ref _kept);
            _keptPosition = row.Position;
        }
        _kept.CopyTo(ref to);
    }

    void Fill(ref VBuffer<float> to)
    {
        var editor = VBufferEditor.Create(ref to, length);
        fill(editor.Values);
        to = editor.Commit();
    }
}
