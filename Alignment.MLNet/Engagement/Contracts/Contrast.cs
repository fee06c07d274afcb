namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>A question about several variants at once: a weighted sum of their means, with Welch's error.</summary>
/// <param name="Question">The family: "boosts together", "boosts against placebo", "windows against each other", "trend over the windows",
/// "planned".</param>
/// <param name="Weights">By variant; they sum to 0.</param>
sealed record Contrast(string Name, string Question, IReadOnlyDictionary<string, double> Weights, Finding Result);

/// <summary>The effect against the measured dose.</summary>
/// <param name="Intercept">The fitted metric at dose 0.</param>
/// <param name="LackOfFit">χ², its degrees of freedom and p: whether the points lie on a line at all; null with two points.</param>
sealed record DoseResponse(string Source, IReadOnlyList<DosePoint> Points, Finding Result, double? Intercept, OmnibusTest? LackOfFit,
    SensitivityEstimate? WithinVideos, string Units);

/// <summary>One variant's dose and effect.</summary>
/// <param name="Effect">Mean − the baseline's; 0 for the baseline.</param>
sealed record DosePoint(string Variant, double Dose, double Mean, double StandardError, double? Effect);

/// <summary>The differences once more under other assumptions.</summary>
/// <param name="Facts">Numbers of the whole model: videos, icc, sd_video, sd_residual, slope, …</param>
sealed record SensitivityAnalysis(string Name, string Assumes, IReadOnlyList<SensitivityEstimate> Estimates,
    IReadOnlyDictionary<string, double> Facts,
    bool? Agrees, string Sentence, string? Note = null, string? Covariate = null);

// One difference under other assumptions.
sealed record SensitivityEstimate(string Variant, double Estimate, double StandardError, double? Statistic, double? Df, double? P,
    double? CorrectedP,
    double? Low, double? High, IReadOnlyDictionary<string, double> Facts);
