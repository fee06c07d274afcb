using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Training;

/// <summary>Least squares: loss = mean (x W − t)², dW = 2 xᵀ (x W − t) / (batch · outputs), written out by hand.</summary>
public sealed class TrainingSessionTests
{
    const int In = 3, Out = 2;

    static OnnxModel Model(bool gradients = true)
    {
        var graph = new ModelGraph("least_squares") { Trainable = n => n.StartsWith("trained.", StringComparison.Ordinal) };
        Dim batch = Dim.Named("batch");
        Value x = graph.Input("x", ElementType.Float32, batch, In), t = graph.Input("t", ElementType.Float32, batch, Out),
            n = graph.Input("count", ElementType.Int64, 1);
        Value w = graph.Weight("trained.w", In, Out), d = x.MatMul(w) - (t + graph.Weight("frozen.shift", Out));
        graph.Output("loss", (d * d).Mean([], keep: false));
        graph.Output("difference", d);
        if (gradients) graph.Output("gradient.trained.w", x.Transpose(1, 0).MatMul(d) * 2f / n.Cast(ElementType.Float32));
        return new(graph, new SeededWeights([new("frozen.shift", WeightType.F32, [Out])]));   // a bias: zeros
    }

    /// <summary>Also as on a device with memory of its own, which gets a copy of what is bound.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Run_BatchesOfTwoSizes_GivesLossAndGradientOfTheParametersInTheBuffers(bool copies)
    {
        OnnxModel model = Model();
        using var buffers = TrainingTools.BuffersFor(model.Graph);
        using var session = TrainingTools.Open(model, buffers);
        session.CopiesWhenBound = copies;
        ParameterSlot w = buffers["trained.w"];
        foreach (var (batch, value) in new[] { (1, 0.5f), (4, 0.5f), (4, -2f) })
        {
            buffers.Parameters.Span(w).Fill(value);
            float[] x = [.. Enumerable.Range(0, batch * In).Select(i => i - 2f)],
                t = [.. Enumerable.Range(0, batch * Out).Select(i => 0.25f * i)];
            session.Set("x", x, batch, In);
            session.Set("t", t, batch, Out);
            session.Set("count", [batch * (long)Out], 1);
            var made = session.Run();

            double loss = 0;
            var gradient = new double[In * Out];
            for (int b = 0; b < batch; b++)
                for (int o = 0; o < Out; o++)
                {
                    double d = Enumerable.Range(0, In).Sum(i => value * x[b * In + i]) - t[b * Out + o];
                    loss += d * d / (batch * Out);
                    for (int i = 0; i < In; i++) gradient[i * Out + o] += 2 * d * x[b * In + i] / (batch * Out);
                }
            Assert.Multiple(() =>
            {
                Assert.That(made.Keys, Is.EquivalentTo(["loss", "difference"]));
                Assert.That(made["loss"][0], Is.EqualTo(loss).Within(1e-5 * loss));
                Assert.That(made["difference"], Has.Length.EqualTo(batch * Out));
                Assert.That(buffers.Gradients.Span(w).ToArray(), Is.EqualTo(gradient).Within(1e-4));
            });
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Run_WithAdamW_FallsToTheSolution(bool copies)
    {
        OnnxModel model = Model();
        using var buffers = TrainingTools.BuffersFor(model.Graph);
        using var session = TrainingTools.Open(model, buffers);
        session.CopiesWhenBound = copies;
        using var adam = new AdamW(buffers, new() { WeightDecay = 0, MaxGradientNorm = 0 });
        session.Set("x", [1f, 0, 0, 0, 1, 0, 0, 0, 1], 3, 3);   // the solution is t itself
        session.Set("t", [1, -1, 0.5f, 0.25f, 0, 2], 3, 2);
        session.Set("count", [6L], 1);
        for (int i = 0; i < 600; i++)
        {
            session.Run();
            adam.Step(0.02 * (1 - i / 600.0));
        }
        Assert.That(buffers.Parameters.Span(buffers["trained.w"]).ToArray(), Is.EqualTo((float[])[1, -1, 0.5f, 0.25f, 0, 2]).Within(1e-3));
    }

    [Test]
    public void Open_ModelWithoutGradients_Evaluates()
    {
        OnnxModel model = Model(gradients: false);
        using var buffers = TrainingTools.BuffersFor(model.Graph);
        using var session = TrainingTools.Open(model, buffers);
        session.Set("x", [1f, 2, 3], 1, 3);
        session.Set("t", [3f, 4], 1, 2);
        session.Set("count", [2L], 1);
        Assert.That(session.Run()["loss"][0], Is.EqualTo(12.5f));
    }

    [Test]
    public void Set_Wrongly_SaysWhatIsThere()
    {
        OnnxModel model = Model();
        using var buffers = TrainingTools.BuffersFor(model.Graph);
        using var session = TrainingTools.Open(model, buffers);
        Assert.Multiple(() =>
        {
            Assert.That(() => session.Set("y", [1f], 1), Throws.ArgumentException.With.Message.Contains("x, t, count"));
            Assert.That(() => session.Set("x", [1, 2, 3], 1, 3), Throws.ArgumentException.With.Message.Contains("Float"),
                "whole numbers are int64");
            Assert.That(() => session.Set("x", [1f], 1, 3), Throws.ArgumentException.With.Message.Contains("[1, 3]"));
            Assert.That(() => session.Run(), Throws.InvalidOperationException.With.Message.Contains("'x'"));
        });
    }

    [Test]
    public void Open_BuffersOfAnotherModel_NamesTheParameter()
    {
        OnnxModel model = Model();
        using var other = new ParameterBuffers([new("trained.w", WeightType.F32, [Out, In])]);
        using var more = new ParameterBuffers([new("trained.w", WeightType.F32, [In, Out]), new("trained.b", WeightType.F32, [Out])]);
        Assert.Multiple(() =>
        {
            Assert.That(() => TrainingTools.Open(model, other), Throws.TypeOf<BadDataException>().With.Message.Contains("trained.w"));
            Assert.That(() => TrainingTools.Open(model, more), Throws.TypeOf<BadDataException>().With.Message.Contains("trained.b"));
        });
    }
}
