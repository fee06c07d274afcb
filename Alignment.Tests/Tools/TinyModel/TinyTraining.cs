using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// Makes the bundled tiny model from nothing but drawings: autoencoder, then text encoder and UNet, then the two-channel
/// ControlNet. Each stage keeps its state in the work folder, so that a stopped run continues.
/// </summary>
public static class TinyTraining
{
    const string Note = "Trained on simple drawings of ten products only: it edits such drawings, and no conclusion about real footage "
        + "or viewers can be drawn from its pictures.";

    /// <summary>Trains what is not trained yet and writes the bundle.</summary>
    /// <param name="work">Keeps the stages' states.</param>
    /// <param name="bundle">Gets the model; an earlier one there is replaced.</param>
    /// <param name="recipe">Null: the bundled model's own.</param>
    /// <param name="log">Gets a line now and then.</param>
    /// <param name="keep">Parts to take from an earlier bundle instead of training them; null for none.</param>
    /// <param name="cancellationToken">Saves the state and stops.</param>
    public static ModelBundle Run(string work, string bundle, TinyRecipe? recipe, Action<string> log, TinyKeep? keep = null,
        CancellationToken cancellationToken = default)
    {
        recipe ??= new();
        using var kept = new KeptParts(keep);
        Directory.CreateDirectory(work);
        ModelBundle untrained = TinyBundle.Write(Path.Combine(work, "untrained"), force: true, cancellationToken);
        ClipTokenizer tokenizer = ClipTokenizer.Load(Path.Combine(untrained.Folder, "tokenizer"), untrained.Manifest.Tokenizer.Length);
        int vocabulary = untrained.Manifest.Tokenizer.VocabularySize;
        var schedule = new NoiseSchedule(SchedulerConfig.Of(untrained));
        TinyWeights first = TinyWeights.Seeded(vocabulary, new() { Seed = recipe.Seed, EmbeddingDeviation = 0.1f });

        IWeights vae = kept.Vae ?? new InScope(new TinyStage(TinyKeep.Vae, work, recipe.Vae,
            recipe.LogEvery).Run(TinyTrainingGraphs.Autoencoder(), MixedWeights.Scoped((TinyTrainingGraphs.VaeScope, first.Vae)),
            TinyFeeds.Vae(recipe), log, cancellationToken), TinyTrainingGraphs.VaeScope);

        StillPool pool;
        using (InferenceSession encoder = Open(AutoencoderKL.AuthorEncoder(TinyBundle.Vae, vae)))
            pool = StillPool.Draw(recipe, encoder, log, cancellationToken);
        log(FormattableString.Invariant($"scaling factor {pool.ScalingFactor}"));

        var known = new Dictionary<string, long[]>(StringComparer.Ordinal);
        long[] Tokens(string prompt) => known.TryGetValue(prompt, out long[]? ids) ? ids : known[prompt] = tokenizer.EncodePadded(prompt);
        IWeights denoiser = kept.Denoiser ?? new TinyStage(TinyKeep.Denoiser, work, recipe.Denoiser,
            recipe.LogEvery).Run(TinyTrainingGraphs.Denoiser(vocabulary),
            MixedWeights.Scoped((TinyTrainingGraphs.TextScope, first.Text), (TinyTrainingGraphs.UNetScope, first.UNet)),
            TinyFeeds.Denoiser(recipe, pool, schedule, Tokens), log, cancellationToken);
        IWeights text = new InScope(denoiser, TinyTrainingGraphs.TextScope), unet = new InScope(denoiser, TinyTrainingGraphs.UNetScope);

        IWeights control = kept.Control ?? Control();
        IWeights trunk = kept.Trunk ?? Trunk(work, recipe, log, cancellationToken);
        IWeights masks = kept.Masks ?? Masks(TinyKeep.Masks, recipe.Masks, TinyMaskQuestions.First, null);
        if (keep?.Stages.Contains(TinyKeep.Absent) is not true)
            masks = Masks(TinyKeep.Absent, recipe.Absent, TinyMaskQuestions.ManyAbsent, masks);
        return TinyBundle.Write(bundle, new TinyWeights(text, unet, control, vae)
        {
            Trunk = trunk,
            Masks = masks,
            ScalingFactor = pool.ScalingFactor,
            Note = Note,
            Origin = "trained from scratch on this project's own drawings, by its own code; no third-party weights"
        }, force: true,
                    cancellationToken);

        // CLIPSeg, text encoder and all, from nothing or from what an earlier stage made of it; the heads are no part of it and start anew.
        InScope Masks(string stage, TinyStageRecipe how, TinyMaskQuestions questions, IWeights? earlier)
        {
            ModelGraph graph = TinyTrainingGraphs.Masks(vocabulary, DrawnStills.Keywords.Count, questions.Count, questions.Heads);
            IWeights initial = TinyMasks.Initial(graph, recipe.Seed);
            if (earlier is not null) initial = MixedWeights.Joined(MixedWeights.Scoped((TinyTrainingGraphs.MasksScope, earlier)), initial);
            return new(new TinyStage(stage, work, how, recipe.LogEvery).Run(graph, initial,
                TinyMaskFeed.Of(stage, recipe, how.Batch, questions, tokenizer), log, cancellationToken), TinyTrainingGraphs.MasksScope);
        }

        IWeights Control()
        {
            using InferenceSession encoder = Open(ClipTextModel.Author(TinyBundle.Text(vocabulary), text));
            var states = new Dictionary<string, float[]>(StringComparer.Ordinal);
            float[] States(string prompt) => states.TryGetValue(prompt, out float[]? made) ? made
                : states[prompt] = Encode(encoder, Tokens(prompt));
            IWeights initial = ControlNet.FromUNet(unet, TinyBundle.Control, new() { Seed = recipe.Seed });
            return new InScope(new TinyStage(TinyKeep.Control, work, recipe.Control, recipe.LogEvery).Run(TinyTrainingGraphs.Control(),
                MixedWeights.Scoped((TinyTrainingGraphs.ControlScope, initial), (TinyTrainingGraphs.UNetScope, unet)),
                new TinyControlFeed(recipe, pool, schedule, States).Set, log, cancellationToken), TinyTrainingGraphs.ControlScope);
        }
    }

