using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

/// <summary>Everything that decides what is measured of a scene: the recipe of its record. Predictors are known by name and model, pictures
/// and maps by hash.</summary>
/// <param name="Format">Moves when equal recipes would give other numbers than before.</param>
/// <param name="SceneId">The scene.</param>
/// <param name="Size">Of the maps.</param>
/// <param name="Predictors">In the order of the options.</param>
/// <param name="FixatedPart">The fixation fraction.</param>
/// <param name="LpipsSha256">Null where there is no LPIPS.</param>
/// <param name="SourceSha256">Of the still as decoded.</param>
/// <param name="RegionSha256">Of the picture of where edits may differ from it.</param>
/// <param name="Variants">The baseline first.</param>
sealed record SceneRecipe(int Format, string SceneId, string Size, IReadOnlyList<PredictorRecipe> Predictors, double FixatedPart,
    string? LpipsSha256, string SourceSha256, string RegionSha256, IReadOnlyList<VariantRecipe> Variants)
{
    public const int CurrentFormat = 2;
}

/// <param name="Name">As tables have it.</param>
/// <param name="Predictor">As the options have it; a model's file without its folder.</param>
/// <param name="CentreWeight">Of the centre prior.</param>
/// <param name="ModelSha256">Of the models among its parts.</param>
sealed record PredictorRecipe(string Name, string Predictor, double CentreWeight, IReadOnlyList<string> ModelSha256);

/// <param name="Variant">Its name.</param>
/// <param name="Window">early, middle or late.</param>
/// <param name="ActedOn">Whether its map differs from the baseline's.</param>
/// <param name="ControlSha256">Of mask and map.</param>
/// <param name="PictureSha256">Of the edit.</param>
sealed record VariantRecipe(string Variant, string Window, bool ActedOn, string ControlSha256, string PictureSha256);

/// <summary>What was measured of a scene; lists in the order of the recipe.</summary>
/// <param name="HasProduct">Whether the mask has a pixel.</param>
/// <param name="Pictures">Different pictures, the still among them.</param>
/// <param name="Artifact">The baseline's edit against the still.</param>
/// <param name="Targets">Of the variants' maps.</param>
/// <param name="Predictors">By predictor.</param>
sealed record SceneFacts(bool HasProduct, int Pictures, ArtifactFacts Artifact, IReadOnlyList<ScorePair> Targets,
    IReadOnlyList<PredictorFacts> Predictors)
{
    /// <summary>False for facts of a version that did not know all of the metrics.</summary>
    public bool HasAllMetrics() => SaliencyMetrics.All.All(m => Predictors.All(p => p.Agreement.All(a => a.ContainsKey(m.Name))));
}

/// <param name="Share">Σ(M ⊙ A) / ΣA.</param>
/// <param name="Alignment">mean(M ⊙ A).</param>
sealed record ScorePair(double Share, double Alignment);

/// <param name="Untouched">Of the still.</param>
/// <param name="Edits">Of each variant's edit.</param>
/// <param name="Agreement">Of each variant's edit with its map, by metric.</param>
/// <param name="AgreementOfBaseline">Of the baseline's edit with each variant's map.</param>
sealed record PredictorFacts(ScorePair Untouched, IReadOnlyList<ScorePair> Edits,
    IReadOnlyList<IReadOnlyDictionary<string, double?>> Agreement, IReadOnlyList<IReadOnlyDictionary<string, double?>> AgreementOfBaseline);

/// <summary>What the baseline's edit did to the still.</summary>
sealed record ArtifactFacts(bool Unchanged, double? PsnrDb, double? Ssim, double? Lpips, int BackgroundMaxDifference);
