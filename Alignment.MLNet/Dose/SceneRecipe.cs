using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

/// <summary>Everything that decides what is measured of a scene: the recipe of its record. Predictors are known by name and model, pictures
/// and maps by hash.</summary>
/// <param name="Format">Moves when equal recipes would give other numbers than before.</param>
sealed record SceneRecipe(int Format, string SceneId, string Size, IReadOnlyList<PredictorRecipe> Predictors, double FixatedPart,
    string? LpipsSha256, string SourceSha256, string RegionSha256, IReadOnlyList<VariantRecipe> Variants)
{
    public const int CurrentFormat = 2;
}

sealed record PredictorRecipe(string Name, string Predictor, double CentreWeight, IReadOnlyList<string> ModelSha256);

sealed record VariantRecipe(string Variant, string Window, bool ActedOn, string ControlSha256, string PictureSha256);

/// <summary>What was measured of a scene; lists in the order of the recipe.</summary>
/// <param name="Pictures">Different pictures, the still among them.</param>
/// <param name="Targets">Of the variants' maps.</param>
sealed record SceneFacts(bool HasProduct, int Pictures, ArtifactFacts Artifact, IReadOnlyList<ScorePair> Targets,
    IReadOnlyList<PredictorFacts> Predictors)
{
    // False for damaged facts, and for those of a version that did not know all of the metrics.
    public bool AreWhole() => Artifact is not null && Targets is not null && Predictors is not null && Predictors.All(p =>
        p is { Untouched: not null, Edits: not null, Agreement: not null, AgreementOfBaseline: not null }
        && p.Agreement.All(a => SaliencyMetrics.All.All(m => a.ContainsKey(m.Name))));
}

/// <param name="Share">Σ(M ⊙ A) / ΣA.</param>
/// <param name="Alignment">mean(M ⊙ A).</param>
sealed record ScorePair(double Share, double Alignment);

// Of the still, of each variant's edit, and the agreement of this and of the baseline's edit with each variant's map.
sealed record PredictorFacts(ScorePair Untouched, IReadOnlyList<ScorePair> Edits,
    IReadOnlyList<IReadOnlyDictionary<string, double?>> Agreement, IReadOnlyList<IReadOnlyDictionary<string, double?>> AgreementOfBaseline);

// What the baseline's edit did to the still.
sealed record ArtifactFacts(bool Unchanged, double? PsnrDb, double? Ssim, double? Lpips, int BackgroundMaxDifference);
