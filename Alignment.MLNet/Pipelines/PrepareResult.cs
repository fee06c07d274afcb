using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Masks;
using Alignment.MLNet.SceneDetection;

namespace Alignment.MLNet.Pipelines;

/// <summary>What came of preparing a data set, step by step.</summary>
/// <param name="DataFolder">Full path; <c>alignment run --data</c> takes it.</param>
/// <param name="AuditFolder">Full path of the audit: <c>audit.html</c> is the page to look at.</param>
/// <param name="Scenes">The scenes of the videos.</param>
/// <param name="Masks">The product's masks.</param>
/// <param name="Attention">The heatmaps, and whether they are measured or predicted.</param>
/// <param name="Validation">What of it can be used.</param>
/// <param name="Audit">What one should know before using it.</param>
public sealed record PrepareResult(string DataFolder, string AuditFolder, SceneDetectionResult Scenes, MaskResult Masks,
    AttentionResult Attention, ValidationResult Validation, AuditResult Audit) : IJobResult
{
    /// <summary>True when a video, scene or file could not be used; the rest was done.</summary>
    public bool HasFailures => ((IJobResult[])[Scenes, Masks, Attention, Validation]).Any(r => r.HasFailures)
        || Validation.ValidScenes == 0;
}