    /// <summary>The perceptual distance: a trunk trained to tell products and colours apart, and linear layers that weigh all channels of
    /// all taps alike.</summary>
    static MixedWeights Trunk(string work, TinyRecipe recipe, Action<string> log, CancellationToken cancellationToken)
    {
        ModelGraph classifier = TinyTrainingGraphs.Classifier(DrawnStills.Keywords.Count, DrawnStills.Colours.Count);
        var first = new SeededWeights(classifier.Parameters.Select(p => new WeightInfo(p.Name, WeightType.F32, p.Shape.Numbers)),
            new() { Seed = recipe.Seed, Gain = 1.4f });
        IWeights features = new InScope(new TinyStage(TinyKeep.Trunk, work, recipe.Trunk, recipe.LogEvery).Run(classifier, first,
            TinyFeeds.Trunk(recipe), log, cancellationToken), TinyTrainingGraphs.TrunkScope);
        var linear = new AlikeWeights(Lpips.Weights(TinyBundle.Trunk).Where(w => Lpips.IsLinear(w.Name)), 1f / TinyBundle.Trunk.Taps.Count);
        return MixedWeights.Scoped(("", features), ("", linear));
    }

    /// <summary>Every number the same.</summary>
    sealed class AlikeWeights(IEnumerable<WeightInfo> infos, float value) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos { get; } = infos.ToDictionary(i => i.Name, StringComparer.Ordinal);

        public void Read(string name, long start, Span<float> into) => into.Fill(value);
    }

    static InferenceSession Open(OnnxModel model) => OrtSessions.Open(model.ToBytes(), model.Graph.Name);

    static float[] Encode(InferenceSession encoder, long[] ids)
    {
        using var options = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using var results = encoder.Run(options, ["input_ids"], [input], ["last_hidden_state"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
