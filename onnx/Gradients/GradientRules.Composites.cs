using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

delegate Value?[] CompositeRule(GradientComposite n);

// Functions of several nodes.
static partial class GradientRules
{
    public static CompositeRule For(Composite composite) => composite.Kind switch
    {
        CompositeKind.Silu => Silu,
        CompositeKind.GroupNorm => GroupNorm,
        CompositeKind.SoftmaxProduct => SoftmaxProduct,
        _ => throw GraphException.For($"The gradient of '{composite.Output.Name}'", $"the composite {composite.Kind}",
            "one with a derivative rule"),
    };

    // y = x σ: y' = σ + y (1 − σ).
    static Value?[] Silu(GradientComposite n) => [n.G * (n.Inner + n.Y * (1 - n.Inner))];

    /// <summary>
    /// O = P V with P = softmax(S): dS = P ∘ (dP − Σ dP ∘ P), where that sum is Σ dO ∘ O over a row (Dao et al. 2022, FlashAttention,
    /// appendix B.2).
    /// </summary>
    static Value?[] SoftmaxProduct(GradientComposite n)
    {
        Value p = n.Inner, g = n.G;
        return
        [
            n.If(0, () => p * (g.MatMul(n[1].T) - (g * n.Y).Sum([-1]))),
            n.If(1, () => p.T.MatMul(g)),
        ];
    }

    /// <summary>
    /// With x̂ = (x − μ) r, r = 1/√(σ² + ε), y = γ x̂ + β: dx = r (γ g − mean(γ g) − x̂ mean(γ g x̂)), means over a group. The sums of g
    /// and g x̂ over positions give dβ, dγ and, weighted by γ, those means.
    /// </summary>
    static Value?[] GroupNorm(GradientComposite n)
    {
        Value normal = n.Inner, weight = n[1];                                                          // [B, G, N], [C]
        Dim batch = normal[0], groups = normal[1], channels = n[0][1], positions = n[0][2] * n[0][3];
        Dim share = channels.Value / groups.Value;
        Value g = n.G.Reshape(batch, channels, positions);
        Value sum = g.Sum([2]), product = (g * normal.Reshape(batch, channels, positions)).Sum([2]);    // [B, C, 1]
        Value? dx = n.If(0, () =>
        {
            Value x = n[0].Reshape(batch, groups, normal[2]);
            Value centred = x - x.Mean([2]);
            // [B, G, 1]
            Value r = ((centred * centred).Mean([2]) + n.Composite.Inner.Producer!.Float("epsilon", 1e-5f)).Sqrt().Reciprocal();
            Value scale = weight.Reshape(groups, share);
            Value MeanOfGroup(Value sums) => (sums.Reshape(batch, groups, share) * scale).Sum([2]) * (r.ElementCount() / x.ElementCount());
            Value direct = (g * (scale * r).Reshape(batch, channels, 1)).Reshape(batch, groups, normal[2]);
            return (direct - (normal * (MeanOfGroup(product) * r) + MeanOfGroup(sum) * r)).ReshapeLike(n[0]);
        });
        return [dx, n.If(1, () => product.Sum([0, 2], keep: false)), n.If(2, () => sum.Sum([0, 2], keep: false))];
    }
}
