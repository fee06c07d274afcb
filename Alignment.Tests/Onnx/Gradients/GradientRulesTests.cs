using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;
using static Alignment.Tests.Onnx.Gradients.Differences;

namespace Alignment.Tests.Onnx.Gradients;

/// <summary>Every derivative rule against differences of the function's values, with sizes known and unknown while authoring, rewritten by
/// ONNX Runtime and not.</summary>
sealed class GradientRulesTests
{
    // Float32 sums of up to a few hundred products, over a step of 0.5.
    const double Sums = 1e-5;

    // Rounding of the values, 6e-8 of them, over steps down to 1/32, times 4/3 · 16/15 of the extrapolation.
    const double Curves = 1e-4;

    // The same with normalisations, whose values are sums themselves.
    const double Norms = 3e-4;

    static ModelGraph Graph(Value[] x) => x[0].Graph;

    static Value One(Op op, Value[] inputs, params ReadOnlySpan<(string, object?)> attributes) =>
        Graph(inputs).Add(op, inputs, attributes).Outputs[0];

    static Value Ones(Value[] x, int count) => Graph(x).Constant([.. Enumerable.Repeat(1f, count)], new Shape(count));

    static readonly RuleCase[] s_cases =
    [
        //  operator, form                              inputs' shapes                 sampled in     differences, tolerance
        new(Op.Add, "row to a table",                   "b 3; 3",                      -2, 2,         Linear, Sums,   x => x[0] + x[1]),
        new(Op.Add, "both repeated",                    "b 1 4; n 1",                  -2, 2,         Linear, Sums,   x => x[0] + x[1]),
        new(Op.Add, "a number",                         "; b n",                       -2, 2,         Linear, Sums,   x => x[0] + x[1]),
        new(Op.Add, "one element of higher rank",       "1 1 1; b n",                  -2, 2,         Linear, Sums,   x => x[0] + x[1]),
        new(Op.Add, "a value used three times",         "b n",                         -2, 2,         Linear, Sums,
            x => x[0] + (x[0] + x[0])),
        new(Op.Sub, "both repeated",                    "b 1; 1 n",                    -2, 2,         Linear, Sums,   x => x[0] - x[1]),
        new(Op.Neg, "",                                 "b n",                         -2, 2,         Linear, Sums,   x => -x[0]),
        new(Op.Identity, "",                            "b n",                         -2, 2,         Linear, Sums,   x => x[0].Identity()),
        new(Op.Cast, "to double and back",              "b n",                         -2, 2,         Linear, Sums,
            x => x[0].Cast(ElementType.Float64).Cast(ElementType.Float32)),
        new(Op.Mul, "one shape",                        "b n; b n",                    -2, 2,         Linear, Sums,   x => x[0] * x[1]),
        new(Op.Mul, "per channel",                      "b 4 h w; 4 1 1",              -2, 2,         Linear, Sums,   x => x[0] * x[1]),
        // central differences are exact for squares
        new(Op.Mul, "by itself",                        "b n",                         -2, 2,         Linear, Sums,   x => x[0] * x[0]),
        new(Op.Div, "both repeated",                    "b 1; 1 n",                    1, 2,          Smooth, Curves, x => x[0] / x[1]),
        new(Op.Where, "both repeated",                  "b n; n; b 1",                 -2, 2,         Pieces, Sums,
            x => x[0].IsGreaterThan(Graph(x).Constant(0f)).Select(x[1], x[2]) + x[0]),

        new(Op.Abs, "",                                 "b n",                         -2, 2,         Pieces, Sums,   x => x[0].Abs()),
        new(Op.Relu, "",                                "b n",                         -2, 2,         Pieces, Sums,   x => x[0].Relu()),
        new(Op.Exp, "",                                 "b n",                         -1, 1,         Smooth, Curves, x => x[0].Exp()),
        new(Op.Log, "",                                 "b n",                         0.8, 3,        Smooth, Curves, x => x[0].Log()),
        new(Op.Sqrt, "",                                "b n",                         0.8, 3,        Smooth, Curves, x => x[0].Sqrt()),
        new(Op.Reciprocal, "",                          "b n",                         1, 3,          Smooth, Curves,
            x => x[0].Reciprocal()),
        new(Op.Sin, "",                                 "b n",                         -3, 3,         Smooth, Curves, x => x[0].Sin()),
        new(Op.Cos, "",                                 "b n",                         -3, 3,         Smooth, Curves, x => x[0].Cos()),
        new(Op.Tanh, "",                                "b n",                         -1, 1,         Smooth, Curves, x => x[0].Tanh()),
        new(Op.Sigmoid, "",                             "b n",                         -3, 3,         Smooth, Curves, x => x[0].Sigmoid()),
        new(Op.Sigmoid, "SiLU, a value used twice",     "b n",                         -3, 3,         Smooth, Curves, x => x[0].Silu()),
        new(Op.Sigmoid, "SiLU of what is used again",   "b n",                         -1, 1,         Smooth, Curves,
            x => { Value s = x[0].Sigmoid(); return x[0] * s + s * s; }),
        new(Op.Sigmoid, "SiLU, looked into",            "b n",                         -1, 1,         Smooth, Curves,
            x => x[0].Silu() + Graph(x).Nodes.First(n => n.Op == Op.Sigmoid).Outputs[0]),
        new(Op.Sigmoid, "CLIP's quick GELU",            "b n",                         -3, 3,         Smooth, Curves,
            x => x[0].QuickGelu()),
        new(Op.Erf, "",                                 "b n",                         -1, 1,         Smooth, Curves, x => x[0].Erf()),
        new(Op.Gelu, "",                                "b n",                         -2, 2,         Smooth, Curves, x => x[0].Gelu()),
        new(Op.Gelu, "GEGLU",                           "n 8",                         -1, 1,         Smooth, Curves,
            x => { var h = x[0].Split(2, axis: 1); return h[0] * h[1].Gelu(); }),
        new(Op.Pow, "square",                           "b n",                         -2, 2,         Linear, Sums,   x => x[0].Pow(2)),
        new(Op.Pow, "cube",                             "b n",                         -1, 1,         Smooth, Curves, x => x[0].Pow(3)),
        new(Op.Pow, "root",                             "b n",                         0.8, 3,        Smooth, Curves, x => x[0].Pow(0.5f)),
        new(Op.Pow, "exponents 0, 1 and 2",             "b 3",                         -2, 2,         Linear, Sums,
            x => Graph(x).Add(Op.Pow, [x[0], Graph(x).Constant([0f, 1, 2], new Shape(3))]).Outputs[0]),
        new(Op.Clip, "both bounds",                     "h w",                         -2, 2,         Pieces, Sums,
            x => x[0].Clip(-1, 1)),
        new(Op.Clip, "below only",                      "h w",                         -2, 2,         Pieces, Sums,
            x => Graph(x).Add(Op.Clip, [x[0], Graph(x).Constant(-1f)]).Outputs[0]),
        new(Op.Clip, "above only",                      "h w",                         -2, 2,         Pieces, Sums,
            x => Graph(x).Add(Op.Clip, [x[0], null, Graph(x).Constant(1f)]).Outputs[0]),
        new(Op.Softmax, "innermost axis",               "b n 4",                       -1, 1,         Smooth, Curves, x => x[0].Softmax()),
        new(Op.Softmax, "inner axis",                   "b n 4",                       -1, 1,         Smooth, Curves, x => x[0].Softmax(1)),
        new(Op.Softmax, "attention",                    "b 2 n 4; b 2 5 4; b 2 5 3",   -1, 1,         Smooth, Curves,
            x => x[0].MatMul(x[1].T).Softmax().MatMul(x[2])),
        new(Op.Softmax, "attention as one function",    "b 2 n 4; b 2 5 4; b 2 5 3",   -1, 1,         Smooth, Curves,
            x => x[0].MatMul(x[1].T).SoftmaxMatMul(x[2])),
        new(Op.Softmax, "one function, one v",          "b n 4; 4 3",                  -1, 1,         Smooth, Curves,
            x => x[0].SoftmaxMatMul(x[1])),
        new(Op.Softmax, "attention used twice",         "b n 4; b 4 3",                -1, 1,         Smooth, Curves,
            x => { Value p = x[0].Softmax(); return p.MatMul(x[1]).Sum([2]) + p; }),

        new(Op.MatMul, "",                              "n 4; 4 b",                    -1, 1,         Linear, Sums,
            x => x[0].MatMul(x[1])),
        new(Op.MatMul, "matrices of a batch",           "b n 4; b 4 5",                -1, 1,         Linear, Sums,
            x => x[0].MatMul(x[1])),
        new(Op.MatMul, "one matrix for the batch",      "b n 4; 4 5",                  -1, 1,         Linear, Sums,
            x => x[0].MatMul(x[1])),
        new(Op.MatMul, "both repeated",                 "b 1 n 4; 3 4 5",              -1, 1,         Linear, Sums,
            x => x[0].MatMul(x[1])),
        new(Op.Gemm, "A B",                             "n 4; 4 5",                    -1, 1,         Linear, Sums,   x => One(Op.Gemm, x)),
        new(Op.Gemm, "A Bᵀ + c",                        "n 4; 5 4; 5",                 -1, 1,         Linear, Sums,
            x => One(Op.Gemm, x, ("transB", 1))),
        new(Op.Gemm, "Aᵀ B + c",                        "4 n; 4 5; 5",                 -1, 1,         Linear, Sums,
            x => One(Op.Gemm, x, ("transA", 1))),
        new(Op.Gemm, "Aᵀ Bᵀ",                           "4 n; 5 4",                    -1, 1,         Linear, Sums,
            x => One(Op.Gemm, x, ("transA", 1), ("transB", 1))),
        new(Op.Gemm, "A B + c, c a number",             "n 4; 4 5; 1",                 -1, 1,         Linear, Sums,   x => One(Op.Gemm, x)),
        new(Op.Gemm, "Aᵀ Bᵀ + c",                       "4 n; 5 4; 5",                 -1, 1,         Linear, Sums,
            x => One(Op.Gemm, x, ("transA", 1), ("transB", 1))),
        new(Op.Gemm, "A Bᵀ, tokens folded",             "b n 4; 5 4; 5",               -1, 1,         Linear, Sums,
            x => x[0].Linear(x[1], x[2])),

        new(Op.Conv, "3x3",                             "b 3 h w; 4 3 3 3; 4",         -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], x[2], pads: (1, 1, 1, 1))),
        new(Op.Conv, "3x3 without bias",                "b 3 h w; 4 3 3 3",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], pads: (1, 1, 1, 1))),
        new(Op.Conv, "3x3, no zeros around",            "b 3 h w; 4 3 3 3",            -1, 1,         Linear, Sums,   x => x[0].Conv(x[1])),
        new(Op.Conv, "1x1",                             "b 3 h w; 4 3 1 1; 4",         -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], x[2])),
        new(Op.Conv, "1x1, every other",                "b 3 h w; 4 3 1 1",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], stride: 2)),
        new(Op.Conv, "every other, even sides",         "b 3 H W; 4 3 3 3; 4",         -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], x[2], 2, (1, 1, 1, 1))),
        new(Op.Conv, "every other, odd sides",          "b 3 h w; 4 3 3 3",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], null, 2, (1, 1, 1, 1))),
        new(Op.Conv, "every other, zeros on one side",  "b 3 H W; 4 3 3 3",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], null, 2, (0, 0, 1, 1))),
        new(Op.Conv, "four different paddings",         "b 2 h w; 3 2 3 3",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], null, 1, (0, 1, 2, 1))),
        new(Op.Conv, "more zeros than the kernel has",  "b 2 h w; 3 2 2 2",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], null, 1, (2, 2, 2, 2))),
        new(Op.Conv, "kernel of unequal sides",         "b 2 h w; 3 2 1 3",            -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], null, 1, (0, 1, 0, 1))),
        new(Op.Conv, "11x11 every fourth, as AlexNet",  "1 2 23 19; 3 2 11 11",        -1, 1,         Linear, Sums,
            x => x[0].Conv(x[1], null, 4, (2, 2, 2, 2))),
        new(Op.ConvTranspose, "",                       "b 3 h w; 3 4 3 3; 4",         -1, 1,         Linear, Sums,
            x => One(Op.ConvTranspose, x, ("pads", new long[] { 1, 1, 1, 1 }))),
        new(Op.ConvTranspose, "twice as large",         "b 3 h w; 3 4 3 3",            -1, 1,         Linear, Sums,
            x => One(Op.ConvTranspose, x, ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }),
            ("output_padding", new long[] { 1, 1 }))),

        new(Op.LayerNormalization, "",                  "b n 8; 8; 8",                 -2, 2,         Smooth, Norms,
            x => x[0].LayerNorm(x[1], x[2], 1e-5f)),
        new(Op.LayerNormalization, "rows, no bias",     "n 8; 8",                      -2, 2,         Smooth, Norms,
            x => x[0].LayerNorm(x[1], null, 1e-5f)),
        new(Op.InstanceNormalization, "",               "b 3 8; 3; 3",                 -2, 2,         Smooth, Norms,
            x => One(Op.InstanceNormalization, x, ("epsilon", 1e-5f))),
        new(Op.InstanceNormalization, "scale of ones",  "b 3 8",                       -2, 2,         Smooth, Norms,
            x => One(Op.InstanceNormalization, [x[0], Ones(x, 3), Graph(x).Constant(new float[3], new Shape(3))], ("epsilon", 1e-5f))),
        new(Op.InstanceNormalization, "group norm",     "b 8 h w; 8; 8",               -2, 2,         Smooth, Norms,
            x => x[0].GroupNorm(4, x[1], x[2], 1e-5f)),
        new(Op.InstanceNormalization, "one per group",  "b 4 h w; 4; 4",               -2, 2,         Smooth, Norms,
            x => x[0].GroupNorm(4, x[1], x[2], 1e-5f)),
        new(Op.InstanceNormalization, "large epsilon",  "b 8 h w; 8; 8",               -2, 2,         Smooth, Norms,
            x => x[0].GroupNorm(2, x[1], x[2], 0.5f)),
        new(Op.InstanceNormalization, "GroupNorm, SiLU", "b 8 h w; 8; 8",              -2, 2,         Smooth, Norms,
            x => x[0].GroupNorm(4, x[1], x[2], 1e-5f).Silu()),

        new(Op.Resize, "twice as large",                "b 2 h w",                     -1, 1,         Linear, Sums,
            x => x[0].EnlargeNearest(2)),
        new(Op.Resize, "three times as large",          "b 2 h w",                     -1, 1,         Linear, Sums,
            x => x[0].EnlargeNearest(3)),
        // 5 → 3 → 5
        new(Op.Resize, "to an odd size",                "b 2 h w",                     -1, 1,         Linear, Sums,
            x => x[0].Conv(Graph(x).Constant([1f, 2, 3, 4], new Shape(2, 2, 1, 1)), stride: 2).ResizeNearestTo(x[0])),
        new(Op.Resize, "to an even size",               "b 2 H W",                     -1, 1,         Linear, Sums,
            x => x[0].Conv(Graph(x).Constant([1f, 2, 3, 4], new Shape(2, 2, 1, 1)), stride: 2).ResizeNearestTo(x[0])),
        new(Op.MaxPool, "2 every 2",                    "b 3 H W",                     -1, 1,         Pieces, Sums,
            x => x[0].MaxPool(2, 2)),
        new(Op.MaxPool, "2 every 2, odd sides",         "b 3 h w",                     -1, 1,         Pieces, Sums,
            x => x[0].MaxPool(2, 2)),
        new(Op.MaxPool, "2 every 2, rounded up",        "b 3 h w",                     -1, 1,         Pieces, Sums,
            x => x[0].MaxPool(2, 2, ceil: true)),
        new(Op.MaxPool, "3 every 2, overlapping",       "b 3 h w",                     -1, 1,         Pieces, Sums,
            x => x[0].MaxPool(3, 2)),
        new(Op.MaxPool, "3 every 2, rounded up",        "b 3 H W",                     -1, 1,         Pieces, Sums,
            x => x[0].MaxPool(3, 2, ceil: true)),
        new(Op.MaxPool, "zeros around",                 "b 3 H W",                     -1, 1,         Pieces, Sums,
            x => One(Op.MaxPool, x, ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 1, 1, 1 }))),
        new(Op.AveragePool, "2 every 2",                "b 3 h w",                     -1, 1,         Linear, Sums,
            x => One(Op.AveragePool, x, ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }))),
        new(Op.AveragePool, "overlapping, zeros counted", "b 3 h w",                   -1, 1,         Linear, Sums,
            x => One(Op.AveragePool, x, ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 0, 1, 2 }), ("count_include_pad", 1))),

        new(Op.ReduceSum, "of all",                     "b n 4",                       -1, 1,         Linear, Sums,
            x => x[0].Sum([], keep: false)),
        new(Op.ReduceSum, "of all, sides kept",         "b n 4",                       -1, 1,         Linear, Sums,   x => x[0].Sum([])),
        new(Op.ReduceSum, "two axes",                   "b n 4",                       -1, 1,         Linear, Sums,
            x => x[0].Sum([0, -1], keep: false)),
        new(Op.ReduceSum, "two axes, sides kept",       "b n 4",                       -1, 1,         Linear, Sums,
            x => x[0].Sum([0, -1])),
        new(Op.ReduceMean, "of all",                    "b n 4",                       -1, 1,         Linear, Sums,
            x => x[0].Mean([], keep: false)),
        new(Op.ReduceMean, "sides kept",                "b n h w",                     -1, 1,         Linear, Sums,
            x => x[0].Mean([2, 3])),
        new(Op.ReduceMean, "one axis",                  "b n 4",                       -1, 1,         Linear, Sums,
            x => x[0].Mean([1], keep: false)),

        new(Op.Reshape, "",                             "b n 4",                       -1, 1,         Linear, Sums,
            x => x[0].Reshape(x[0][0] * x[0][1], 4)),
        new(Op.Unsqueeze, "",                           "b n",                         -1, 1,         Linear, Sums,
            x => x[0].Unsqueeze(0, 2)),
        new(Op.Expand, "",                              "3 1; b 3 w",                  -1, 1,         Linear, Sums,
            x => x[0].ExpandLike(x[1]) * x[1]),
        new(Op.Transpose, "",                           "b n 4 h",                     -1, 1,         Linear, Sums,
            x => x[0].Transpose(2, 0, 3, 1)),
        new(Op.Transpose, "in reverse by default",      "b n 4",                       -1, 1,         Linear, Sums,
            x => One(Op.Transpose, x)),
        new(Op.Concat, "parts of different sizes",      "b 2 h; b 3 h; b 1 h",         -1, 1,         Linear, Sums,
            x => Value.Concat(1, x)),
        new(Op.Concat, "one part",                      "b n",                         -1, 1,         Linear, Sums,
            x => Value.Concat(-1, x)),
        new(Op.Concat, "a value beside itself",         "b 3",                         -1, 1,         Linear, Sums,
            x => Value.Concat(-1, x[0], x[0] * 2f)),
        new(Op.Split, "into equal parts",               "b 6 h",                       -1, 1,         Linear, Sums,
            x => { var p = x[0].Split(2, axis: 1); return p[0] * 2f - p[1]; }),
        new(Op.Split, "with an unused part",            "b 6 h",                       -1, 1,         Linear, Sums,
            x => { var p = x[0].SplitInto(1, 1, 3, 2); return p[0] * p[2].Sum([1]); }),
        new(Op.Slice, "from both sides",                "b 6 h",                       -1, 1,         Linear, Sums,
            x => x[0].Slice(1, 1, -2)),
        new(Op.Slice, "to the end",                     "b 6 h",                       -1, 1,         Linear, Sums,
            x => x[0].Slice(1, -2, Value.End)),
        new(Op.Slice, "two axes",                       "b 6 8",                       -1, 1,         Linear, Sums,
            x => x[0].Slice([1, 2], [1, 2], Graph(x).Constant([4L, 8]))),
        new(Op.Pad, "four sides",                       "b 2 h w",                     -1, 1,         Linear, Sums,
            x => x[0].PadSides((1, 0, 2, 3))),
        new(Op.Pad, "every axis",                       "b n",                         -1, 1,         Linear, Sums,
            x => Graph(x).Add(Op.Pad, [x[0], Graph(x).Constant([1L, 0, 0, 2])]).Outputs[0]),
        new(Op.Gather, "rows, one of them repeated",    "5 3",                         -1, 1,         Linear, Sums,
            x => x[0].Gather(Graph(x).Constant([2L, 0, 2, 4], new Shape(2, 2)))),
    ];

    [Test]
    public void Rule_AgreesWithDifferences([ValueSource(nameof(s_cases))] RuleCase c, [Values] bool symbolic, [Values] bool optimised) =>
        GradientCheck.Run(c, seed: 7, symbolic, optimised);

    [Test]
    public void EveryRule_HasACase() => Assert.That(s_cases.Select(c => c.Op), Is.SupersetOf(GradientRules.Differentiable));

    [Test]
    public void EveryComposite_HasACase()
    {
        var found = new HashSet<CompositeKind>();
        foreach (RuleCase c in s_cases)
        {
            var graph = new ModelGraph("rule");
            c.Make([.. c.Shapes.Split(';').Select((s, i) => graph.Input($"x{i}", ElementType.Float32,
                [.. s.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(GradientCheck.Number)]))]);
            found.UnionWith(graph.Composites.Select(m => m.Kind));
        }
        Assert.That(found, Is.EquivalentTo(Enum.GetValues<CompositeKind>()));
    }

    [Test]
    public void EveryOperator_HasARuleOrStopsGradientsOrIsRefused() =>
        Assert.That(Op.All.Where(o => GradientRules.Flows(o) && !GradientRules.Differentiable.Contains(o)),
        Is.EquivalentTo([Op.ScatterElements, Op.MultiHeadAttention]));
}
