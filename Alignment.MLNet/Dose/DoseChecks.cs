using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dose;

[JsonConverter(typeof(JsonStringEnumConverter<DoseVerdict>))]
enum DoseVerdict
{
    // There is no interval to judge by, or the maps target nothing.
    CannotTell,

    // As it should be, beyond what chance explains.
    Shown,

    // The interval allows both.
    NotShown,

    // Not as it should be, beyond what chance explains.
    Contradicted,
}

/// <summary>Whether the attention predicted of the edits moved the way that the variant's maps target, over the scenes it acted on. Got:
/// share in the variant's edit − in the baseline's; asked: the same of the maps. Shown: the interval is all on the target's side.</summary>
/// <param name="PartOfAsked">Σ got / Σ asked: 1 is all of it; null where the maps target nothing.</param>
/// <param name="RightWay">Scenes that moved the target's way.</param>
sealed record ManipulationCheck(DoseVerdict Verdict, DoseEstimate Got, double Asked, DoseEstimate? PartOfAsked, long RightWay,
    long Scenes, string Sentence);

/// <summary>Whether only the scenes of the variant's window moved. Shown: outside every picture is the baseline's own, or nothing moved
/// there by more than the margin.</summary>
/// <param name="OutsideIdentical">Scenes outside whose picture is byte for byte the baseline's.</param>
/// <param name="OutsideLargest">The largest difference outside, without sign.</param>
sealed record WindowCheck(DoseVerdict Verdict, string Window, DoseEstimate? Inside, DoseEstimate? Outside, long OutsideIdentical,
    double OutsideLargest, string Sentence);

/// <summary>Whether the placebo leaves the product's predicted attention where the baseline's edit has it: two one-sided tests of level
/// <paramref name="Alpha"/> against a margin stated beforehand. Contradicted: the 1 − 2α interval lies all beyond the margin.</summary>
/// <param name="P">The larger of the two; null where there is no interval.</param>
/// <param name="PartOfBoost">Difference ÷ the full boost's; null where the boost moved nothing.</param>
/// <param name="Wide">The margin is more than half of what the full boost moved: then equivalence within it says little.</param>
sealed record PlaceboCheck(DoseVerdict Verdict, double Margin, double Alpha, DoseEstimate Difference, double? Low, double? High,
    double? P, double? PartOfBoost, bool Wide, string Sentence);

/// <summary>What editing itself does: the baseline's edit, whose map changes nothing, against the untouched still; over the scenes with the
/// product. PSNR (dB) is within the region that may change, SSIM and LPIPS within the rectangle around it.</summary>
/// <param name="Unchanged">Scenes whose baseline edit has the very pixels of the still.</param>
/// <param name="BackgroundMaxDifference">Outside the region, in levels of 255. It must be 0.</param>
sealed record ArtifactCheck(string Predictor, long Scenes, double ShareUntouched, double ShareBaseline, DoseEstimate? Shift,
    DoseEstimate? AlignmentShift, double? PsnrDb, double? PsnrDbLowest, double? Ssim, double? SsimLowest, double? Lpips,
    double? LpipsHighest, long Unchanged, int BackgroundMaxDifference, string Sentence);
