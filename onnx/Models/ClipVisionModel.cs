using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Models;

/// <summary>
/// CLIP's vision transformer (Dosovitskiy et al. 2021; Radford et al. 2021) over a class token and the patches. Interpolated (bicubic)
/// positions let one graph take any multiple of the patch.
/// </summary>
static class ClipVisionModel
{
    /// <summary>
    /// The states before the first layer and after each, [batch·tokens, width]: the class token, then patches row by row.
    /// </summary>
    public sealed record Encoded(IReadOnlyList<Value> States, Dim Batch, Dim Height, Dim Width)
    {
        public Dim Tokens => Height * Width + 1;
    }

    // Pictures [batch, channels, patch·height, patch·width] through a number of layers.
    public static Encoded Apply(Value pixels, ClipVisionConfig config, int layers)
    {
        ModelGraph graph = pixels.Graph;
        Dim width = config.HiddenSize;
        using var _ = graph.Scope("vision_model");
        Value x;
        Dim batch = pixels[0], rows, columns;
        using (graph.Scope("embeddings"))
        {
            Value kernel = graph.Weight("patch_embedding.weight", width, config.Channels, config.PatchSize, config.PatchSize);
            Value patches = pixels.Conv(kernel, stride: config.PatchSize, name: "patch_embedding");                // [B, width, h, w]
            (rows, columns) = (patches[2], patches[3]);
            patches = patches.Reshape(batch, width, rows * columns).Transpose(0, 2, 1);
            Value positions = graph.Weight("position_embedding.weight", (long)config.Grid * config.Grid + 1, width);
            Value first = graph.Weight("class_embedding", width) + positions.Slice(0, 0, 1);                      // [1, width]
            first = graph.Add(Op.Expand, [first.Unsqueeze(0), graph.RuntimeInts([batch, 1, width])]).Outputs[0];
            x = Value.Concat(1, first, patches + Positions(positions.Slice(0, 1, Value.End), config, rows, columns));
        }
        var tokens = rows * columns + 1;
        // published with that spelling
        x = x.Reshape(batch * tokens, width).LayerNormLayer("pre_layrnorm", config.LayerNormEpsilon);
        List<Value> states = [x];
        for (int i = 0; i < layers; i++)
            using (graph.Scope($"encoder.layers.{i}")) states.Add(x = config.Layer.NormFirst(x, batch, tokens));
        return new(states, batch, rows, columns);
    }

    static Value Positions(Value positions, ClipVisionConfig config, Dim rows, Dim columns)
    {
        Dim width = config.HiddenSize, grid = config.Grid;
        if (rows == grid && columns == grid) return positions;
        return positions.T.Reshape(1, width, grid, grid).ResizeCubic(rows, columns, "positions").Reshape(width, rows * columns).T;
    }

    // The class token's last state, normalised: [batch, width].
    public static Value Pooled(Encoded encoded, ClipVisionConfig config)
    {
        using var _ = encoded.States[0].Graph.Scope("vision_model");
        Value first = encoded.States[^1].Reshape(encoded.Batch, encoded.Tokens, config.HiddenSize).Slice(1, 0, 1);
        return first.Reshape(encoded.Batch, config.HiddenSize).LayerNormLayer("post_layernorm", config.LayerNormEpsilon);
    }
}
