using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Bundles.TinyModel;

/// <summary>
/// The model that ships with the product: Stable Diffusion 1.5's architecture, small enough to edit a 128-pixel scene in
/// about a second on two cores. Its weights are a seeded initialisation; every byte of <c>onnx/bundles/tiny</c> comes from here.
/// </summary>
public static class TinyBundle
{
    const ulong Seed = 1;

    /// <summary>Small, so that an untrained control is seen to act without taking over.</summary>
    const float ControlGain = 0.5f;

    /// <summary>Three levels instead of four: 128 pixels are 32 latents, which leaves 8 at the coarsest level.</summary>
    internal static UNetConfig UNet { get; } = new()
    {
        BlockChannels = [32, 48, 48],
        DownAttention = [true, true, false],
        UpAttention = [false, true, true],
        LayersPerBlock = 1,
        Heads = [2, 4, 4],
        CrossAttentionWidth = TextWidth,
        NormGroups = 8,
    };

    internal static VaeConfig Vae { get; } = new() { BlockChannels = [16, 32, 32], LayersPerBlock = 1, NormGroups = 8 };

    internal static ControlNetConfig Control { get; } = ControlNetConfig.For(UNet, conditioningChannels: 2, embeddingChannels: [8, 16, 32]);

    const int TextWidth = 48;

    /// <summary>Weights of a few megabytes need no file of their own, whose alignment would cost another.</summary>
    static readonly SaveOptions s_oneFile = new() { InlineModelBelowBytes = 1 << 30 };

    /// <summary>Writes the bundle to <paramref name="folder"/>: the same bytes on every machine.</summary>
    /// <exception cref="UsageException">The folder holds a bundle already (without <paramref name="force"/>) or other things.</exception>
    public static ModelBundle Write(string folder, bool force = false, CancellationToken cancel = default)
    {
        BytePairTraining words = BytePairTraining.Run(TinyWords.All, maxMerges: 4000);
        var text = new ClipTextConfig { VocabularySize = words.Vocabulary.Count, HiddenSize = TextWidth, IntermediateSize = 4 * TextWidth, Layers = 2, Heads = 4 };
        return BundleWriter.Write(folder, force, to =>
        {
            var parameters = new Dictionary<string, long>(StringComparer.Ordinal);
            void Save(string file, OnnxModel model)
            {
                parameters.Add(file, model.Graph.WeightInfos().Sum(w => w.Count));
                model.Save(Path.Combine(to, file), s_oneFile, stop: cancel);
            }
            // Unit-sized states want embeddings of that size too; CLIP's 0.02 is meant for training.
            var seeded = new SeededWeightsOptions { Seed = Seed, ZeroConvolutionGain = ControlGain, EmbeddingDeviation = 1 };
            Save(BundleFiles.TextEncoder, ClipTextModel.Author(text, new SeededWeights(ClipTextModel.Weights(text), seeded)));
            Save(BundleFiles.Unet, UNet2DCondition.Author(UNet, new SeededWeights(UNet2DCondition.Weights(UNet), seeded)));
            Save(BundleFiles.ControlNet, ControlNet.Author(Control, new SeededWeights(ControlNet.Weights(Control), seeded)));
            var vae = new SeededWeights(AutoencoderKL.Weights(Vae), seeded);
            Save(BundleFiles.VaeEncoder, AutoencoderKL.AuthorEncoder(Vae, vae));
            Save(BundleFiles.VaeDecoder, AutoencoderKL.AuthorDecoder(Vae, vae));
            new BundleConfigs { Text = text, UNet = UNet, Vae = Vae, ControlNet = Control }.Write(to);
            foreach ((string name, string content) in words.Files()) AtomicFile.WriteText(Path.Combine(to, "tokenizer", name), content);

            BundleManifest manifest = Manifest(words, parameters);
            AtomicFile.WriteText(Path.Combine(to, "README.md"), TinyCard.Text(manifest));
            return manifest;
        }, progress: null, cancel);
    }

    static BundleManifest Manifest(BytePairTraining words, Dictionary<string, long> parameters) => new()
    {
        ImageMultiple = Vae.ImageToLatent,
        VaeFactor = Vae.ImageToLatent,
        LatentChannels = Vae.LatentChannels,
        ControlChannels = Control.ConditioningChannels,
        ControlResiduals = Control.SkipCount,
        TextWidth = TextWidth,
        Tokenizer = new()
        {
            VocabularySize = words.Vocabulary.Count,
            StartId = words.Vocabulary.Count - 2,
            EndId = words.Vocabulary.Count - 1,
            PadId = words.Vocabulary.Count - 1,
        },
        Parameters = parameters,
        License = "the licence of this project",
        Origin = $"seeded initialisation, seed {Seed}, by this project's own code; no third-party weights",
        ControlTrained = false,
        Note = "Untrained: it makes texture, not products. It shows and tests the whole path, and its pictures mean nothing.",
    };
}
