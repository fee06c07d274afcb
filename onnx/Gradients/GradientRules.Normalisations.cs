using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>Normalisations: with x̂ = (x − μ) r and r = 1/√(σ² + ε), dx = r (g − mean(g) − x̂ mean(g x̂)), g being the gradient by
/// x̂.</summary>
static partial class GradientRules
{
    static Value?[] InstanceNormalization(GradientNode n)
    {
        Value x = n[0], scale = n[1], g = n.G;
        if (x.Rank != 3) throw n.Unsupported($"'{x.Name}' {x.Shape}", "[batch, groups, elements]");
        float epsilon = n.Node.Float("epsilon", 1e-5f);
        Value centred = x - x.Mean([2]);
        Value r = ((centred * centred).Mean([2]) + epsilon).Sqrt().Reciprocal();   // [batch, groups, 1]
        Value normal = centred * r;
        Value product = g * normal;
        Value byNormal = g, byNormalMean = g.Mean([2]), productMean = product.Mean([2]);
        if (!IsOnes(scale))
        {
            Value wide = scale.Unsqueeze(1);
            (byNormal, byNormalMean, productMean) = (g * wide, byNormalMean * wide, productMean * wide);
        }
        return
        [
            n.If(0, () => (byNormal - byNormalMean - normal * productMean) * r),
            n.If(1, () => product.Sum([0, 2], keep: false)),
            n.If(2, () => g.Sum([0, 2], keep: false)),
        ];
    }

    static bool IsOnes(Value value) => value.KnownFloats?.All(v => v == 1) == true;

    // Over the innermost axis, by products with a column, which are faster than reductions.
    static Value?[] LayerNormalization(GradientNode n)
    {
        Value x = n[0], weight = n[1], g = n.G;
        int axis = x.Shape.Axis(n.Node.Int("axis", -1));
        if (axis != x.Rank - 1 || !x[^1].IsFixed)
            throw n.Unsupported($"axis {axis} of '{x.Name}' {x.Shape}", "the innermost axis, of a known size");
        IReadOnlyList<Value> statistics = n.Outputs(3);
        Value normal = (x - statistics[1]) * statistics[2];
        Value product = g * normal;
        Value? dx = n.If(0, () =>
        {
            Value column = (weight * (1f / x[^1].Value)).Unsqueeze(1);   // γ / n
            return (g * weight - g.MatMul(column) - normal * product.MatMul(column)) * statistics[2];
        });
        // The walker sums over the rows, as for a broadcast.
        return n.Inputs > 2 ? [dx, n.If(1, () => product), n.If(2, () => g)] : [dx, n.If(1, () => product)];
    }
}
