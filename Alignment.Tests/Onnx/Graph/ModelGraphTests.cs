using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Tests.Onnx.Graph;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
sealed class ModelGraphTests
{
    static readonly Dim s_batch = Dim.Named("batch"), s_height = Dim.Named("height"), s_width = Dim.Named("width");

    readonly ModelGraph _graph = new("test");

    Value Picture(int channels) => _graph.Input($"x{channels}", ElementType.Float32, s_batch, channels, s_height, s_width);

    static readonly TestCaseData[] s_mistakes =
    [
        Mistake("Add", (g, x) => x + g.Constant([1f, 2f, 3f], new Shape(3)), "found shapes [batch, 8, height, width] and [3]",
            "axis -1 is width and 3"),
        Mistake("Conv", (g, x) => x.Conv(g.Weight("w", 4, 7, 3, 3)), "found 8 channels in 'x' [batch, 8, height, width]",
            "expected 7, as the kernel 'w' [4, 7, 3, 3]"),
        Mistake("ConvBias", (g, x) => x.Conv(g.Weight("w", 4, 8, 3, 3), g.Weight("b", 5)), "'b' of shape [5]", "expected [4]"),
        Mistake("MatMul", (g, x) => x.MatMul(g.Weight("w", 8, 8)), "[batch, 8, height, width] × [8, 8]", "one k"),
        Mistake("Linear", (g, x) => x.Linear(g.Weight("w", 4, 8)), "Gemm", "[m, k] × [k, n]"),
        Mistake("Reshape", (_, x) => x.Reshape(x[0], 7, x[2], x[3]), "to become [batch, 7, height, width]",
            "as many elements before as after"),
        Mistake("Concat", (g, x) => Value.Concat(1, x, g.Weight("w", 1, 8, 4, 4)), "'w' of shape [1, 8, 4, 4]", "except along axis 1"),
        Mistake("Transpose", (_, x) => x.Transpose(0, 1, 1, 2), "the order [0, 1, 1, 2]", "every axis"),
        Mistake("Types", (g, x) => x + g.Constant(1L), "Float32 from 'x' with Int64", "one element type"),
        Mistake("GroupNorm", (g, x) => x.GroupNorm(3, g.Weight("w", 8), g.Weight("b", 8), 1e-5f), "'x' of shape [batch, 8, height, width]",
            "3 groups divide"),
        Mistake("LayerNorm", (g, x) => x.LayerNorm(g.Weight("w", 8), null, 1e-5f), "'w' of shape [8]", "expected [width]"),
        Mistake("Split", (_, x) => x.Split(3, axis: 1), "found 8 along axis 1", "3 divides"),
        Mistake("Arity", (g, x) => g.Add(Op.MatMul, [x]).Outputs[0], "found 1 inputs", "expected 2"),
        Mistake("Attribute", (g, x) => g.Add(Op.Relu, [x], [new("alpha", 1.0)]).Outputs[0], "attribute 'alpha' of type Double", "float"),
        Mistake("OtherGraph", (_, x) => x + new ModelGraph("other").Input("y", ElementType.Float32, 1), "the value 'y' of graph 'other'",
            "values of graph 'test'"),
    ];

    static TestCaseData Mistake(string name, Func<ModelGraph, Value, object> author, string found, string expected) =>
        new TestCaseData(author, found, expected).SetArgDisplayNames(name);

    [TestCaseSource(nameof(s_mistakes))]
    public void Authoring_AShapeMistake_IsRefusedWithFoundAndExpected(Func<ModelGraph, Value, object> author, string found, string expected)
    {
        var graph = new ModelGraph("test");
        Value x = graph.Input("x", ElementType.Float32, s_batch, 8, s_height, s_width);
        var e = Assert.Catch<GraphException>(() => author(graph, x));
        Assert.That(e!.Message, Does.Contain(found).And.Contain(expected));
    }

