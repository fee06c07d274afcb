using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// The model that ships with the product: Stable Diffusion 1.5's architecture, small enough to edit a 128-pixel scene in
/// about a second on two cores. Its weights are a seeded initialisation; every byte of <c>onnx/bundles/tiny</c> comes from here.
/// </summary>
static class TinyBundle
{
    const ulong Seed = 1;

    /// <summary>Small, so that an untrained control is seen to act without taking over.</summary>
    const float ControlGain = 0.5f;

    /// <summary>Three levels instead of four: 128 pixels are 32 latents, which leaves 8 at the coarsest level.</summary>
    internal static UNetConfig UNet { get; } = new()
    {
        BlockChannels = [32, 48, 64],
        DownAttention = [false, true, true],
        UpAttention = [true, true, false],
        LayersPerBlock = 1,
        Heads = [2, 4, 4],
        CrossAttentionWidth = TextWidth,
        NormGroups = 8,
    };

    internal static VaeConfig Vae { get; } = new() { BlockChannels = [16, 32, 48], LayersPerBlock = 1, NormGroups = 8 };

    internal static ControlNetConfig Control { get; } = ControlNetConfig.For(UNet, conditioningChannels: 2, embeddingChannels: [8, 16, 32]);

    /// <summary>A small trunk of three convolutions, each a tap; trained to tell drawn products and their colours apart.</summary>
    internal static LpipsConfig Trunk { get; } = new()
    {
        Name = "tiny",
        Layers = [new TrunkLayer.Conv(16, 3, Stride: 2, Padding: 1), new TrunkLayer.Relu(),
            new TrunkLayer.Conv(32, 3, Stride: 2, Padding: 1), new TrunkLayer.Relu(), new TrunkLayer.Conv(48, 3, Stride: 2, Padding: 1),
                new TrunkLayer.Relu()],
        Taps = [1, 3, 5],
    };

    const int TextWidth = 48;

    /// <summary>
    /// Without guidance, because 7.5, which sharpens Stable Diffusion's pictures, burns those of a model that learned from a few thousand
    /// drawings; at a strength that leaves the control room. docs/held-out.md has both settings.
    /// </summary>
    static readonly RecommendedSettings s_recommended = new(Guidance: 1, Strength: 0.75);

    internal static ClipTextConfig Text(int vocabulary) =>
        new() { VocabularySize = vocabulary, HiddenSize = TextWidth, IntermediateSize = 4 * TextWidth, Layers = 2, Heads = 4 };

    /// <summary>Weights of a few megabytes need no file of their own, whose alignment would cost another.</summary>
    static readonly SaveOptions s_oneFile = new() { InlineModelBelowBytes = 1 << 30 };

    /// <summary>Writes the bundle to <paramref name="folder"/>: the same bytes on every machine.</summary>
    /// <exception cref="UsageException">The folder holds a bundle already (without <paramref name="force"/>) or other things.</exception>
    public static ModelBundle Write(string folder, bool force = false, CancellationToken cancellationToken = default) =>
        Write(folder, null, force, cancellationToken);

