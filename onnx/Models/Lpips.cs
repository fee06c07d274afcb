using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;
using static Alignment.Onnx.Models.TrunkLayer;

namespace Alignment.Onnx.Models;

/// <summary>
/// LPIPS v0.1 (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric"): the perceptual distance of two
/// pictures. With the channels of each tap l of a trunk scaled to length one at every position (ŷ),
/// d = Σ_l mean over positions Σ_c w_l,c (ŷ0_l,c − ŷ1_l,c)².
/// <code>
/// image0, image1   float32 [batch, 3, height, width] in −1 … 1
/// → distance       float32 [batch]
///   per_layer      float32 [taps, batch]           sums to distance
/// </code>
/// Weights: <c>features.N.…</c> as torchvision names the trunk's, <c>linL.model.1.weight</c> as lpips names w.
/// </summary>
static class Lpips
{
    const string LinearPrefix = "lin";

    // Added to the length that channels are divided by (lpips 0.1, normalize_tensor).
    const float LengthEpsilon = 1e-10f;

    /// <summary>
    /// Lower bound of that length's square under the root, whose slope at 0 is infinite: where ReLU left no channel, 0 · ∞ would make the
    /// gradient NaN. A millionth of <see cref="LengthEpsilon"/> does not change a distance.
    /// </summary>
    const float LeastSquaredLength = 1e-32f;

    // Up to the last tap.
    public static IReadOnlyList<WeightInfo> Weights(LpipsConfig config) => Build(config).WeightInfos();

    // The linear layers', not the trunk's.
    public static bool IsLinear(string weight) => weight.StartsWith(LinearPrefix, StringComparison.Ordinal);

    public static OnnxModel Author(LpipsConfig config, IWeights weights) => new(Build(config), weights);

    public static Value Distance(Value image0, Value image1, LpipsConfig config) => Sum(PerLayer(image0, image1, config));

    static ModelGraph Build(LpipsConfig config)
    {
        var graph = new ModelGraph("lpips");
        Dim batch = Dim.Named("batch"), height = Dim.Named("height"), width = Dim.Named("width");
        Value image0 = graph.Input("image0", graph.FloatType, batch, config.Shift.Count, height, width);
        Value image1 = graph.Input("image1", graph.FloatType, batch, config.Shift.Count, height, width);
        List<Value> parts = PerLayer(image0, image1, config);
        graph.Output("distance", Sum(parts));
        graph.Output("per_layer", Value.Concat(0, [.. parts.Select(p => p.Unsqueeze(0))]));
        return graph;
    }

    static Value Sum(List<Value> parts) => parts.Skip(1).Aggregate(parts[0], (sum, part) => sum + part);

    // Each tap's share, [batch].
    static List<Value> PerLayer(Value image0, Value image1, LpipsConfig config)
    {
        Check(image0, image1, config);
        List<Value> taps0 = Taps(image0, config), taps1 = Taps(image1, config);
        var parts = new List<Value>();
        for (int l = 0; l < taps0.Count; l++)
        {
            string name = $"{LinearPrefix}{l}.model.1";
            Value weight = image0.Graph.Weight($"{name}.weight", 1, taps0[l][1], 1, 1);
            using var _ = image0.Graph.Scope(name);
            Value difference = UnitLength(taps0[l]) - UnitLength(taps1[l]);
            // The mean over positions first: the linear layer then sees one number a channel instead of a picture.
            parts.Add(((difference * difference).Mean([2, 3]) * weight).Sum([1, 2, 3], keep: false));
        }
        return parts;
    }

    static void Check(Value image0, Value image1, LpipsConfig config)
    {
        if (image0.Rank != 4 || image0[1] != config.Shift.Count || !image1.Shape.Equals(image0.Shape))
            throw GraphException.For("LPIPS", $"'{image0.Name}' {image0.Shape} and '{image1.Name}' {image1.Shape}",
                $"two pictures of one shape [batch, {config.Shift.Count}, height, width]");
        var taps = config.Taps;
        bool ascending = taps.Count > 0 && taps[0] >= 0 && taps[^1] < config.Layers.Count && taps.SequenceEqual(taps.Distinct().Order());
        if (!ascending || config.Scale.Count != config.Shift.Count)
            throw GraphException.For($"LPIPS trunk '{config.Name}'", $"taps [{string.Join(", ", taps)}], {config.Scale.Count} scales",
                $"ascending layers from 0 to {config.Layers.Count - 1}, {config.Shift.Count} scales");
    }

    public static List<Value> Taps(Value image, LpipsConfig config)
    {
        ModelGraph graph = image.Graph;
        Value x = (image - PerChannel(config.Shift)) / PerChannel(config.Scale);
        var taps = new List<Value>();
        for (int i = 0; i <= config.Taps[^1]; i++)
        {
            string name = $"features.{i}";
            x = config.Layers[i] switch
            {
                Conv c => x.ConvLayer(name, c.Channels, c.Kernel, c.Stride, (c.Padding, c.Padding, c.Padding, c.Padding)),
                Relu => x.Relu(),
                MaxPool p => x.MaxPool(p.Kernel, p.Stride, p.Ceil, name),
                Fire f => FireModule(x, name, f),
                var other => throw new NotSupportedException($"Layer {i} of trunk '{config.Name}': {other}."),
            };
            if (config.Taps.Contains(i)) taps.Add(x);
        }
        return taps;

        Value PerChannel(IReadOnlyList<float> numbers) => graph.Constant([.. numbers], new Shape(numbers.Count, 1, 1));
    }

    static Value FireModule(Value x, string name, Fire fire)
    {
        using var _ = x.Graph.Scope(name);
        x = x.Conv1("squeeze", fire.Squeeze).Relu();
        return Value.Concat(1, x.Conv1("expand1x1", fire.Expand).Relu(), x.Conv3("expand3x3", fire.Expand).Relu());
    }

    static Value UnitLength(Value x) => x / ((x * x).Sum([1]).Clip(LeastSquaredLength, float.MaxValue).Sqrt() + LengthEpsilon);
}
