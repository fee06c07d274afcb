using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dose;

/// <summary>What one variant did to the attention that one predictor predicts. Scenes without the product are not counted: there is nothing
/// to move.</summary>
public sealed record VariantDose
{
    /// <summary>The variant.</summary>
    public required string Variant { get; init; }

    /// <summary>Whose prediction it is (<see cref="DosePredictor.Name"/>).</summary>
    public required string Predictor { get; init; }

    /// <summary>Scenes with the product that were measured.</summary>
    public required long Scenes { get; init; }

    /// <summary>Those whose map the variant changed.</summary>
    public required long ActedOn { get; init; }

    /// <summary>Mean predicted share on the product in the untouched stills, 0..1.</summary>
    public required double ShareBefore { get; init; }

    /// <summary>Mean predicted share in the variant's edits.</summary>
    public required double ShareAfter { get; init; }

    /// <summary>Mean alignment score, mean(M ⊙ A), predicted of the untouched stills.</summary>
    public required double AlignmentBefore { get; init; }

    /// <summary>Mean alignment score predicted of the variant's edits.</summary>
    public required double AlignmentAfter { get; init; }

    /// <summary>Mean share on the product in the variant's maps: what was asked for.</summary>
    public required double TargetShare { get; init; }

    /// <summary>The same in the baseline's maps.</summary>
    public required double TargetShareBaseline { get; init; }

    /// <summary>The dose: share in the variant's edit − share in the baseline's edit, mean over all scenes, those it left alone included.
    /// Null for the baseline.</summary>
    public DoseEstimate? Dose { get; init; }

    /// <summary>The same over the scenes it acted on; null for the baseline and where it acted on none.</summary>
    public DoseEstimate? DoseActedOn { get; init; }

    /// <summary>Alignment score in the variant's edit − in the baseline's, mean over all scenes. Null for the baseline.</summary>
    public DoseEstimate? AlignmentDose { get; init; }

    /// <summary>The dose in each window, early, middle, late; null for the baseline. A window without scenes has no estimate.</summary>
    [JsonInclude]
    internal IReadOnlyList<WindowDose>? Windows { get; init; }

    /// <summary>How well the attention predicted of the variant's edits agrees with the variant's maps, over the scenes it acted on (the
    /// baseline: over all).</summary>
    [JsonInclude]
    internal AgreementMeans? Agreement { get; init; }

    /// <summary>The same with the baseline's edits in place of the variant's: what agreement there would be without the variant. Null for
    /// the baseline.</summary>
    [JsonInclude]
    internal AgreementMeans? AgreementOfBaseline { get; init; }

    /// <summary>Whether attention moved the right way, and how far; null for baseline and placebo, which ask for nothing on the
    /// product.</summary>
    [JsonInclude]
    internal ManipulationCheck? Manipulation { get; init; }

    /// <summary>Whether only the window's scenes moved; null for variants that act in all scenes or in none.</summary>
    [JsonInclude]
    internal WindowCheck? Window { get; init; }

    /// <summary>Whether the placebo is one; null for the others.</summary>
    [JsonInclude]
    internal PlaceboCheck? Placebo { get; init; }
}

/// <summary>A variant's dose in one window.</summary>
/// <param name="Window">early, middle or late.</param>
/// <param name="Asks">Whether the variant's maps ask for a change on the product there.</param>
/// <param name="Dose">Share in the variant's edit − in the baseline's, mean over the window's scenes; null where there are none.</param>
sealed record WindowDose(string Window, bool Asks, DoseEstimate? Dose);

/// <summary>One video's dose under one variant and predictor: means over its scenes with the product.</summary>
/// <param name="VideoId">The video.</param>
/// <param name="Variant">The variant.</param>
/// <param name="Predictor">Whose prediction it is.</param>
/// <param name="Scenes">Scenes with the product that were measured.</param>
/// <param name="ActedOn">Those whose map the variant changed.</param>
/// <param name="ShareBefore">Predicted share in the untouched stills.</param>
/// <param name="ShareBaseline">In the baseline's edits.</param>
/// <param name="ShareAfter">In the variant's edits.</param>
/// <param name="Dose">After − baseline, mean over all its scenes.</param>
/// <param name="DoseActedOn">The same over the scenes acted on; null where there are none.</param>
/// <param name="Asked">Share in the variant's maps − in the baseline's, mean over all its scenes.</param>
public sealed record VideoDose(string VideoId, string Variant, string Predictor, long Scenes, long ActedOn, double ShareBefore,
    double ShareBaseline, double ShareAfter, double Dose, double? DoseActedOn, double Asked);
