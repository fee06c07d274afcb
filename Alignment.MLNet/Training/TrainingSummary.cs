using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Training;

/// <summary>The end of a run: the trained bundle with its card, the last sheet, and <c>training.json</c>, which says that all this is
/// done.</summary>
sealed class TrainingSummary(TrainingFolder folder, ControlNetTrainingOptions options, ModelBundle source, VideoSplit split,
    TrainingPlan plan, SortedDictionary<string, string> identity)
{
    // What training.json holds: nothing that differs between a continued and an uninterrupted run.
    sealed record Written
    {
        public required string Tool { get; init; }
        public required SortedDictionary<string, string> Run { get; init; }
        public required long Steps { get; init; }
        public required long PlannedSteps { get; init; }
        public required long ChosenStep { get; init; }
        public required string ModelSha256 { get; init; }
        public required string SourceOrigin { get; init; }
        public required int TrainVideos { get; init; }
        public required int TrainScenes { get; init; }
        public required int ValidationVideos { get; init; }
        public required int ValidationScenes { get; init; }
        // Where the attention that was trained on comes from.
        public ProvenanceCounts AttentionOrigin { get; init; } = ProvenanceCounts.None;
        public double? FirstTrainingLoss { get; init; }
        public double? LastTrainingLoss { get; init; }
        public double? FirstValidationLoss { get; init; }
        public double? BestValidationLoss { get; init; }
        public double? LastValidationLoss { get; init; }
    }

    readonly Lazy<ProvenanceCounts> _attention = new(() =>
    {
        var origins = new ProvenanceReader();
        return ProvenanceCounts.Of(split.Train.Concat(split.Validation).Select(s => origins.Of(s.AttentionHeatmapPath)));
    });

    public string FinalSample => Path.Combine(folder.Samples, "trained.png");

    // The result where everything is done already; null otherwise.
    public TrainingResult? Finished(TrainingState state)
    {
        try
        {
            if (!File.Exists(folder.Summary)) return null;
            Written? there = JsonSerializer.Deserialize<Written>(File.ReadAllBytes(folder.Summary), JsonStyle.Record);
            bool same = there is not null && there.Steps == state.Step && there.PlannedSteps == plan.Steps
                && RunIdentity.Differences(there.Run, identity).Count == 0
                && (options.SampleScenes == 0 || File.Exists(FinalSample)) && File.Exists(folder.Losses);
            return same && ModelBundle.Open(folder.Model).Hash == there!.ModelSha256 ? Result(there, 0) : null;
        }
        catch (Exception e) when (e is JsonException or AlignmentException or IOException)
        {
            return null;   // written again
        }
    }

    public TrainingResult Write(TrainingState end, long chosen, long stepsDone, IWeights weights, Action<ModelBundle> draw,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        string how = Invariant($"ControlNet trained for {chosen} steps of {options.Rows} on "
            + $"{split.Train.Count} scenes of {split.TrainVideos} videos by alignment");
        ModelBundle trained = TrainedBundle.Write(source, folder.Model, weights,
            new() { Origin = how, Note = Note(), Card = Card(end, chosen), Force = true }, progress, cancellationToken);
        draw(trained);
        var written = new Written
        {
            Tool = ToolVersion.Name,
            Run = identity,
            Steps = end.Step,
            PlannedSteps = plan.Steps,
            ChosenStep = chosen,
            ModelSha256 = trained.Hash,
            SourceOrigin = source.Manifest.Origin,
            TrainVideos = split.TrainVideos,
            TrainScenes = split.Train.Count,
            ValidationVideos = split.ValidationVideos,
            ValidationScenes = split.Validation.Count,
            AttentionOrigin = _attention.Value,
            FirstTrainingLoss = end.FirstTrainingLoss,
            LastTrainingLoss = end.LastTrainingLoss,
            FirstValidationLoss = end.FirstValidationLoss,
            BestValidationLoss = end.BestLoss,
            LastValidationLoss = end.LastValidationLoss,
        };
        OutputRecord.WriteManifest(folder.Summary, written);
        return Result(written, stepsDone);
    }

    TrainingResult Result(Written w, long stepsDone) => new()
    {
        Output = folder.Root,
        Model = folder.Model,
        ModelHash = w.ModelSha256,
        Steps = w.Steps,
        StepsMade = stepsDone,
        ChosenStep = w.ChosenStep,
        StoppedEarly = w.Steps < plan.Steps,
        TrainVideos = w.TrainVideos,
        TrainScenes = w.TrainScenes,
        ValidationVideos = w.ValidationVideos,
        ValidationScenes = w.ValidationScenes,
        FirstTrainingLoss = w.FirstTrainingLoss,
        LastTrainingLoss = w.LastTrainingLoss,
        FirstValidationLoss = w.FirstValidationLoss,
        BestValidationLoss = w.BestValidationLoss,
        LastValidationLoss = w.LastValidationLoss,
        LossesFile = folder.Losses,
        Samples = Directory.Exists(folder.Samples) ? [.. Directory.GetFiles(folder.Samples, "*.png").Order(StringComparer.Ordinal)] : [],
        Notes = [.. Notes()],
    };

    IEnumerable<string> Notes()
    {
        if (_attention.Value.Predicted > 0) yield return _attention.Value.Text;
        if (split.Validation.Count == 0)
            yield return split.TrainVideos == 1 && options.TrainShare < 1
                ? "There is only one video, so nothing is left to validate with: the last weights are kept, and nobody knows how they do "
                    + "on other videos."
                : "All videos are trained on (a share of 1), so nothing is left to validate with: the last weights are kept.";
    }

    string Note() => source.Manifest.Note.Length == 0 ? "" : $"Of the model it was trained from: {source.Manifest.Note}";

    string Card(TrainingState end, long chosen)
    {
        string Number(double? value) => value is { } v ? Invariant($"{v:G5}") : "none";
        string validation = split.Validation.Count == 0
            ? "Nothing was held out to validate with: how it does on other videos is not known."
            : Invariant($"Validation loss on {split.Validation.Count} scenes of {split.ValidationVideos} other videos: "
                + $"{Number(end.FirstValidationLoss)} at first, {Number(end.BestLoss)} at the step that was kept.");
        string data =
            Invariant($"{split.Train.Count} scenes of {split.TrainVideos} videos, {options.Width}x{options.Height} pixels, control "
                + $"[{string.Join(", ", ControlStack.Labels)}]"),
            steps = Invariant($"{chosen} steps of {options.Rows} scenes (of {end.Step} done, {plan.Steps} planned), AdamW, rate "
                + $"{options.LearningRate}, {options.Decay}, seed {options.Seed}"),
            weights = Invariant($"noise {options.NoiseWeight}, reconstruction {options.ReconstructionWeight}, LPIPS {options.LpipsWeight}, "
                + $"background {options.BackgroundWeight}");
        return $"""
            # A trained bundle

            The ControlNet of this bundle was fine-tuned by `alignment train`; every other file is that of the bundle it was trained from.

            - Trained from: {source.Manifest.Origin} (hash {source.Hash}), licence: {source.Manifest.License}
            - Data: {data}
            - {_attention.Value.Text}
            - {steps}
            - Loss weights: {weights}
            - {validation}

            A falling loss says that the model predicts noise better, not that viewers look elsewhere: measure that on edited scenes.
            """ + "\n";
    }
}
