using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Models;

/// <summary>
/// A narrow transformer adds the outputs of chosen layers of the vision transformer, the last one first, and is modulated by the text in
/// one layer (FiLM, Perez et al. 2018); then a head of transposed convolutions. Up to that layer everything is computed once a picture,
/// from there on once a prompt.
/// </summary>
static class ClipSegDecoder
{
    public static Value Apply(ClipVisionModel.Encoded picture, Value texts, ClipSegConfig config)
    {
        ModelGraph graph = texts.Graph;
        Dim batch = picture.Batch, prompts = texts[1], masks = batch * prompts, tokens = picture.Tokens, width = config.ReduceSize;
        // Always ReLU, whatever decoder_hidden_act says.
        var layer = new ClipLayer(config.ReduceSize, config.DecoderIntermediateSize, config.DecoderHeads, config.Vision.LayerNormEpsilon,
            "relu");
        using var _ = graph.Scope("decoder");
        Value? x = null;   // rows: [batch·tokens, width], after the text [batch·prompts·tokens, width]
        bool conditioned = false;
        for (int i = 0; i < config.ExtractLayers.Count; i++)
        {
            Value reduced = picture.States[config.ExtractLayers[^(i + 1)] + 1].LinearLayer($"reduces.{i}", config.ReduceSize);
            if (x is null) x = reduced;
            else if (!conditioned) x = reduced + x;
            else x = (reduced.Reshape(batch, 1, tokens, width) + x.Reshape(batch, prompts, tokens, width)).Reshape(masks * tokens, width);
            if (i == config.ConditionalLayer)
            {
                // [batch, prompts, 1, width]
                Value Film(string name) => texts.LinearLayer(name, config.ReduceSize).Unsqueeze(2);
                x = (Film("film_mul") * x.Reshape(batch, 1, tokens, width) + Film("film_add")).Reshape(masks * tokens, width);
                conditioned = true;
            }
            using (graph.Scope($"layers.{i}")) x = layer.NormLast(x, conditioned ? masks : batch, tokens);
        }
        Value grid = x!.Reshape(masks, tokens, width).Slice(1, 1, Value.End).Transpose(0, 2, 1)
            .Reshape(masks, width, picture.Height, picture.Width);
        Value mask = Head(grid, config);                                                                          // [masks, 1, H, W]
        return mask.Reshape(batch, prompts, mask[2], mask[3]);
    }

    static Value Head(Value x, ClipSegConfig config)
    {
        const string Name = "transposed_convolution";
        if (!config.ComplexHead) return Blocks(x, Name, 1, config.Vision.PatchSize);
        x = x.Conv3($"{Name}.0", config.ReduceSize).Relu();
        x = Blocks(x, $"{Name}.2", config.ReduceSize / 2, config.HeadKernel).Relu();
        return Blocks(x, $"{Name}.4", 1, config.HeadKernel);
    }

    static Value Blocks(Value x, string name, int channels, int kernel) =>
        x.ConvToBlocks(x.Graph.Weight($"{name}.weight", x[1], channels, kernel, kernel), x.Graph.Weight($"{name}.bias", channels), name);
}