    [Test]
    public void Scopes_NestedLayers_NameNodesAndWeights()
    {
        Value x = Picture(8), y;
        using (_graph.Scope("down_blocks.0"))
        using (_graph.Scope("resnets.1"))
            y = x.Conv(_graph.Weight("conv1.weight", 4, 8, 3, 3), name: "conv1");
        Assert.Multiple(() =>
        {
            Assert.That(y.Producer!.Name, Is.EqualTo("down_blocks.0/resnets.1/conv1"));
            Assert.That(_graph.Weights[0].Name, Is.EqualTo("down_blocks.0.resnets.1.conv1.weight"));
            Assert.That(y.Shape.ToString(), Is.EqualTo("[batch, 4, height-2, width-2]"));
        });
    }

    [Test]
    public void Names_OfEqualNodes_AreNumbered()
    {
        Value x = Picture(4);
        Assert.That(new[] { x + x, x + x, x + x }.Select(v => v.Name), Is.EqualTo(new[] { "Add", "Add_1", "Add_2" }));
    }

    [Test]
    public void Constants_WithEqualNumbers_AreStoredOnce()
    {
        Value half = _graph.Constant(0.5f), again = _graph.Constant(0.5f);
        Assert.That(again, Is.SameAs(half));
        Assert.That(_graph.Constant(0f), Is.Not.SameAs(_graph.Constant(-0f)));
        Assert.That(_graph.Constant([1L, 2L]), Is.Not.SameAs(_graph.Constant([1L, 2L], new Shape(1, 2))));
        Assert.That(half.Name, Is.EqualTo("constants/float32/0.5"));
        Assert.That(_graph.Constants, Has.Count.EqualTo(5));
    }

    [Test]
    public void Weight_AskedForTwice_IsOneTensor_UnlessTheShapeDiffers()
    {
        Value first = _graph.Weight("w", 2, 3), second = _graph.Weight("w", 2, 3);
        Assert.That(second, Is.SameAs(first));
        Assert.That(() => _graph.Weight("w", 3, 2),
            Throws.TypeOf<GraphException>().With.Message.Contains("[3, 2]").And.Message.Contains("[2, 3]"));
    }

    [Test]
    public void Graph_Walked_IsInTopologicalOrderAndKnowsItsParts()
    {
        Value x = Picture(8);
        Value y = x.GroupNorm(4, _graph.Weight("w", 8), _graph.Weight("b", 8), 1e-5f, "norm").Silu();
        _graph.Output("y", y);
        var known = _graph.Inputs.Concat(_graph.Weights).Concat(_graph.Constants).ToHashSet();
        foreach (Node node in _graph.Nodes)
        {
            Assert.That(node.Inputs.OfType<Value>(), Is.SubsetOf(known), node.Name);
            known.UnionWith(node.Outputs);
        }
        Node norm = _graph.Nodes.Single(n => n.Op == Op.InstanceNormalization);
        Assert.Multiple(() =>
        {
            Assert.That(norm.Float("epsilon", 0), Is.EqualTo(1e-5f));
            Assert.That(norm.Name, Is.EqualTo("norm/InstanceNormalization"));
            Assert.That(_graph.Outputs.Single(), Is.SameAs(y));
            Assert.That(y.Name, Is.EqualTo("y"));
            Assert.That(y.Producer!.Op, Is.SameAs(Op.Mul));
        });
    }

    [Test]
    public void Sizes_ReadWhileRunning_AreReadOnce()
    {
        Value rows = Picture(8).Transpose(0, 2, 3, 1).Reshape(s_batch * s_height * s_width, 8);
        Value again = rows.Reshape(s_batch, s_height * s_width, 2, 4), other = rows.Reshape(s_batch, s_height * s_width, 4, 2);
        Assert.Multiple(() =>
        {
            Assert.That(again.Shape.ToString(), Is.EqualTo("[batch, height*width, 2, 4]"));
            Assert.That(other.Shape.ToString(), Is.EqualTo("[batch, height*width, 4, 2]"));
            Assert.That(_graph.Nodes.Count(n => n.Op == Op.Shape), Is.EqualTo(1));
        });
    }

    [Test]
    public void EveryOperator_HasAShapeRule_AndNoNewerVersionThanTheOpset()
    {
        Assert.That(ShapeRules.Known, Is.EquivalentTo(Op.All));
        Assert.That(Op.All, Has.All.Property(nameof(Op.SinceVersion)).LessThanOrEqualTo(Op.OpsetVersion));
    }
}
