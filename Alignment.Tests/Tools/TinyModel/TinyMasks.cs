using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>The tiny model's CLIPSeg: the published architecture, narrow, for pictures of 96 pixels.</summary>
static class TinyMasks
{
    /// <summary>Side of the pictures it sees, whatever the scene's own size.</summary>
    public const int Side = 96;

    /// <summary>Patches along each side.</summary>
    public const int Grid = Side / PatchSide;

    const int PatchSide = 8;

    /// <summary>Tokens of the texts that it is trained with: those of every prompt, start and end included, fit.</summary>
    public const int TrainingTokens = 12;

    /// <summary>How its pictures are prepared.</summary>
    internal static ClipSegPictures Pictures { get; } = new()
    {
        Width = Side,
        Height = Side,
        Mean = [0.5f, 0.5f, 0.5f],
        Deviation = [0.5f, 0.5f, 0.5f]
    };

    internal static ClipSegConfig Config(int vocabulary) => new()
    {
        Text = new() { VocabularySize = vocabulary, HiddenSize = 24, IntermediateSize = 48, Layers = 2, Heads = 2 },
        Vision = new() { HiddenSize = 64, IntermediateSize = 96, Layers = 4, Heads = 4, ImageSize = Side, PatchSize = PatchSide },
        ProjectionSize = 24,
        ExtractLayers = [1, 3],
        ReduceSize = 32,
        DecoderHeads = 2,
        DecoderIntermediateSize = 64,
    };

    /// <summary>
    /// The numbers that training starts from. The text's multiplication starts at one, so that the picture gets through at once; patches
    /// start with sines and cosines of their place (Vaswani et al. 2017, in two dimensions), so that neighbours find each other from the
    /// first step.
    /// </summary>
    internal static IWeights Initial(ModelGraph training, ulong seed)
    {
        WeightInfo[] infos = [.. training.Parameters.Select(p => new WeightInfo(p.Name, WeightType.F32, p.Shape.Numbers))];
        return new WarmStart(new SeededWeights(infos, new() { Seed = seed, EmbeddingDeviation = 0.1f }));
    }

    sealed class WarmStart(IWeights seeded) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos => seeded.Infos;

        /// <summary>Size of the sines beside that of what patches show.</summary>
        const float Amplitude = 0.5f;

        /// <summary>The longest wave is so many times the shortest; the grid has a dozen patches a side.</summary>
        const double LongestWave = 30;

        /// <summary>[1 + patches, width]: nothing for the class token; then sin y, cos y, sin x, cos x at a quarter of the width
        /// each.</summary>
        static void Places(long start, Span<float> into, int width)
        {
            for (int i = 0; i < into.Length; i++)
            {
                int patch = (int)((start + i) / width) - 1, at = (int)((start + i) % width), quarter = width / 4;
                double place = at < 2 * quarter ? patch / Grid : patch % Grid,
                    angle = place / Math.Pow(LongestWave, (double)(at % quarter) / quarter);
                into[i] = patch < 0 ? 0 : Amplitude * (float)(at / quarter % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        }

        public void Read(string name, long start, Span<float> into)
        {
            if (name.EndsWith("film_mul.bias", StringComparison.Ordinal)) into.Fill(1);
            else if (name.EndsWith("vision_model.embeddings.position_embedding.weight", StringComparison.Ordinal))
                Places(start, into, (int)Infos[name].Shape[1]);
            else seeded.Read(name, start, into);
        }
    }
}
