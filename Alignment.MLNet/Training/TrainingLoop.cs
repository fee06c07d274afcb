using System.Diagnostics;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.MLNet.Training;

/// <summary>Everything a step computes follows from the weights and moments before it and from its number; so a run continued from a
/// checkpoint ends with the bytes of one that was never stopped.</summary>
sealed class TrainingLoop(
    ControlNetTrainingOptions options, TrainingPlan plan, VideoSplit split, ITrainingStep model, BatchEncoder encoder,
    WeightAverage? average, TrainingLog log, CheckpointStore checkpoints, ITrainingMonitor side, IProgress<WorkProgress>? progress)
{
    // Batches decoded ahead.
    const int Ahead = 2;

    const string Training = "training";

    readonly LearningRate _rate = LearningRate.Of(options, plan.Steps);

    readonly Stopwatch _clock = new();

    // Goes on from state to the last step. Returns where it ended: at the last step, or earlier without improvement.
    public TrainingState Run(TrainingState state, CancellationToken cancellationToken)
    {
        progress?.Report(new(Training, state.Step, plan.Steps));
        long saved = state.Step;
        if (state.ValidationPending) (state, _) = Validate(state, cancellationToken);
        if (state.Step > 0 && IsSampled(state.Step) && !side.HasSample(state.Step)) side.Sample(state.Step);
        if (IsOver(state)) return state;
        using var scenes = new Prefetch<TrainingScene[]>(Scenes(state.Step + 1), Ahead);
        try
        {
            for (long step = state.Step + 1; !IsOver(state); step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                state = Step(step, state, scenes, cancellationToken);
                bool best = false;
                if (state.ValidationPending) (state, best) = Validate(state, cancellationToken);
                if (best || step % options.CheckpointEvery == 0 || IsOver(state)) Save(state, ref saved);
                if (IsSampled(step)) side.Sample(step);
            }
            return state;
        }
        catch (OperationCanceledException)
        {
            model.Abandon();
            if (state.Step > saved) Save(state, ref saved);
            throw;
        }
    }

    bool IsOver(TrainingState state) => state.Step >= plan.Steps || (options.Patience > 0 && state.WithoutImprovement >= options.Patience);

    bool IsValidated(long step) => split.Validation.Count > 0
        && (step == plan.Steps || (options.ValidateEvery is { } every ? step % every == 0 : plan.EndsEpoch(step)));

    bool IsSampled(long step) => options.SampleEvery > 0 && step % options.SampleEvery == 0;

    TrainingState Step(long step, TrainingState state, Prefetch<TrainingScene[]> scenes, CancellationToken cancellationToken)
    {
        _clock.Restart();
        TimeSpan data = default, models = default;
        var sums = new double[model.LossParts.Count];
        for (int micro = 0; micro < options.Accumulation; micro++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // 1. Scenes, encoded, noised.
            TimeSpan before = _clock.Elapsed;
            if (!scenes.MoveNext()) throw new InvalidOperationException("The stream of scenes has ended.");
            TrainingBatch batch = encoder.Training(scenes.Current, plan.FirstRow(step) + (long)micro * options.BatchSize);
            data += _clock.Elapsed - before;

            // 2. Losses and gradients.
            before = _clock.Elapsed;
            double[] losses = model.Accumulate(batch);
            for (int i = 0; i < sums.Length; i++) sums[i] += losses[i] / options.Accumulation;
            models += _clock.Elapsed - before;
        }

        // 3. The optimizer, by the mean of the micro batches' gradients.
        TimeSpan optimizing = _clock.Elapsed;
        double rate = _rate.At(step), norm = model.Apply(rate);
        average?.Update();
        if (!double.IsFinite(norm) || !double.IsFinite(sums[0])) throw Diverged(step, sums[0], norm);
        TimeSpan all = _clock.Elapsed;

        log.AddTraining(step, plan.Epoch(step), rate, norm, sums);
        log.AddTiming(step, TrainingLog.Train, data, models, all - optimizing, all);
        progress?.Report(new(Training, step, plan.Steps,
            Invariant($"loss {sums[0]:0.####}{(state.LastValidationLoss is { } v ? $", validation {v:0.####}" : "")}")));
        return state with
        {
            Step = step,
            ValidationPending = IsValidated(step),
            FirstTrainingLoss = state.FirstTrainingLoss ?? sums[0],
            LastTrainingLoss = sums[0]
        };
    }

    // The mean losses over the validation scenes, each at the same few timesteps under the same noise as every time.
    (TrainingState State, bool Best) Validate(TrainingState state, CancellationToken cancellationToken)
    {
        _clock.Restart();
        var sums = new double[model.LossParts.Count];
        long first = 0, evaluations = (long)split.Validation.Count * TrainingRandom.ValidationTimesteps;
        using (WeightAverage.InPlace(average))
        {
            using var scenes = new Prefetch<TrainingScene[]>(SceneStream.Read(split.Validation, options.Width, options.Height)
                .Chunk(options.BatchSize), Ahead);
            for (; scenes.MoveNext(); first += scenes.Current.Length)
                for (int k = 0; k < TrainingRandom.ValidationTimesteps; k++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    double[] losses = model.Evaluate(encoder.Validation(scenes.Current, first, k));
                    for (int i = 0; i < sums.Length; i++) sums[i] += losses[i] * scenes.Current.Length / evaluations;
                    // Under training's own stage: a stage that ends a hundred times would fill the log.
                    if (state.Step < plan.Steps)
                        progress?.Report(new(Training, state.Step, plan.Steps,
                            Invariant($"validating {first + scenes.Current.Length} of {split.Validation.Count}")));
                }
        }
        log.AddValidation(state.Step, plan.Epoch(state.Step), sums);
        log.AddTiming(state.Step, TrainingLog.Validation, default, default, default, _clock.Elapsed);
        bool best = state.BestLoss is not { } known || sums[0] < known;
        return (state with
        {
            ValidationPending = false,
            FirstValidationLoss = state.FirstValidationLoss ?? sums[0],
            LastValidationLoss = sums[0],
            BestLoss = best ? sums[0] : state.BestLoss,
            BestStep = best ? state.Step : state.BestStep,
            WithoutImprovement = best ? 0 : state.WithoutImprovement + 1,
        }, best);
    }

    void Save(TrainingState state, ref long saved)
    {
        checkpoints.Write(state, options.KeepCheckpoints, folder =>
        {
            model.Save(folder);
            average?.Save(folder);
            log.CopyTo(folder);
        });
        saved = state.Step;
        side.Plot();
    }

    // The scenes of a step and all after it, in micro batches.
    IEnumerable<TrainingScene[]> Scenes(long step)
    {
        var order = new EpochOrder(options.Seed, split.Train.Count);
        return SceneStream.Read(Records(), options.Width, options.Height).Chunk(options.BatchSize);

        IEnumerable<SceneRecord> Records()
        {
            for (long row = plan.FirstRow(step); row < plan.FirstRow(plan.Steps + 1); row++) yield return split.Train[order[row]];
        }
    }

    BadDataException Diverged(long step, double loss, double norm) => BadDataException.For(
        $"The training at step {step}",
        $"a loss of {loss} and a gradient of norm {norm}", "finite numbers",
        $"It has diverged: begin anew with a lower "
        + $"{OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.LearningRate))}, such as "
        + $"{options.LearningRate / 3:0.#e-0}. Checkpoints before it are kept.");
}
