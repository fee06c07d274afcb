using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Training;

/// <summary>Fine-tunes a bundle's ControlNet on scenes and their attention, everything else frozen. Stopped at any moment, also by a kill,
/// the same call continues, and ends with the bytes of one that was never stopped.</summary>
public static class TrainingJob
{
    /// <summary>Trains on every valid scene of a data folder; <c>valid_scenes.csv</c> and <c>validation.json</c> go to the output folder.
    /// Cancelled between batches, it writes a checkpoint of the last complete step.</summary>
    /// <exception cref="UsageException">An option is out of range or does not suit the model, there is nothing to resume, or what is there
    /// was begun with other options.</exception>
    /// <exception cref="BadDataException">There is no valid scene, a picture is damaged, or the loss diverged.</exception>
    /// <exception cref="MissingDependencyException">The model or the device is not there.</exception>
    /// <exception cref="RetryableException">Out of memory (the message says what to lower), the disk is too small, or another run works in
    /// the output folder.</exception>
    public static TrainingResult Run(string data, ControlNetTrainingOptions options, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ModelBundle bundle = Open(options);
        SceneFolder scenes = SceneFolder.Open(data);
        var folder = new RunFolder(options.Output);
        folder.RequireOutside(scenes, data);
        using RunLock alone = RunLock.Take(folder.Root);
        ValidationStep.Run(scenes, data, folder, new ValidationOptions { Deep = true }, progress, cancellationToken);
        return new TrainingRun(options, bundle, [.. ValidScenesCsv.Read(folder.ValidScenes)], OrtTrainingStep.Open,
            progress).Run(cancellationToken);
    }

    /// <summary>As <see cref="Run(string, ControlNetTrainingOptions, IProgress{WorkProgress}?, CancellationToken)"/>, on scenes that are
    /// known to be valid.</summary>
    public static TrainingResult Run(IEnumerable<SceneRecord> scenes, ControlNetTrainingOptions options,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenes);
        ArgumentNullException.ThrowIfNull(options);
        ModelBundle bundle = Open(options);
        using RunLock alone = RunLock.Take(options.Output);
        return new TrainingRun(options, bundle, [.. scenes], OrtTrainingStep.Open, progress).Run(cancellationToken);
    }

    // Refuses what cannot be trained before anything is written.
    internal static ModelBundle Open(ControlNetTrainingOptions options)
    {
        options.Check();
        ModelBundle bundle = ModelBundle.Open(options.Model);
        EditJob.Require(bundle, options.Edit with { Width = options.Width, Height = options.Height, Device = options.Device });
        if (bundle.Manifest.PredictionType != "epsilon")
            throw BadDataException.For($"The model bundle '{bundle.Folder}'", $"a model that predicts '{bundle.Manifest.PredictionType}'",
                "epsilon, which the losses are made for", "Use a Stable Diffusion 1.5 model.");
        if (options.LpipsWeight > 0 && !bundle.Has("lpips.onnx"))
            throw UsageException.For($"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.LpipsWeight))}",
                "a bundle without lpips.onnx", "a bundle with it",
                "Add it with LpipsImport or 'alignment models import --lpips', or leave the weight at 0.");
        if (Path.GetFullPath(options.Output) == bundle.Folder)
            throw UsageException.For($"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Output))}",
                "the model bundle's own folder", "another folder", "The bundle one starts from is left as it is.");
        return bundle;
    }
}
