using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Graph;

/// <summary>Every operator once: ONNX Runtime must accept what we write and make the shape we promised.</summary>
public sealed class OperatorTests
{
    /// <summary>Values from a picture x [batch, 8, height, width] with positive numbers; each operator appears somewhere.</summary>
    static Dictionary<string, Value> Author(ModelGraph g, Value x)
    {
        Value row = g.Constant([1f, 2, 3, 4, 5, 6, 7, 8], new Shape(8, 1, 1)), table = g.Constant([1f, 2, 3, 4, 5, 6], new Shape(3, 2));
        Value rows = x.Transpose(0, 2, 3, 1).Reshape(x[0] * x[2] * x[3], 8);
        Value kernel = g.Constant([.. Enumerable.Range(0, 4 * 8 * 9).Select(i => i * 0.01f)], new Shape(4, 8, 3, 3));
        Value square = g.Constant([.. Enumerable.Range(0, 64).Select(i => i * 0.1f)], new Shape(8, 8)), eight = row.Reshape(8);
        return new()
        {
            ["arithmetic"] = (x + row) * 2f - row / 3f + x.Pow(2),
            ["from the left"] = 1f - 2f / (3f + 0.5f * x),
            ["comparisons"] = x.IsGreaterThan(row).Select(x, row) + x.IsLessThan(row).Select(row, x)
                + x.IsEqualTo(row).Cast(ElementType.Float32),
            ["functions"] = (-x).Exp() + x.Log() + x.Sqrt() + x.Reciprocal() + x.Abs() + x.Sign() + x.Erf() + x.Sin() + x.Cos() + x.Tanh()
                + x.Relu().Identity(),
            ["activations"] = x.Silu() + x.Gelu() + x.QuickGelu() + x.Clip(0.25f, 0.75f),
            ["softmax"] = x.Softmax(1),
            ["matmul"] = x.MatMul(x.Transpose(0, 1, 3, 2)),
            ["linear of rows"] = rows.Linear(square, eight),
            ["linear of tokens"] = x.Reshape(x[0], 8, x[2] * x[3]).Transpose(0, 2, 1).Linear(square),
            ["convolution"] = x.Conv(kernel, stride: 2, pads: (0, 1, 1, 2)),
            ["largest of windows"] = x.MaxPool(3, 2),
            ["largest of windows, rounded up"] = x.MaxPool(2, 2, ceil: true),
            ["convolution transposed"] = g.Add(Op.ConvTranspose, [x, kernel.Transpose(1, 0, 2, 3)],
                [("strides", new long[] { 2, 2 }), ("output_padding", new long[] { 1, 1 })]).Outputs[0],
            ["mean of windows"] = g.Add(Op.AveragePool, [x],
                [("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }),
                ("pads", new long[] { 0, 0, 1, 1 }), ("count_include_pad", 1)]).Outputs[0],
            ["group norm"] = x.GroupNorm(4, eight, eight, 1e-5f),
            ["layer norm"] = rows.LayerNorm(eight, eight, 1e-5f),
            ["attention"] = Attention(x),
            ["enlarge"] = x.EnlargeNearest(3),
            ["resize to"] = x.Conv(kernel, stride: 2, pads: (1, 1, 1, 1)).ResizeNearestTo(x),
            ["sum"] = x.Sum([1, -1], keep: false),
            ["mean"] = x.Mean([2, 3]),
            ["largest along an axis"] = x.ArgMax(1).Cast(ElementType.Float32),
            ["cubic"] = x.ResizeCubic(x[3], x[2]),
            ["blocks"] = x.ConvToBlocks(g.Constant([.. Enumerable.Range(0, 8 * 2 * 9).Select(i => i * 0.01f)], new Shape(8, 2, 3, 3)),
                g.Constant([1f, 2], new Shape(2))),
            ["mean of all"] = x.Mean([], keep: false),
            ["two sizes read"] = rows.Reshape(x[0], x[2], x[3], 8),
            ["sides of one"] = x.Unsqueeze(0, -1),
            ["cut from both sides"] = x.Slice(2, 1, -1),
            ["cut to the end, every other"] = x.Slice(3, 1, Value.End, 2),
            ["cut to a size"] = x.PadSides((1, 2, 3, 4)).Slice([2, 3], [1, 2], g.RuntimeSums([x[2], x[3]], [1, 2])),
            ["turned around"] = x.Flip(),
            ["expanded"] = eight.Unsqueeze(1, 2).ExpandLike(x),
            ["elements"] = x.ElementCount() * eight,
            ["join"] = Value.Concat(-1, x, x, x),
            ["split"] = x.Split(4, axis: 1)[2],
            ["scatter"] = g.Add(Op.ScatterElements, [eight, g.Constant([2L, 0, 2], new Shape(3)), g.Constant([1f, 2, 3], new Shape(3))],
                [("axis", 0), ("reduction", "add")]).Outputs[0],
            ["gather"] = table.Gather(g.Constant([2L, 0, 1, 1], new Shape(2, 2))),
        };
    }

    /// <summary>Rows of the second axis look at each other with four heads.</summary>
    static Value Attention(Value x)
    {
        Value rows = x.Reshape(x[0], 8, x[2] * x[3]).Transpose(0, 2, 1);
        return x.Graph.Add(Op.MultiHeadAttention, [rows, rows, rows], [("num_heads", 4)]).Outputs[0];
    }

    [Test]
    public void EveryOperator_RunByOnnxRuntime_MakesThePromisedShape([Values] bool optimised)
    {
        var graph = new ModelGraph("operators");
        var made = Author(graph, graph.Input("x", ElementType.Float32, Dim.Named("batch"), 8, Dim.Named("height"), Dim.Named("width")));
        Assert.That(graph.Nodes.Select(n => n.Op).Distinct(), Is.EquivalentTo(Op.All));
        foreach (var (name, value) in made) graph.Output(name, value);

        // The same authored for numbers says which shapes the named sizes must come to.
        var numbers = new ModelGraph("numbers");
        var promised = Author(numbers, numbers.Input("x", ElementType.Float32, 2, 8, 5, 7));

        using var run = new ModelRun(new(graph, new Alignment.Onnx.Models.SeededWeights([])), optimised);
        var x = Tensor.Zeros(2, 8, 5, 7);
        for (int i = 0; i < x.Data.Length; i++) x.Data[i] = 0.1f + i % 11 * 0.08f;
        var results = run.Run(("x", x));
        Assert.Multiple(() =>
        {
            foreach (var (name, value) in promised)
            {
                Assert.That(results[name].Shape, Is.EqualTo(value.Shape.Numbers), name);
                Assert.That(results[name].Data, Is.All.Matches<float>(float.IsFinite), name);
            }
        });
    }
}
