namespace Alignment.MLNet.Dose;

/// <summary>Everything that decides what is measured of a scene: the recipe of its record. Predictors are known by name and model, pictures
/// and maps by hash.</summary>
sealed record SceneRecipe
{
    /// <summary>Moves when equal recipes would give other numbers than before.</summary>
    public int Format { get; init; } = 2;

    public required string SceneId { get; init; }

    public required string Size { get; init; }

    public required IReadOnlyList<PredictorRecipe> Predictors { get; init; }

    public required double FixatedPart { get; init; }

    public required string? LpipsSha256 { get; init; }

    /// <summary>Of the still as decoded.</summary>
    public required string SourceSha256 { get; init; }

    public required string RegionSha256 { get; init; }

    public required IReadOnlyList<VariantRecipe> Variants { get; init; }
}

/// <param name="Name">As tables have it.</param>
/// <param name="Predictor">As the options have it; a model's file without its folder.</param>
/// <param name="CentreWeight">Of the centre prior.</param>
/// <param name="ModelSha256">Of the models among its parts.</param>
sealed record PredictorRecipe(string Name, string Predictor, double CentreWeight, IReadOnlyList<string> ModelSha256);

/// <param name="Variant">The variant.</param>
/// <param name="Window">early, middle or late.</param>
/// <param name="ActedOn">Whether its map differs from the baseline's.</param>
/// <param name="ControlSha256">Of mask and map.</param>
/// <param name="PictureSha256">Of the edit.</param>
sealed record VariantRecipe(string Variant, string Window, bool ActedOn, string ControlSha256, string PictureSha256);

/// <summary>What was measured of a scene.</summary>
sealed record SceneFacts
{
    public required bool HasProduct { get; init; }

    /// <summary>Different pictures, the still among them.</summary>
    public required int Pictures { get; init; }

    public required ArtifactFacts Artifact { get; init; }

    /// <summary>The variants' maps, in the order of the recipe.</summary>
    public required IReadOnlyList<ScorePair> Targets { get; init; }

    /// <summary>In the order of the recipe.</summary>
    public required IReadOnlyList<PredictorFacts> Predictors { get; init; }
}

/// <param name="Share">Σ(M ⊙ A) / ΣA.</param>
/// <param name="Alignment">mean(M ⊙ A).</param>
sealed record ScorePair(double Share, double Alignment);

/// <param name="Untouched">Of the still.</param>
/// <param name="Edits">Of each variant's edit.</param>
/// <param name="Agreement">Of each variant's edit with its map.</param>
/// <param name="AgreementOfBaseline">Of the baseline's edit with each variant's map.</param>
sealed record PredictorFacts(ScorePair Untouched, IReadOnlyList<ScorePair> Edits, IReadOnlyList<MapAgreement> Agreement,
    IReadOnlyList<MapAgreement> AgreementOfBaseline);

/// <summary>What the baseline's edit did to the still.</summary>
sealed record ArtifactFacts(bool Unchanged, double? PsnrDb, double? Ssim, double? Lpips, int BackgroundMaxDifference);
