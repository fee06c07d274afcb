using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Engagement rows of an <see cref="IDataView"/>, streamed: a text column video_id, a text column variant, and single
/// numbers.</summary>
static class EngagementView
{
    const string Subject = "The engagement rows";

    public static (EngagementSums Sums, ReadingFacts Facts) Collect(IDataView rows, AnalysisOptions options,
        CancellationToken cancellationToken)
    {
        DataViewSchema.Column video = Text(rows.Schema, options.UnitColumn), variant = Text(rows.Schema, "variant");
        DataViewSchema.Column[] numbers = [.. rows.Schema.Where(c => !c.IsHidden && IsNumber(c.Type))];
        if (numbers.Length == 0) throw BadDataException.For(Subject, $"the columns {Names(rows.Schema)}", "at least one column of numbers",
            "Add a metric.");
        FieldPlan plan = FieldPlan.Of([.. numbers.Select(c => c.Name)], options, Subject);
        DataViewSchema.Column[] fields = [.. plan.Fields.Select(f => numbers.First(c => c.Name == f))];
        var collector = new RowCollector(plan, options);
        DataViewSchema.Column? assigned = AssignedUnits.Column(options,
            [.. rows.Schema.Where(c => !c.IsHidden && c.Type is TextDataViewType).Select(c => c.Name)]) is { } column
            ? Text(rows.Schema, column) : null;
        using DataViewRowCursor cursor = rows.GetRowCursor(new[] { video, variant }.Concat(assigned is { } a ? [a] : []).Concat(fields)
            .DistinctBy(c => c.Index));
        ValueGetter<ReadOnlyMemory<char>>? unit = assigned is { } u ? cursor.GetGetter<ReadOnlyMemory<char>>(u) : null;
        var id = cursor.GetGetter<ReadOnlyMemory<char>>(video);
        var name = cursor.GetGetter<ReadOnlyMemory<char>>(variant);
        Func<double>[] getters = [.. fields.Select(f => Getter(cursor, f))];
        var values = new double[getters.Length];
        ReadOnlyMemory<char> videoId = default, variantName = default, unitId = default;
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            id(ref videoId);
            name(ref variantName);
            unit?.Invoke(ref unitId);
            for (int f = 0; f < values.Length; f++) values[f] = getters[f]();
            collector.Add(videoId.ToString(), variantName.ToString(), values, unit is null ? null : unitId.ToString());
        }
        return (collector.Sums, collector.Facts("rows of a data view") with { AssignedColumn = assigned?.Name });
    }

    static DataViewSchema.Column Text(DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name) is { Type: TextDataViewType } column ? column
        : throw BadDataException.For(Subject, $"the columns {Names(schema)}", $"a text column '{name}'", "Rename or add it.");

    static string Names(DataViewSchema schema) =>
        string.Join(", ", schema.Take(20).Select(c => $"'{SafePath.Shorten(c.Name, 40)}' ({c.Type})"));

    static bool IsNumber(DataViewType type) => type is NumberDataViewType
        && (type == NumberDataViewType.Double || type == NumberDataViewType.Single || type == NumberDataViewType.Int32
        || type == NumberDataViewType.Int64) || type is BooleanDataViewType;

    static Func<double> Getter(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type == NumberDataViewType.Double) return Of<double>(x => x);
        if (column.Type == NumberDataViewType.Single) return Of<float>(x => x);
        if (column.Type == NumberDataViewType.Int32) return Of<int>(x => x);
        if (column.Type == NumberDataViewType.Int64) return Of<long>(x => x);
        return Of<bool>(x => x ? 1 : 0);

        Func<double> Of<T>(Func<T, double> convert)
        {
            ValueGetter<T> get = row.GetGetter<T>(column);
            T value = default!;
            return () =>
            {
                get(ref value);
                return convert(value);
            };
        }
    }
}
