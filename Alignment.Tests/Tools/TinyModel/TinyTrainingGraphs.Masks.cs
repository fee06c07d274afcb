using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>CLIPSeg's.</summary>
static partial class TinyTrainingGraphs
{
    /// <summary>CLIPSeg's scope in <see cref="Masks"/>.</summary>
    public const string MasksScope = "clipseg";

    /// <summary>How much the overlap counts beside the pixels: alone, pixels would let small products go.</summary>
    const float OverlapWeight = 0.5f;

    /// <summary>How much it counts that patches are told apart, and whole pictures by their class token: that is what takes longest to
    /// learn.</summary>
    const float PatchWeight = 3, PictureWeight = 0.3f;

    /// <summary>Pixels added above and below the overlap's fraction, so that it is smooth where a mask is empty.</summary>
    const float OverlapSmoothing = 16;

    /// <summary>
    /// Text encoder, vision transformer and decoder together, each picture with several prompts. Linear layers on the last patches and on
    /// the class token ("head.patches", "head.picture", thrown away afterwards) tell which product is there: a mask alone only hints at
    /// that.
    /// <code>
    /// pixel_values [batch, 3, side, side], input_ids int64 [batch, prompts, tokens], mask [batch, prompts, h, w] in 0 … 1,
    /// kinds [batch, patches, 1 + products] the part of each patch that is no product and that is each product, product [batch, products]
    /// one-hot or zeros → loss = pixels + ½ overlap + heads (3 patches + 0.3 picture);  pixels: mean binary cross-entropy;  overlap: 1 − (2
    /// Σ p y + s) / (Σ p + Σ y + s) (Milletari et al. 2016);  patches, picture: mean cross-entropy
    /// </code>
    /// </summary>
    /// <param name="vocabulary">Tokens of the text encoder.</param>
    /// <param name="products">How many products there are.</param>
    /// <param name="prompts">Prompts of each picture.</param>
    /// <param name="heads">How much it counts that products are told apart; more than 0.</param>
    public static ModelGraph Masks(int vocabulary, int products, int prompts, float heads = 1)
    {
        ClipSegConfig config = TinyMasks.Config(vocabulary);
        var graph = new ModelGraph("tiny_clipseg") { Trainable = _ => true };
        Dim batch = Dim.Named("batch"), tokens = TinyMasks.TrainingTokens;
        Value pixels = graph.Input("pixel_values", graph.FloatType, batch, 3, TinyMasks.Side, TinyMasks.Side);
        Value ids = graph.Input("input_ids", ElementType.Int64, batch, prompts, tokens);
        Value kinds = graph.Input("kinds", graph.FloatType, batch, TinyMasks.Grid * TinyMasks.Grid, 1 + products);
        Value product = graph.Input("product", graph.FloatType, batch, products);
        ClipVisionModel.Encoded encoded;
        Value logits;
        using (graph.Scope(MasksScope))
        {
            Value texts = ClipSeg.Condition(ids.Reshape(batch * prompts, tokens), config).Reshape(batch, prompts, config.ProjectionSize);
            using (graph.Scope("clip")) encoded = ClipVisionModel.Apply(pixels, config.Vision, config.LayersForMask);
            logits = ClipSegDecoder.Apply(encoded, texts, config);
        }
        Value mask = graph.Input("mask", graph.FloatType, [.. logits.Shape]);
        // log(1 + eˣ) − x y, without overflow.
        Value pixelLoss = (logits.Relu() - logits * mask + (1 + (-logits.Abs()).Exp()).Log()).Mean([], keep: false);
        Value chance = logits.Sigmoid();
        Value common = (chance * mask).Sum([2, 3], keep: false), both = (chance + mask).Sum([2, 3], keep: false);
        Value overlap = (1 - (common * 2 + OverlapSmoothing) / (both + OverlapSmoothing)).Mean([], keep: false);
        Value last = encoded.States[^1].Reshape(batch, encoded.Tokens, config.Vision.HiddenSize), ofPatches, ofPicture;
        using (graph.Scope("head"))
        {
            ofPatches = last.Slice(1, 1, Value.End).LinearLayer("patches", 1 + products).Softmax();
            ofPicture = last.Slice(1, 0, 1).Reshape(batch, config.Vision.HiddenSize).LinearLayer("picture", products).Softmax();
        }
        Value Entropy(Value wanted, Value told) => -(wanted * (told + 1e-9f).Log()).Sum([-1], keep: false).Mean([], keep: false);
        Value patches = Entropy(kinds, ofPatches), picture = Entropy(product, ofPicture);
        return Finish(graph, pixelLoss + overlap * OverlapWeight + patches * (heads * PatchWeight) + picture * (heads * PictureWeight),
            ("pixels", pixelLoss), ("overlap", overlap), ("patches", patches), ("picture", picture));
    }
}
