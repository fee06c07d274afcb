using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dose;

/// <summary>What a check found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DoseVerdict>))]
enum DoseVerdict
{
    /// <summary>There is no interval to judge by, or nothing was asked for.</summary>
    CannotTell,

    /// <summary>It is as it should be, beyond what chance explains.</summary>
    Shown,

    /// <summary>The interval allows both.</summary>
    NotShown,

    /// <summary>It is not as it should be, beyond what chance explains.</summary>
    Contradicted,
}

/// <summary>Whether the attention predicted of the edits moved the way that the variant's maps ask for, over the scenes it acted
/// on.</summary>
/// <param name="Verdict">Shown: the interval of <paramref name="Got"/> is all on the asked side of 0. Contradicted: all on the other
/// side.</param>
/// <param name="Got">Share in the variant's edit − in the baseline's edit.</param>
/// <param name="Asked">Share in the variant's maps − in the baseline's maps, mean.</param>
/// <param name="PartOfAsked">Σ got / Σ asked with its interval: 1 is all of it; null where the maps ask for nothing.</param>
/// <param name="RightWay">Scenes that moved the asked way.</param>
/// <param name="Scenes">Scenes acted on.</param>
/// <param name="Sentence">The same for people.</param>
sealed record ManipulationCheck(DoseVerdict Verdict, DoseEstimate Got, double Asked, DoseEstimate? PartOfAsked, long RightWay,
    long Scenes, string Sentence);

/// <summary>Whether only the scenes of the variant's window moved.</summary>
/// <param name="Verdict">Shown: outside every picture is the baseline's own, or nothing moved there by more than the margin. Contradicted:
/// something did.</param>
/// <param name="Window">early, middle or late.</param>
/// <param name="Inside">Difference of shares from the baseline's edit, over the window's scenes; null where it has none.</param>
/// <param name="Outside">The same over the others; null where there are none.</param>
/// <param name="OutsideIdentical">Scenes outside whose picture is byte for byte the baseline's.</param>
/// <param name="OutsideLargest">The largest difference outside, without sign.</param>
/// <param name="Sentence">The same for people.</param>
sealed record WindowCheck(DoseVerdict Verdict, string Window, DoseEstimate? Inside, DoseEstimate? Outside, long OutsideIdentical,
    double OutsideLargest, string Sentence);

/// <summary>Whether the placebo leaves the product's predicted attention where the baseline's edit has it: two one-sided tests against a
/// margin stated beforehand.</summary>
/// <param name="Verdict">Shown: equivalent, both tests below α. Contradicted: the interval lies all beyond the margin.</param>
/// <param name="Margin">Largest difference of shares that would not matter.</param>
/// <param name="Alpha">Level of each one-sided test.</param>
/// <param name="Difference">Share in the placebo's edit − in the baseline's edit.</param>
/// <param name="Low">Lower limit of the 1 − 2α interval: equivalence is this interval within ± the margin.</param>
/// <param name="High">Upper limit.</param>
/// <param name="P">The larger of the two; null where there is no interval.</param>
/// <param name="PartOfBoost">Difference ÷ the full boost's; null where the boost moved nothing.</param>
/// <param name="Wide">True where the margin is more than half of what the full boost moved: then equivalence within it says little.</param>
/// <param name="Sentence">The same for people.</param>
sealed record PlaceboCheck(DoseVerdict Verdict, double Margin, double Alpha, DoseEstimate Difference, double? Low, double? High,
    double? P, double? PartOfBoost, bool Wide, string Sentence);

/// <summary>What editing itself does: the baseline's edit, which asks for no change, against the untouched still.</summary>
sealed record ArtifactCheck
{
    /// <summary>Whose prediction it is.</summary>
    public required string Predictor { get; init; }

    /// <summary>Scenes with the product that were measured.</summary>
    public required long Scenes { get; init; }

    /// <summary>Mean predicted share in the untouched stills.</summary>
    public required double ShareUntouched { get; init; }

    /// <summary>Mean predicted share in the baseline's edits.</summary>
    public required double ShareBaseline { get; init; }

    /// <summary>Share in the baseline's edit − in the untouched still.</summary>
    public DoseEstimate? Shift { get; init; }

    /// <summary>The same of the alignment score.</summary>
    public DoseEstimate? AlignmentShift { get; init; }

    /// <summary>Mean PSNR within the region that may change, in dB, over the scenes that changed; null where none did.</summary>
    public double? PsnrDb { get; init; }

    /// <summary>The lowest of them.</summary>
    public double? PsnrDbLowest { get; init; }

    /// <summary>Mean SSIM within the rectangle around that region; null where no region is as large as its window.</summary>
    public double? Ssim { get; init; }

    /// <summary>The lowest of them.</summary>
    public double? SsimLowest { get; init; }

    /// <summary>Mean LPIPS within the same rectangle; null where there is no model for it.</summary>
    public double? Lpips { get; init; }

    /// <summary>The highest of them.</summary>
    public double? LpipsHighest { get; init; }

    /// <summary>Scenes whose baseline edit has the very pixels of the still.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Largest difference outside the region, in levels of 255. It must be 0.</summary>
    public required int BackgroundMaxDifference { get; init; }

    /// <summary>The same for people.</summary>
    public required string Sentence { get; init; }
}
