using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Masks;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Reports;
using Alignment.MLNet.SceneDetection;
using Alignment.MLNet.Training;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet;

/// <summary>
/// The jobs of the console's commands as calls, in the order of the work; reached as <c>ml.Alignment.Jobs</c>. All have one shape: inputs,
/// then options (null: the defaults), progress and a cancellation token in, a result out. They may be stopped at any moment and continue
/// where they were; a file or scene that cannot be used is reported in the result and the rest is done. Errors are those of
/// <c>Alignment</c>:
/// <see cref="UsageException"/> for a call that cannot be carried out, <see cref="BadDataException"/> where no data can be used,
/// <see cref="MissingDependencyException"/> where a program or model is missing, <see cref="RetryableException"/> where another process
/// works in the folder.
/// </summary>
public sealed class AlignmentJobs
{
    internal AlignmentJobs()
    {
    }

    /// <inheritdoc cref="SceneDetectionJob.Run"/>
    public SceneDetectionResult DetectScenes(string videos, string data, SceneDetectionOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        SceneDetectionJob.Run(videos, data, options, progress, tools: null, cancellationToken);

    /// <inheritdoc cref="MaskJob.Run"/>
    public MaskResult MaskProducts(string data, ModelBundle bundle, MaskOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        MaskJob.Run(data, bundle, options, progress, cancellationToken);

    /// <inheritdoc cref="AttentionJob.Run"/>
    public AttentionResult MapAttention(string data, AttentionOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        AttentionJob.Run(data, options, progress, cancellationToken);

    /// <inheritdoc cref="ValidationJob.Run"/>
    public ValidationResult Validate(string directory, string? csvPath = null, string? jsonPath = null, ValidationOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ValidationJob.Run(directory, csvPath, jsonPath, options, progress, cancellationToken);

    /// <inheritdoc cref="AuditJob.Run"/>
    public AuditResult Audit(string directory, string folder, string? csvPath = null, AuditOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        AuditJob.Run(directory, folder, csvPath, options, progress, cancellationToken);

    /// <inheritdoc cref="PrepareJob.Run"/>
    public PrepareResult Prepare(string videos, string keywords, ModelBundle model, string data, PrepareOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        PrepareJob.Run(videos, keywords, model, data, options, progress, cancellationToken);

    /// <inheritdoc cref="TrainingJob.Run(string, ControlNetTrainingOptions, IProgress{WorkProgress}, CancellationToken)"/>
    public TrainingResult Train(string data, ControlNetTrainingOptions options,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TrainingJob.Run(data, options, progress, cancellationToken);

    /// <inheritdoc cref="VariantJob.Run"/>
    public VariantResult MakeVariants(string data, string output, VariantOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        VariantJob.Run(data, output, options, progress, cancellationToken);

    /// <inheritdoc cref="EditJob.Run"/>
    public EditResult EditScenes(VariantSet variants, ModelBundle bundle, string output, EditJobOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        EditJob.Run(variants, bundle, output, options, progress, cancellationToken);

    /// <inheritdoc cref="AssembleJob.Run"/>
    public AssembleResult AssembleVideos(string editedFolder, string output, IReadOnlyList<string>? sourceFolders = null,
        AssembleOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        AssembleJob.Run(editedFolder, output, sourceFolders, options, progress, tools: null, cancellationToken);

    /// <inheritdoc cref="DoseJob.Run"/>
    public DoseResult MeasureDose(string run, DoseOptions? options = null, string? output = null, string? data = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        DoseJob.Run(run, options, output, data, progress, cancellationToken);

    /// <inheritdoc cref="ReportJob.Run"/>
    public ReportResult WriteReport(string run, ReportOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ReportJob.Run(run, options, progress, cancellationToken);

    /// <inheritdoc cref="ExperimentJob.Run(string, string, string, ExperimentOptions, IProgress{WorkProgress}, CancellationToken)"/>
    public ExperimentResult RunExperiment(string data, string model, string output, ExperimentOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ExperimentJob.Run(data, model, output, options, progress, cancellationToken);

    /// <inheritdoc cref="ExperimentJob.Run(string, ITransformer, string, ExperimentOptions, IProgress{WorkProgress}, CancellationToken)"/>
    public ExperimentResult RunExperiment(string data, ITransformer chain, string output, ExperimentOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ExperimentJob.Run(data, chain, output, options, progress, cancellationToken);

    /// <inheritdoc cref="DemoJob.Run"/>
    public DemoResult RunDemo(string output, DemoOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default) =>
        DemoJob.Run(output, options, progress, cancellationToken);
}
