using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// The whole job in one call. What is finished is recognised by hashes and left alone, so a run may be stopped at any moment, also by
/// killing the process: the next one continues and ends with the same bytes. A broken input is reported and left out; the rest is done.
/// </summary>
public static class ExperimentJob
{
    /// <summary>Does everything that is not done yet.</summary>
    /// <param name="data">The data folder (see <see cref="SceneFolder"/>).</param>
    /// <param name="model">The folder of the model bundle.</param>
    /// <param name="output">Receives everything; created if it is not there.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Each step reports under its own name.</param>
    /// <param name="cancellationToken">Stops soon; everything written then is complete.</param>
    /// <returns>Where everything is, what was done, and what went wrong: look at <see cref="ExperimentResult.HasFailures"/>.</returns>
    /// <exception cref="UsageException">An option is out of range, or the output folder is read as data.</exception>
    /// <exception cref="BadDataException">No valid scene, no scene that could be edited, or engagement data that cannot be read at
    /// all.</exception>
    /// <exception cref="MissingDependencyException">The model or ffmpeg is not there.</exception>
    /// <exception cref="RetryableException">Another run works in the output folder, or the disk is too small.</exception>
    public static ExperimentResult Run(
        string data, string model, string output,
        ExperimentOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // 1. Refuse what can be refused, before anything is written.
        using ExperimentRun run = ExperimentRun.Open(data, model, output, options ?? new(), progress, cancellationToken);
        return Run(run);
    }

    /// <summary>As <see cref="Run(string, string, string, ExperimentOptions, IProgress{WorkProgress}, CancellationToken)"/>, with a fitted
    /// chain, which may have been saved and loaded: the same files, byte for byte.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="chain">What <c>ml.Alignment.Experiment</c> makes, fitted on the scenes. It decides size, strengths and edits; of the
    /// options these are not read.</param>
    /// <param name="output">Receives everything.</param>
    /// <param name="options">What the chain does not decide; null: the defaults.</param>
    /// <param name="progress">Each step reports under its own name.</param>
    /// <param name="cancellationToken">Stops soon.</param>
    public static ExperimentResult Run(string data, ITransformer chain, string output, ExperimentOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chain);
        using ExperimentRun run = ExperimentRun.Open(data, chain, output, options ?? new(), progress, cancellationToken);
        return Run(run);
    }

    static ExperimentResult Run(ExperimentRun run)
    {

        // 2. Find the scenes that can be used.
        ValidationResult validation = run.Validate();

        // 3. Write the heatmaps of every variant.
        VariantResult variants = run.WriteVariants();
        VariantSet set = run.OpenVariants();

        // 4. Edit every distinct control once.
        EditResult edit = run.Edit(set);

        // 5. Assemble the videos.
        AssembleResult assemble = run.Assemble(set);

        // 6. Draw what people look at first: contact sheets, statistics and their plots.
        IReadOnlyList<string> sheets = run.DrawContactSheets(set);
        IReadOnlyList<string> statistics = run.WriteStatistics(set);

        // 7. Measure the dose: how far attention moved, as predictors see it.
        DoseResult? dose = run.MeasureDose(set, edit);

        // 8. Analyze the engagement: what viewers did.
        EngagementAnalysis? analysis = run.Analyze();

        // 9. Sum it up in run.json.
        ExperimentResult result = run.Summarize(new()
        {
            Output = run.Output,
            Steps = run.Steps,
            Problems = run.Problems,
            Validation = validation,
            Variants = variants,
            Edit = edit,
            Assemble = assemble,
            ContactSheets = sheets,
            StatisticsFiles = statistics,
            Dose = dose?.Report,
            Analysis = analysis,
        });

        // 10. Show all of it on one page, the summary included.
        return run.Report(result);
    }
}
