namespace Alignment.MLNet.Editing;

/// <summary>One control of a scene and the variants that have it; the first is the one whose edit it is.</summary>
sealed record ControlGroup(string Hash, IReadOnlyList<string> Variants, float[] Control);

/// <summary>Controls that are denoised together. A batch with anything missing is done again whole, so that its members always have the same company.</summary>
sealed record EditBatch(IReadOnlyList<ControlGroup> Groups, bool Done)
{
    public IReadOnlyList<string> Hashes { get; } = [.. Groups.Select(g => g.Hash)];
}

/// <summary>What a scene needs: its controls without repetition, in batches, and which of them are finished already.</summary>
sealed record ScenePlan
{
    public required SceneToEdit Scene { get; init; }

    public required string SourceHash { get; init; }

    public required string MaskHash { get; init; }

    public required IReadOnlyList<EditBatch> Batches { get; init; }

    /// <summary>The still and the region beside the edits are finished.</summary>
    public required bool ProofsDone { get; init; }

    /// <summary>Known to have an empty region; null while the region has not been looked at.</summary>
    public required bool? NothingToEdit { get; init; }

    /// <summary>Finished edits whose record names another origin of the attention than the scene's now, with what is worth knowing of them.</summary>
    public required IReadOnlyList<(EditBatch Batch, ControlGroup Group, string Variant, EditFacts Facts)> OtherwiseTold { get; init; }

    public bool Done => ProofsDone && Batches.All(b => b.Done);

    public int Controls => Batches.Sum(b => b.Groups.Count);

    /// <summary>Edits still to be made.</summary>
    public int EditsLeft => Batches.Where(b => !b.Done).Sum(b => b.Groups.Count);
}
