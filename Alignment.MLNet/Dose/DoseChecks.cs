using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dose;

[JsonConverter(typeof(JsonStringEnumConverter<DoseVerdict>))]
enum DoseVerdict
{
    /// <summary>There is no interval to judge by, or the maps target nothing.</summary>
    CannotTell,

    /// <summary>As it should be, beyond what chance explains.</summary>
    Shown,

    /// <summary>The interval allows both.</summary>
    NotShown,

    /// <summary>Not as it should be, beyond what chance explains.</summary>
    Contradicted,
}

/// <summary>Whether the attention predicted of the edits moved the way that the variant's maps target, over the scenes it acted
/// on.</summary>
/// <param name="Verdict">Shown: the interval of <paramref name="Got"/> is all on the target's side of 0. Contradicted: all on the other
/// side.</param>
/// <param name="Got">Share in the variant's edit − in the baseline's edit.</param>
/// <param name="Asked">Share in the variant's maps − in the baseline's maps, mean.</param>
/// <param name="PartOfAsked">Σ got / Σ asked: 1 is all of it; null where the maps target nothing.</param>
/// <param name="RightWay">Scenes that moved the target's way.</param>
/// <param name="Scenes">Scenes acted on.</param>
/// <param name="Sentence">The same in words.</param>
sealed record ManipulationCheck(DoseVerdict Verdict, DoseEstimate Got, double Asked, DoseEstimate? PartOfAsked, long RightWay,
    long Scenes, string Sentence);

/// <summary>Whether only the scenes of the variant's window moved.</summary>
/// <param name="Verdict">Shown: outside every picture is the baseline's own, or nothing moved there by more than the margin.</param>
/// <param name="Window">early, middle or late.</param>
/// <param name="Inside">Difference of shares from the baseline's edit; null without scenes.</param>
/// <param name="Outside">The same over the other scenes.</param>
/// <param name="OutsideIdentical">Scenes outside whose picture is byte for byte the baseline's.</param>
/// <param name="OutsideLargest">The largest difference outside, without sign.</param>
/// <param name="Sentence">The same in words.</param>
sealed record WindowCheck(DoseVerdict Verdict, string Window, DoseEstimate? Inside, DoseEstimate? Outside, long OutsideIdentical,
    double OutsideLargest, string Sentence);

/// <summary>Whether the placebo leaves the product's predicted attention where the baseline's edit has it: two one-sided tests against a
/// margin stated beforehand.</summary>
/// <param name="Verdict">Shown: equivalent, both tests below α. Contradicted: the interval lies all beyond the margin.</param>
/// <param name="Margin">Largest difference of shares that would not matter.</param>
/// <param name="Alpha">Level of each one-sided test.</param>
/// <param name="Difference">Share in the placebo's edit − in the baseline's edit.</param>
/// <param name="Low">Of the 1 − 2α interval: equivalence is this interval within ± the margin.</param>
/// <param name="High">Upper limit.</param>
/// <param name="P">The larger of the two; null where there is no interval.</param>
/// <param name="PartOfBoost">Difference ÷ the full boost's; null where the boost moved nothing.</param>
/// <param name="Wide">The margin is more than half of what the full boost moved: then equivalence within it says little.</param>
/// <param name="Sentence">The same in words.</param>
sealed record PlaceboCheck(DoseVerdict Verdict, double Margin, double Alpha, DoseEstimate Difference, double? Low, double? High,
    double? P, double? PartOfBoost, bool Wide, string Sentence);

/// <summary>What editing itself does: the baseline's edit, whose map changes nothing, against the untouched still; over the scenes with the
/// product.</summary>
sealed record ArtifactCheck
{
    public required string Predictor { get; init; }

    public required long Scenes { get; init; }

    /// <summary>Mean predicted share.</summary>
    public required double ShareUntouched { get; init; }

    /// <inheritdoc cref="ShareUntouched"/>
    public required double ShareBaseline { get; init; }

    /// <summary>Share in the baseline's edit − in the untouched still.</summary>
    public DoseEstimate? Shift { get; init; }

    public DoseEstimate? AlignmentShift { get; init; }

    /// <summary>Within the region that may change, dB, mean over the scenes that changed.</summary>
    public double? PsnrDb { get; init; }

    public double? PsnrDbLowest { get; init; }

    /// <summary>Within the rectangle around that region.</summary>
    public double? Ssim { get; init; }

    public double? SsimLowest { get; init; }

    /// <inheritdoc cref="Ssim"/>
    public double? Lpips { get; init; }

    public double? LpipsHighest { get; init; }

    /// <summary>Scenes whose baseline edit has the very pixels of the still.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Largest difference outside the region, in levels of 255. It must be 0.</summary>
    public required int BackgroundMaxDifference { get; init; }

    public required string Sentence { get; init; }
}
