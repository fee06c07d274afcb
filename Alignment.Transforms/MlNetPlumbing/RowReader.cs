using Alignment.Transforms.Images;

namespace Alignment.Transforms.MlNetPlumbing;

// A span of doubles of the row at hand.
delegate ReadOnlySpan<double> ReadDoubles();

// The columns of a cursor by name, for writers: a column is computed when it is read, not before.
sealed class RowReader(DataViewRow row)
{
    /// <summary>The scene the row belongs to (see <see cref="ILendingRow.Group"/>).</summary>
    public long Group => (row as ILendingRow)?.Group ?? row.Position;

    public Func<string> Text(string column)
    {
        var get = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[column]);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            get(ref value);
            return value.ToString();
        };
    }

    public Func<T> Value<T>(string column)
    {
        var get = row.GetGetter<T>(row.Schema[column]);
        return () =>
        {
            T value = default!;
            get(ref value);
            return value;
        };
    }

    // A float vector where it lies, else in a buffer that the next row reuses.
    public ReadFloats Floats(string column)
    {
        if ((row as ILendingRow)?.Lend<ReadFloats>(row.Schema[column]) is { } lent) return lent;
        var get = row.GetGetter<VBuffer<float>>(row.Schema[column]);
        VBuffer<float> value = default, dense = default;
        return () =>
        {
            get(ref value);
            if (value.IsDense) return value.GetValues();
            value.CopyToDense(ref dense);
            return dense.GetValues();
        };
    }

    // A picture, where it lies or as a copy.
    public Func<RgbPicture> Picture(string column) => PictureColumn.Reader(row, row.Schema[column]);

    public ReadDoubles Doubles(string column)
    {
        var get = row.GetGetter<VBuffer<double>>(row.Schema[column]);
        VBuffer<double> value = default;
        return () =>
        {
            get(ref value);
            return value.GetValues();
        };
    }
}
