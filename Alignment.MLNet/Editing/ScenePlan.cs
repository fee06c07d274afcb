namespace Alignment.MLNet.Editing;

/// <summary>One control of a scene and the variants that have it; the first is the one whose edit it is.</summary>
/// <param name="Hash">Of the control.</param>
/// <param name="Variants">That have it.</param>
/// <param name="Control">[2,H,W].</param>
/// <param name="Done">The pictures of all its variants are finished.</param>
sealed record ControlGroup(string Hash, IReadOnlyList<string> Variants, float[] Control, bool Done = false);

/// <summary>What a scene needs: its controls without repetition, and which of them are finished already.</summary>
sealed record ScenePlan
{
    public required SceneToEdit Scene { get; init; }

    public required string SourceHash { get; init; }

    public required string MaskHash { get; init; }

    public required IReadOnlyList<ControlGroup> Groups { get; init; }

    /// <summary>The still and the region beside the edits are finished.</summary>
    public required bool ProofsDone { get; init; }

    /// <summary>Known to have an empty region; null while the region has not been looked at.</summary>
    public required bool? NothingToEdit { get; init; }

    /// <summary>Finished edits whose record names another origin of the attention than the scene's now, with what is worth knowing of
    /// them.</summary>
    public required IReadOnlyList<(ControlGroup Group, string Variant, EditFacts Facts)> OtherwiseTold { get; init; }

    public bool Done => ProofsDone && Groups.All(g => g.Done);

    public int Controls => Groups.Count;

    /// <summary>Edits still to be made.</summary>
    public int EditsLeft => Groups.Count(g => !g.Done);
}
