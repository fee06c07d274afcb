using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Editing;

/// <summary>How many of what a variant set's edit consists of; the same whether it ran at once or was continued.</summary>
public sealed record EditCounts
{
    /// <summary>Scenes of the variant set, failed ones included.</summary>
    public long Scenes { get; init; }

    /// <summary>Edited pictures: a variant of a scene each.</summary>
    public long Outputs { get; init; }

    /// <summary>Different controls, counted within each scene.</summary>
    public long DistinctControls { get; init; }

    /// <summary>Edits made for them: one each.</summary>
    public long Edits { get; init; }

    /// <summary>Outputs that are copies of another variant's edit, because their control is the same.</summary>
    public long Copied { get; init; }

    /// <summary>Those of <see cref="Edits"/> that needed no model: the mask is empty, so the edit is the source itself.</summary>
    public long NothingToEdit { get; init; }

    /// <summary>Scenes that could not be edited.</summary>
    public long Failed { get; init; }
}

/// <summary>What editing a variant set came to.</summary>
/// <param name="Folder">Full path of <c>edited_scenes</c>.</param>
/// <param name="Manifest">Full path of its manifest.</param>
/// <param name="ModelHash">SHA-256 that identifies the model.</param>
/// <param name="Counts">What there is now.</param>
/// <param name="EditsMade">Edits that this call made; the others were found done.</param>
/// <param name="Failures">Scenes that could not be edited; everything else was done nevertheless.</param>
public sealed record EditResult(string Folder, string Manifest, string ModelHash, EditCounts Counts, long EditsMade,
    IReadOnlyList<SceneFailure> Failures) : IJobResult
{
    /// <summary>True when something is missing from the result: the program ends with exit code 3.</summary>
    public bool HasFailures => Failures.Count > 0;

    /// <summary>How long this call's edits took; null where it made none.</summary>
    public EditTiming? Timing { get; init; }
}
