using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Ops;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Gradients;

/// <summary>What the walker does around the rules: refusals, what no gradient reaches, corners of functions.</summary>
public sealed class GradientTests
{
    static (ModelGraph Graph, Value X) Start()
    {
        var graph = new ModelGraph("g");
        return (graph, graph.Input("x", ElementType.Float32, 3));
    }

    static Value Scatter(Value x) =>
        x.Graph.Add(Op.ScatterElements, [x, x.Graph.Constant([0L]), x.Graph.Constant([1f], new Shape(1))]).Outputs[0];

    static float[] Run(ModelGraph graph, Value gradient, params float[] x)
    {
        graph.Output("gradient", gradient);
        using var run = new ModelRun(new(graph, new SeededWeights([])));
        return run.Run(("x", new Tensor([x.Length], x)))["gradient"].Data;
    }

    [Test]
    public void OperatorWithoutRule_OnTheWay_IsRefusedByName()
    {
        var (graph, x) = Start();
        Value y;
        using (graph.Scope("block")) y = Scatter(x);
        Value loss = y.Sum([], keep: false);
        Assert.That(() => Gradient.Of(loss, [x]),
            Throws.TypeOf<GraphException>().With.Message.Contains("ScatterElements 'block/ScatterElements'").And.Message.Contains(
            "without a derivative rule"));
    }

    [Test]
    public void OperatorWithoutRule_BesideTheWay_DoesNotMatter()
    {
        var (graph, x) = Start();
        Value y = x * Scatter(graph.Constant([1f, 2, 3], new Shape(3)));
        Assert.That(Run(graph, Gradient.Of(y.Sum([], keep: false), [x])[0], 1, 1, 1), Is.EqualTo([1f, 2, 3]));
    }

    [Test]
    public void Loss_OfSeveralNumbers_IsRefused()
    {
        var (_, x) = Start();
        Assert.That(() => Gradient.Of(x * 2f, [x]),
            Throws.TypeOf<GraphException>().With.Message.Contains("[3]").And.Message.Contains("one floating-point number"));
    }

    [Test]
    public void Loss_OfWholeNumbers_IsRefused()
    {
        var (graph, x) = Start();
        Assert.That(() => Gradient.Of(graph.Constant(1L), [x]), Throws.TypeOf<GraphException>().With.Message.Contains("Int64"));
    }

    [Test]
    public void Rule_WithTooFewGradients_IsRefused()
    {
        var (_, x) = Start();
        Value loss = (x * x).Sum([], keep: false);
        Rule Bad(Node node) => node.Op == Op.Mul ? n => [n.G] : GradientRules.For(node);
        Assert.That(() => Gradient.Of(loss, [x], Bad),
            Throws.TypeOf<GraphException>().With.Message.Contains("Mul").And.Message.Contains("found 1 gradients, expected 2"));
    }

    [Test]
    public void Rule_WithAGradientOfAnotherShape_IsRefused()
    {
        var (_, x) = Start();
        Value loss = x.Exp().Sum([], keep: false);
        Rule Bad(Node node) => node.Op == Op.Exp ? n => [n.G.Slice(0, 0, 2)] : GradientRules.For(node);
        Assert.That(() => Gradient.Of(loss, [x], Bad),
            Throws.TypeOf<GraphException>().With.Message.Contains("Exp").And.Message.Contains("[2]"));
    }

    [Test]
    public void Parameter_TheLossDoesNotDependOn_HasGradientZero()
    {
        var graph = new ModelGraph("g") { Trainable = _ => true };
        Value x = graph.Input("x", ElementType.Float32, 3), unused = graph.Weight("unused", 2, 2);
        Value loss = (x * x).Sum([], keep: false);
        graph.Output("gradient", Gradient.Of(loss, [unused])[0]);
        using var run = new ModelRun(new(graph, new SeededWeights([])));
        var made = run.Run(("x", Tensor.Zeros(3)), ("unused", Tensor.Zeros(2, 2)))["gradient"];
        Assert.Multiple(() =>
        {
            Assert.That(made.Shape, Is.EqualTo([2L, 2]));
            Assert.That(made.Data, Is.All.Zero);
        });
    }