    /// <summary>Authors a trained tiny bundle again: graphs, manifest and card by this code, numbers from
    /// <paramref name="trained"/>.</summary>
    /// <param name="folder">The new bundle's.</param>
    /// <param name="trained">Gives the numbers.</param>
    /// <param name="newMasks">CLIPSeg's, where they are to be others; null: those of the bundle, if it has any.</param>
    internal static ModelBundle Write(string folder, ModelBundle trained, IWeights? newMasks = null)
    {
        using OnnxWeights text = new(trained.PathOf(BundleFiles.TextEncoder)), unet = new(trained.PathOf(BundleFiles.Unet)),
            control = new(trained.PathOf(BundleFiles.ControlNet));
        using OnnxWeights encoder = new(trained.PathOf(BundleFiles.VaeEncoder)), decoder = new(trained.PathOf(BundleFiles.VaeDecoder)),
            trunk = new(trained.PathOf(BundleFiles.Lpips));
        using OnnxWeights? masks = trained.Has(BundleFiles.ClipSeg) ? new(trained.PathOf(BundleFiles.ClipSeg)) : null,
            prompts = masks is null ? null : new(trained.PathOf(BundleFiles.ClipSegText));
        BundleManifest manifest = trained.Manifest;
        var weights = new TinyWeights(text, unet, control, MixedWeights.Joined(encoder, decoder))
        {
            Trunk = trunk,
            Masks = newMasks ?? (masks is null ? null : MixedWeights.Joined(masks, prompts!)),
            ScalingFactor = manifest.ScalingFactor,
            Origin = manifest.Origin,
            Note = manifest.Note
        };
        return Write(folder, weights, force: newMasks is not null);
    }

    /// <summary>Writes the bundle with trained weights, or with the seeded ones where there are none.</summary>
    internal static ModelBundle Write(string folder, TinyWeights? trained, bool force = false,
        CancellationToken cancellationToken = default)
    {
        BytePairTraining words = BytePairTraining.Run(TinyWords.All, maxMerges: 4000);
        ClipTextConfig text = Text(words.Vocabulary.Count);
        return BundleWriter.Write(folder, force, to =>
        {
            var parameters = new Dictionary<string, long>(StringComparer.Ordinal);
            void Save(string file, OnnxModel model)
            {
                parameters.Add(file, model.Graph.WeightInfos().Sum(w => w.Count));
                model.Save(Path.Combine(to, file), s_oneFile, cancellationToken: cancellationToken);
            }
            // Unit-sized states want embeddings of that size too; CLIP's 0.02 is meant for training.
            TinyWeights weights = trained ?? TinyWeights.Seeded(words.Vocabulary.Count,
                new() { Seed = Seed, ZeroConvolutionGain = ControlGain, EmbeddingDeviation = 1 });
            Save(BundleFiles.TextEncoder, ClipTextModel.Author(text, weights.Text));
            Save(BundleFiles.Unet, UNet2DCondition.Author(UNet, weights.UNet));
            Save(BundleFiles.ControlNet, ControlNet.Author(Control, weights.Control));
            Save(BundleFiles.VaeEncoder, AutoencoderKL.AuthorEncoder(Vae, weights.Vae));
            Save(BundleFiles.VaeDecoder, AutoencoderKL.AuthorDecoder(Vae, weights.Vae));
            if (weights.Trunk is not null) Save(BundleFiles.Lpips, Lpips.Author(Trunk, weights.Trunk));
            if (weights.Masks is not null)
            {
                ClipSegConfig masks = TinyMasks.Config(words.Vocabulary.Count);
                Save(BundleFiles.ClipSegText, ClipSeg.AuthorText(masks, weights.Masks));
                Save(BundleFiles.ClipSeg, ClipSeg.Author(masks, weights.Masks));
                ClipSegPart.WriteConfigs(to, masks, TinyMasks.Pictures);   // the tokenizer is the bundle's own
            }
            new BundleConfigs
            {
                Text = text,
                UNet = UNet,
                Vae = Vae,
                ControlNet = Control,
                Lpips = weights.Trunk is null ? null : Trunk
            }.Write(to);
            foreach ((string name, string content) in words.Files()) AtomicFile.WriteText(Path.Combine(to, "tokenizer", name), content);

            BundleManifest manifest = Manifest(words, parameters);
            if (trained is not null) manifest = manifest with
            {
                ScalingFactor = trained.ScalingFactor,
                Origin = trained.Origin,
                ControlTrained = true,
                Note = trained.Note,
                Recommended = s_recommended
            };
            AtomicFile.WriteText(Path.Combine(to, "README.md"), TinyCard.Text(manifest));
            return manifest;
        }, progress: null, cancellationToken);
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
