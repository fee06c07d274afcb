using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dose;

/// <summary>What one variant did to the attention that one predictor predicts, over the scenes with the product. Shares are 0..1.</summary>
public sealed record VariantDose
{
    public required string Variant { get; init; }

    public required string Predictor { get; init; }

    /// <summary>Scenes with the product that were measured.</summary>
    public required long Scenes { get; init; }

    /// <summary>Those whose map the variant changed.</summary>
    public required long ActedOn { get; init; }

    /// <summary>Mean predicted share on the product in the untouched stills.</summary>
    public required double ShareBefore { get; init; }

    /// <summary>The same in the variant's edits.</summary>
    public required double ShareAfter { get; init; }

    /// <summary>Mean alignment score, mean(M ⊙ A), predicted of the untouched stills.</summary>
    public required double AlignmentBefore { get; init; }

    /// <summary>The same of the variant's edits.</summary>
    public required double AlignmentAfter { get; init; }

    /// <summary>Mean share on the product in the variant's maps.</summary>
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

    // The dose in early, middle and late window; null for the baseline.
    [JsonInclude]
    internal IReadOnlyList<WindowDose>? Windows { get; init; }

    /// <summary>Agreement of the attention predicted of the edits with the variant's maps, by saliency metric, mean over the scenes it
    /// acted on (the baseline: over all); null where no scene has it. <c>scenes</c> is their number, <c>missing</c> those that lack
    /// one.</summary>
    public IReadOnlyDictionary<string, double?>? Agreement { get; init; }

    /// <summary>The same of the baseline's edits with the same maps; null for the baseline.</summary>
    public IReadOnlyDictionary<string, double?>? AgreementOfBaseline { get; init; }

    // Null for baseline and placebo, whose maps target nothing on the product.
    [JsonInclude]
    internal ManipulationCheck? Manipulation { get; init; }

    // Null for variants that act in all scenes or in none.
    [JsonInclude]
    internal WindowCheck? Window { get; init; }

    [JsonInclude]
    internal PlaceboCheck? Placebo { get; init; }
}

/// <param name="Asks">Whether the variant's maps target a change on the product there.</param>
/// <param name="Dose">Over the window's scenes; null where there are none.</param>
sealed record WindowDose(string Window, bool Asks, DoseEstimate? Dose);

/// <summary>One video's dose under one variant and predictor: means over its scenes with the product.</summary>
/// <param name="Dose">Share after − baseline, mean over all its scenes.</param>
/// <param name="DoseActedOn">The same over the scenes acted on; null where there are none.</param>
/// <param name="Asked">Share in the variant's maps − in the baseline's, mean over all its scenes.</param>
public sealed record VideoDose(string VideoId, string Variant, string Predictor, long Scenes, long ActedOn, double ShareBefore,
    double ShareBaseline, double ShareAfter, double Dose, double? DoseActedOn, double Asked);
