using Alignment.MLNet.Variants;

namespace Alignment.MLNet.Editing;

/// <summary>One control of a scene and the variants that have it; the first is the one whose edit it is.</summary>
/// <param name="Hash">Of the control.</param>
/// <param name="Variants">That have it.</param>
sealed record ControlGroup(string Hash, IReadOnlyList<string> Variants)
{
    // The groups of a scene, in the order of their first variants.
    public static IReadOnlyList<ControlGroup> Of(SetScene scene) => [.. scene.Variants.GroupBy(v => v.ControlHash, StringComparer.Ordinal)
        .Select(g => new ControlGroup(g.Key, [.. g.Select(v => v.Variant.Name)]))];
}

/// <summary>What a scene still needs; one is held for every scene of a set.</summary>
/// <param name="Missing">Bit n: the edit is to be made that variant n is the first to have.</param>
/// <param name="Controls">Different controls.</param>
/// <param name="Variants">Pictures in the end.</param>
/// <param name="LacksProofs">The still and the region beside the edits are to be written.</param>
/// <param name="NothingToEdit">Known to have an empty region.</param>
readonly record struct ScenePlan(ulong Missing, byte Controls, byte Variants, bool LacksProofs, bool NothingToEdit)
{
    // Of a scene that cannot be edited.
    public static ScenePlan None => default;

    // Edits to be made.
    public int EditsLeft => System.Numerics.BitOperations.PopCount(Missing);
}
