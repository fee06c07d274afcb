using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Pipelines;

/// <summary>run.json: what was done with which options. It holds what there is, not what this call made, so that a continued run writes the
/// same.</summary>
static class RunSummary
{
    public static void Write(ExperimentResult result, ExperimentOptions options, ModelBundle bundle) =>
        OutputRecord.WriteManifest(result.RunJson, new
        {
            Tool = ToolVersion.Name,
            OnnxRuntime = Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString(),
            Model = new
            {
                Sha256 = bundle.Hash,
                bundle.Manifest.Origin,
                bundle.Manifest.License,
                bundle.Manifest.ControlTrained,
                bundle.Manifest.Note
            },
            Options = new
            {
                options.Validation.Deep,
                Variants = ManifestOptions.Of(options.Variants),
                Edit = EditSettings.Of(options.Edit.Resolve(bundle), options.JpegQuality),
                Assemble = new
                {
                    options.Assemble.SceneSeconds,
                    Fps = options.Assemble.Rate?.ToString(),
                    DefaultFps = options.Assemble.DefaultRate.ToString(),
                    options.Assemble.Crf,
                    Smoothing = Smoothing.Parse(options.Assemble.Smoothing)?.ToString() ?? "off",
                },
                Engagement = options.EngagementFile is null ? null
            : new { Sha256 = FileHash.OfFile(options.EngagementFile), options.Analysis.Baseline, options.Analysis.Confidence },
            },
            Dose = result.Dose is not { } dose ? null : new { dose.Note, dose.Predictors, dose.Margin, dose.Counts, dose.Sentences },
            Steps = result.Steps.Select(s => new { s.Name, s.Unit, s.Items }),
            result.Variants.AttentionOrigin,
            result.Edit.Counts,
            Videos = result.Assemble.Videos.Select(v => new { v.VideoId, v.Variant, v.File, v.Frames, v.Seconds, v.Sha256 }),
            result.Problems,
        });
}
