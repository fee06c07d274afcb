using System.Security.Cryptography;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Training;

/// <summary>Everything that decides what a run computes, by name. Only a run with the same is continued. Not among it is what changes no
/// result (how often checkpoints are written, how a step's scenes are divided into batches, the device) beyond float rounding.</summary>
static class RunIdentity
{
    public static SortedDictionary<string, string> Of(ControlNetTrainingOptions o, ModelBundle bundle, VideoSplit split, TrainingPlan plan,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        LearningRate rate = LearningRate.Of(o, plan.Steps);
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["model"] = bundle.Hash,
            ["train scenes"] = Data(split.Train, "checking training scenes", progress, cancellationToken),
            ["validation scenes"] = Data(split.Validation, "checking validation scenes", progress, cancellationToken),
            ["scenes a step"] = Text(o.Rows),
            ["learning rate"] = Text(o.LearningRate),
            ["decay"] = o.Decay.ToString(),
            ["warm-up steps"] = Text(rate.Warmup),
            ["weight decay"] = Text(o.WeightDecay),
            ["gradient clip"] = Text(o.GradientClip),
            ["prompt dropout"] = Text(o.PromptDropout),
            ["timestep weighting"] = o.Weighting == TimestepWeighting.MinSnr ? $"MinSnr {Text(o.SnrGamma)}" : "Uniform",
            ["EMA decay"] = Text(o.EmaDecay),
            ["loss weights"] = $"{Text(o.NoiseWeight)} {Text(o.ReconstructionWeight)} {Text(o.LpipsWeight)} {Text(o.BackgroundWeight)}",
            ["size"] = $"{Text(o.Width)}x{Text(o.Height)}",
            ["seed"] = Invariant($"{o.Seed}"),
            ["prompt"] = o.Edit.PromptTemplate,
            ["steps between validations"] = o.ValidateEvery is { } every ? Text(every) : "an epoch",
            ["patience"] = Text(o.Patience),
        };
        // A cosine is laid over all steps; a constant rate lets a run be prolonged.
        if (o.Decay == LearningRateDecay.Cosine) all["steps"] = Text(plan.Steps);
        return all;
    }

    // What differs, in words; empty for the same run.
    public static IReadOnlyList<string> Differences(SortedDictionary<string, string> there, SortedDictionary<string, string> wanted) =>
        [.. there.Keys.Union(wanted.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(k => there.GetValueOrDefault(k) != wanted.GetValueOrDefault(k))
            .Select(k => $"{k}: {Short(there.GetValueOrDefault(k))} there, {Short(wanted.GetValueOrDefault(k))} now")];

    // One hash over the scenes' ids, products and files.
    static string Data(IReadOnlyList<SceneRecord> scenes, string stage, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < scenes.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SceneRecord s = scenes[i];
            string[] hashes = [.. new[] { s.SceneImagePath, s.KeywordMaskPath, s.AttentionHeatmapPath }.Select(FileHash.OfFile)];
            sha.AppendData(Encoding.UTF8.GetBytes($"{s.SceneId}\0{s.Keyword}\0{string.Join('\0', hashes)}\n"));
            progress?.Report(new(stage, i + 1, scenes.Count));
        }
        return $"{Text(scenes.Count)} {Convert.ToHexStringLower(sha.GetHashAndReset())}";
    }

    static string Short(string? value) => value is null ? "not given" : SafePath.Shorten(value, 40);

    static string Text(double value) => Invariant($"{value}");
}
