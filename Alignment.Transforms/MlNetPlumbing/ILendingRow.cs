namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// What rows and cursors of our own views offer to each other beyond ML.NET's contract: which scene a row belongs to, and a value where it
/// lies instead of a copy. Stock stages between ours hide it; then values are copied and nothing is shared.
/// </summary>
interface ILendingRow
{
    // Equal for the rows that came from one row of the source, as the variants of a scene do; they follow each other.
    long Group { get; }

    // Shared by the stages over one cursor.
    SceneCache Cache { get; }

    /// <summary>Reads the column's value as <typeparamref name="T"/> where it lies – floats as <see cref="ReadFloats"/>, pictures and
    /// regions as <c>Func</c> of them –, valid until the cursor moves on to another group; null where it must be copied.</summary>
    T? Lend<T>(DataViewSchema.Column column) where T : Delegate;
}