    [Test]
    public void Input_OfWholeNumbers_GetsNoGradientAndStopsNone()
    {
        var graph = new ModelGraph("g");
        Value table = graph.Input("table", ElementType.Float32, 4, 2), rows = graph.Input("rows", ElementType.Int64, 3);
        Value loss = table.Gather(rows).Sum([], keep: false);
        graph.Output("gradient", Gradient.Of(loss, [table])[0]);
        using var run = new ModelRun(new(graph, new SeededWeights([])));
        var made = run.Run(("table", Tensor.Zeros(4, 2)), ("rows", (new long[] { 1, 3, 1 }, new long[] { 3 })));
        Assert.That(made["gradient"].Data, Is.EqualTo([0f, 0, 2, 2, 0, 0, 1, 1]));   // counts
    }

    [Test]
    public void Comparison_OfTheParameter_StopsTheGradient()
    {
        var (graph, x) = Start();
        Value above = x.IsGreaterThan(graph.Constant(0f)).Cast(ElementType.Float32);
        Assert.That(Run(graph, Gradient.Of((x * above).Sum([], keep: false), [x])[0], -1, 2, 3), Is.EqualTo([0f, 1, 1]));
    }

    [Test]
    public void ValueBetween_IsDifferentiatedBy()
    {
        var (graph, x) = Start();
        Value square = x * x;
        Assert.That(Run(graph, Gradient.Of((square * square).Sum([], keep: false), [square])[0], 1, 2, 3), Is.EqualTo([2f, 8, 18]));
    }

    static TestCaseData Corner(string name, Func<Value, Value> of, float at, float slope) =>
        new TestCaseData(of, at, slope).SetName($"{name} at {at}");

    // What docs/gradients.md says of places without a derivative, or where its formula would be 0 · ∞. As PyTorch has it but for the root,
    // whose slope there is ∞.
    static readonly TestCaseData[] s_corners =
    [
        Corner("|x|", x => x.Abs(), 0, 0),
        Corner("ReLU", x => x.Relu(), 0, 0),
        Corner("clip, lower bound", x => x.Clip(-1, 1), -1, 1),
        Corner("clip, upper bound", x => x.Clip(-1, 1), 1, 1),
        Corner("clip, outside", x => x.Clip(-1, 1), 1.5f, 0),
        Corner("sign", x => x.Sign() + 0f * x, 0, 0),
        Corner("length, a root of 0", x => (x * x).Sqrt(), 0, 0),
        Corner("x⁰", x => x.Pow(0), 0, 0),
        Corner("x¹", x => x.Pow(1), 0, 1),
        Corner("x²", x => x.Pow(2), 0, 0),
        Corner("sigmoid far out", x => x.Sigmoid(), 200, 0),
        Corner("SiLU far out", x => x.Silu(), -200, 0),
        Corner("GELU far out", x => x.Gelu(), 200, 1),
        Corner("erf far out", x => x.Erf(), -200, 0),
        Corner("tanh far out", x => x.Tanh(), 200, 0),
        Corner("softmax far out", x => x.Softmax(), 1000, 0),
    ];

    [TestCaseSource(nameof(s_corners))]
    public void Corner_HasTheDocumentedSlope(Delegate of, float at, float slope)
    {
        var (graph, x) = Start();
        Value y = ((Func<Value, Value>)of)(x);
        Assert.That(Run(graph, Gradient.Of(y.Sum([], keep: false), [x])[0], at, at, at), Is.All.EqualTo(slope));
    }

    [Test]
    public void SquareRoot_AtZero_HasAFiniteSlope()
    {
        var (graph, x) = Start();
        float[] slopes = Run(graph, Gradient.Of(x.Sqrt().Sum([], keep: false), [x])[0], 0, 1, 4);
        Assert.Multiple(() =>
        {
            Assert.That(slopes[0], Is.GreaterThan(1e18f).And.LessThan(float.PositiveInfinity));
            Assert.That(slopes[1..], Is.EqualTo([0.5f, 0.25f]));
        });
    }

    [Test]
    public void MaxPool_OfEqualNumbers_GivesAllToTheFirst()
    {
        var graph = new ModelGraph("g");
        Value x = graph.Input("x", ElementType.Float32, 1, 1, 3, 4);
        graph.Output("gradient", Gradient.Of(x.MaxPool(2, 2, ceil: true).Sum([], keep: false), [x])[0]);
        using var run = new ModelRun(new(graph, new SeededWeights([])));
        var made = run.Run(("x", new Tensor([1, 1, 3, 4], [.. Enumerable.Repeat(0f, 12)])))["gradient"];
        Assert.That(made.Data, Is.EqualTo([1f, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0]));
    }
}
