using System.Globalization;
using System.Runtime.InteropServices;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Contract;

/// <summary>Reads columns into text that is equal exactly when the values are equal bit for bit.</summary>
static class RowValues
{
    /// <summary>Row id → the values of <paramref name="columns"/>.</summary>
    public static SortedDictionary<string, string> ById(IDataView view, params string[] columns)
    {
        var wanted = columns.Select(c => view.Schema[c]).ToArray();
        using var cursor = view.GetRowCursor(wanted);
        return ById([cursor], wanted);
    }

    /// <inheritdoc cref="ById(IDataView, string[])"/>
    public static SortedDictionary<string, string> ById(DataViewRowCursor[] cursors, DataViewSchema.Column[] wanted)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var cursor in cursors)
        {
            var getters = wanted.Select(c => Getter(cursor, c)).ToArray();
            var id = cursor.GetIdGetter();
            DataViewRowId key = default;
            while (cursor.MoveNext())
            {
                id(ref key);
                rows.Add(key.ToString(), string.Join('|', getters.Select(g => g())));
            }
        }
        return rows;
    }

    /// <summary>The values in the order of the rows.</summary>
    public static string[] InOrder(IDataView view, params string[] columns)
    {
        var wanted = columns.Select(c => view.Schema[c]).ToArray();
        using var cursor = view.GetRowCursor(wanted);
        var getters = wanted.Select(c => Getter(cursor, c)).ToArray();
        var rows = new List<string>();
        while (cursor.MoveNext()) rows.Add(string.Join('|', getters.Select(g => g())));
        return [.. rows];
    }

    public static string Text(ReadOnlySpan<float> values) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes(values)));

    public static string Text(MLImage image) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image.Pixels));

    public static string Text(float value) => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture);

    public static string Text(double value) => BitConverter.DoubleToUInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    public static string Text(ReadOnlySpan<double> values) => Convert.ToHexString(MemoryMarshal.AsBytes(values));

    public static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    static Func<string> Getter(DataViewRow row, DataViewSchema.Column column) => ColumnWords.Of(column.Type) switch
    {
        "text" => Read<ReadOnlyMemory<char>>(row, column, v => v.ToString()),
        "int32" => Read<int>(row, column, Text),
        "float" => Read<float>(row, column, Text),
        "double" => Read<double>(row, column, Text),
        "boolean" => Read<bool>(row, column, v => v.ToString()),
        "image" => Read<MLImage>(row, column, Text),
        "int64" => Read<long>(row, column, v => v.ToString(CultureInfo.InvariantCulture)),
        var words when words.StartsWith("double [", StringComparison.Ordinal) =>
            Read<VBuffer<double>>(row, column, v => Text([.. v.DenseValues()])),
        _ => Read<VBuffer<float>>(row, column, v => Text([.. v.DenseValues()])),
    };

    static Func<string> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> show)
    {
        var get = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            get(ref value);
            return show(value);
        };
    }
}
