using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Training;

/// <summary>
/// One AdamW step as a model (Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2), for any number
/// of elements n. All inputs are float32; those without a shape are [1].
/// <code>
/// parameter, gradient, first_moment, second_moment   [n]
/// gradient_scale       1 / micro batches, times the factor of clipping
/// learning_rate, weight_decay, epsilon
/// beta1, beta1_rest, beta2, beta2_rest               rest = 1 − β, which float32 cannot derive from β
/// correction1, correction2                           1 − β^t at step t = 1, 2, …
///
/// g  = gradient · gradient_scale
/// m' = β1 m + (1 − β1) g                             → updated_first_moment
/// v' = β2 v + (1 − β2) g²                            → updated_second_moment
/// p' = p (1 − lr · decay) − lr / correction1 · m' / (√v' / √correction2 + ε)    → updated_parameter
/// </code>
/// Every output may be bound to the memory of its input.
/// </summary>
static class AdamWGraph
{
    public const string Name = "optimizer_model";

    public static OnnxModel Author()
    {
        var graph = new ModelGraph(Name);
        Value Slice(string name) => graph.Input(name, graph.FloatType, Dim.Named("length"));
        Value Number(string name) => graph.Input(name, graph.FloatType, 1);

        Value parameter = Slice("parameter"), gradient = Slice("gradient"), first = Slice("first_moment"), second = Slice("second_moment");
        Value scale = Number("gradient_scale"), rate = Number("learning_rate"), decay = Number("weight_decay"), epsilon = Number("epsilon");
        Value beta1 = Number("beta1"), rest1 = Number("beta1_rest"), beta2 = Number("beta2"), rest2 = Number("beta2_rest");
        Value correction1 = Number("correction1"), correction2 = Number("correction2");

        Value g = gradient * scale;
        Value m = first * beta1 + g * rest1;
        Value v = second * beta2 + g * g * rest2;
        Value denominator = v.Sqrt() / correction2.Sqrt() + epsilon;
        graph.Output("updated_parameter", parameter * (1 - rate * decay) - m * (rate / correction1) / denominator);
        graph.Output("updated_first_moment", m);
        graph.Output("updated_second_moment", v);
        return new(graph, new SeededWeights([]));
    }
}
