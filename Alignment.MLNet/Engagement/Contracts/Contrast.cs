namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>A question about several variants at once: a weighted sum of their means, with Welch's error.</summary>
/// <param name="Name">"pooled_boosts-placebo".</param>
/// <param name="Question">The family: "boosts together", "boosts against placebo", "windows against each other", "trend over the windows",
/// "planned".</param>
/// <param name="Weights">By variant; they sum to 0.</param>
/// <param name="Result">The answer.</param>
public sealed record Contrast(string Name, string Question, IReadOnlyDictionary<string, double> Weights, Finding Result);

/// <summary>The effect against the measured dose.</summary>
/// <param name="Source">File name of the dose table.</param>
/// <param name="Points">One per variant that has a dose and values.</param>
/// <param name="Result">The slope: how much of the metric one unit of dose brings.</param>
/// <param name="Intercept">The fitted metric at dose 0.</param>
/// <param name="LackOfFit">χ², its degrees of freedom and p: whether the points lie on a line at all; null with two points.</param>
/// <param name="WithinVideos">The same slope within videos, with errors clustered by video; null where the table has one dose per
/// variant.</param>
/// <param name="Units">What the dose is, as its table calls it.</param>
public sealed record DoseResponse(string Source, IReadOnlyList<DosePoint> Points, Finding Result, double? Intercept, OmnibusTest? LackOfFit,
    SensitivityEstimate? WithinVideos, string Units);

/// <summary>One variant's dose and effect.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Dose">Mean dose; over the table's rows if it has one per video.</param>
/// <param name="Mean">The metric's mean.</param>
/// <param name="StandardError">Of it.</param>
/// <param name="Effect">Mean − the baseline's; 0 for the baseline.</param>
public sealed record DosePoint(string Variant, double Dose, double Mean, double StandardError, double? Effect);

/// <summary>The differences once more under other assumptions.</summary>
/// <param name="Name">"cluster-robust by video", "mixed model", "CUPED", "ANCOVA".</param>
/// <param name="Assumes">In words.</param>
/// <param name="Estimates">One per variant; empty where it could not be fitted.</param>
/// <param name="Facts">Numbers of the whole model: videos, icc, sd_video, sd_residual, slope, …</param>
/// <param name="Agrees">Every variant has the same verdict as the main analysis; null where nothing was fitted.</param>
/// <param name="Sentence">In plain language.</param>
/// <param name="Note">Why it was not fitted, or null.</param>
/// <param name="Covariate">The covariate's column, or null.</param>
public sealed record SensitivityAnalysis(string Name, string Assumes, IReadOnlyList<SensitivityEstimate> Estimates,
    IReadOnlyDictionary<string, double> Facts,
    bool? Agrees, string Sentence, string? Note = null, string? Covariate = null);

/// <summary>One difference under other assumptions.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Estimate">Variant − baseline.</param>
/// <param name="StandardError">Of it.</param>
/// <param name="Statistic">t or z; null where infinite.</param>
/// <param name="Df">Of t; null for the normal distribution.</param>
/// <param name="P">Two-sided.</param>
/// <param name="CorrectedP">Within the variants.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Facts">CUPED's theta and variance_reduction; empty otherwise.</param>
public sealed record SensitivityEstimate(string Variant, double Estimate, double StandardError, double? Statistic, double? Df, double? P,
    double? CorrectedP,
    double? Low, double? High, IReadOnlyDictionary<string, double> Facts);
