using Microsoft.ML.Transforms.Image;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>A column a stage reads, found and checked in the input schema.</summary>
/// <param name="Column">The column itself.</param>
/// <param name="Dimensions">Its dimensions when it is a vector; placeholders while only the shape of the schema is known.</param>
sealed record StageInput(DataViewSchema.Column Column, IReadOnlyList<int> Dimensions)
{
    public string Name => Column.Name;

    // Rows of a map [H,W] or a picture [3,H,W].
    public int Height => Dimensions[^2];

    // Columns of a map [H,W] or a picture [3,H,W].
    public int Width => Dimensions[^1];

    // Number of values in a vector.
    public int Length => Dimensions.Aggregate(1, (n, d) => checked(n * d));
}

// The values of one vector column in the row at hand; valid until the next row or the next call.
delegate ReadOnlySpan<float> ReadFloats();

/// <summary>Writes every value of one made vector; what <paramref name="to"/> holds before is left over from another row.</summary>
delegate void FillFloats(Span<float> to);

// Column types in words, for messages.
static class ColumnWords
{
    // "float [3,64,64]", "text", "int32".
    public static string Of(DataViewType type) => type switch
    {
        VectorDataViewType { Size: > 0 } v =>
            $"{Of(v.ItemType)} [{string.Join(',', v.Dimensions.Select(d => d.ToString(CultureInfo.InvariantCulture)))}]",
        VectorDataViewType v => $"{Of(v.ItemType)} vector of varying length",
        TextDataViewType => "text",
        NumberDataViewType n when n == NumberDataViewType.Single => "float",
        NumberDataViewType n when n == NumberDataViewType.Double => "double",
        ImageDataViewType => "image",
        KeyDataViewType => "key",
        _ => type.RawType.Name.ToLowerInvariant(),
    };

    // The visible columns of a schema with their types.
    public static string List(DataViewSchema schema) =>
        schema.Count == 0 ? "none" : string.Join(", ",
        schema.Where(c => !c.IsHidden).Select(c => $"'{SafePath.Shorten(c.Name)}' ({Of(c.Type)})"));
}
