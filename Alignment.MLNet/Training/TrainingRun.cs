using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Training;

/// <summary>One training in its output folder, which the caller has locked: where to begin, the loop, and what is left at the
/// end.</summary>
sealed class TrainingRun(ControlNetTrainingOptions options, ModelBundle bundle, IReadOnlyList<SceneRecord> scenes,
    Func<ModelBundle, ControlNetTrainingOptions, ITrainingStep> openModel, IProgress<WorkProgress>? progress)
{
    readonly TrainingFolder _folder = new(options.Output);

    public TrainingResult Run(CancellationToken cancellationToken)
    {
        // 1. What is trained on, and in which steps.
        VideoSplit split = VideoSplit.Of(scenes, options.TrainShare, options.Seed);
        TrainingPlan plan = TrainingPlan.Of(options, split.Train.Count);
        SortedDictionary<string, string> identity = RunIdentity.Of(options, bundle, split, plan, progress, cancellationToken);
        var summary = new TrainingSummary(_folder, options, bundle, split, plan, identity);

        // 2. Where to begin.
        var checkpoints = new CheckpointStore(_folder.Checkpoints);
        TrainingState begin = Begin(checkpoints, identity);
        if (summary.Finished(begin) is { } finished) return finished;
        RequireSpace();
        if (bundle.HasManifest) bundle.Verify(progress, cancellationToken);

        // 3. Train.
        try
        {
            using ITrainingStep model = openModel(bundle, options);
            using var encoder = new BatchEncoder(bundle, options);
            WeightAverage? average = options.EmaDecay > 0 ? new(model, options.EmaDecay) : null;
            if (begin.Step > 0) Load(begin.Step, begin.Step);
            var side = new TrainingMonitor(_folder, options, bundle, split, model, average, progress, cancellationToken);
            TrainingState end;
            using (TrainingLog log = begin.Step > 0 ? TrainingLog.Restore(_folder.Root, checkpoints.FolderOf(begin.Step))
                : TrainingLog.Begin(_folder.Root, model.LossParts))
                end = new TrainingLoop(options, plan, split, model, encoder, average, log, checkpoints, side, progress).Run(begin,
                cancellationToken);

            // 4. The best weights become the model.
            long chosen = end.BestStep > 0 ? end.BestStep : end.Step;
            if (chosen != end.Step) Load(chosen, chosen);
            side.Plot();
            using (WeightAverage.InPlace(average))
                return summary.Write(end, chosen, end.Step - begin.Step, model.Weights, trained => side.Draw(trained, summary.FinalSample),
                progress, cancellationToken);

            void Load(long step, long steps)
            {
                model.Load(checkpoints.FolderOf(step), steps);
                average?.Load(checkpoints.FolderOf(step));
            }
        }
        catch (Exception e) when (OutOfMemory.Is(e))
        {
            throw OutOfMemory.Explain(options, bundle, e);
        }
    }

    // The state to go on from: a checkpoint's, or nothing done yet.
    TrainingState Begin(CheckpointStore checkpoints, SortedDictionary<string, string> identity)
    {
        checkpoints.Recover();
        long newest = checkpoints.Latest;
        switch (options.Resume)
        {
            case ControlNetTrainingOptions.ResumeLatest when newest == 0:
                throw UsageException.For($"{ControlNetTrainingOptions.ResumeOption} latest", $"no checkpoint in '{checkpoints.Root}'",
                    "one to continue from", $"Check {OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Output))}, "
                        + $"or leave {ControlNetTrainingOptions.ResumeOption} out to begin.");
            case ControlNetTrainingOptions.ResumeNone:
                checkpoints.SetAside(after: 0);
                newest = 0;
                break;
            case not (ControlNetTrainingOptions.ResumeAuto or ControlNetTrainingOptions.ResumeLatest):
                string folder = Path.GetFullPath(options.Resume);
                if (!Directory.Exists(folder))
                    throw UsageException.For($"{ControlNetTrainingOptions.ResumeOption} '{SafePath.Shorten(options.Resume, 300)}'",
                        "no such folder",
                        "auto, latest, none or a checkpoint's folder", $"Checkpoints are folders in '{checkpoints.Root}'.");
                Require(CheckpointStore.Read(folder), folder, identity);
                newest = checkpoints.Import(folder).Step;
                checkpoints.SetAside(after: newest);
                break;
        }
        if (newest > 0)
        {
            TrainingState state = CheckpointStore.Read(checkpoints.FolderOf(newest));
            Require(state, checkpoints.FolderOf(newest), identity);
            return state;
        }
        if (Directory.Exists(_folder.Samples)) Directory.Delete(_folder.Samples, recursive: true);   // of a start that is gone
        return new TrainingState { Run = identity };
    }

    static void Require(TrainingState state, string folder, SortedDictionary<string, string> identity)
    {
        IReadOnlyList<string> differences = RunIdentity.Differences(state.Run, identity);
        if (differences.Count > 0)
            throw UsageException.For($"The checkpoint '{folder}'", $"a run with other options ({string.Join("; ", differences)})",
                "the options it was begun with", $"Give the same options to continue it, another "
                + $"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Output))} for a new run, or "
                + $"{ControlNetTrainingOptions.ResumeOption} none to begin anew here.");
    }

    // Checkpoints (weights, two moments, the average), one more while it is written, and the model twice while samples are drawn.
    void RequireSpace()
    {
        long weights = sizeof(float) * bundle.Header(BundleFiles.ControlNet).Parameters;
        int copies = options.EmaDecay > 0 ? 4 : 3;
        long need = (options.KeepCheckpoints + 2L) * copies * weights + 2 * weights;
        long there = Directory.Exists(_folder.Root) ? new RunFolder(_folder.Root).Size() : 0;
        DiskSpace.Check(_folder.Root, Math.Max(0, need - there));
    }

}
