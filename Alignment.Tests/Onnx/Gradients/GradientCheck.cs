using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Ops;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Gradients;

/// <summary>How the derivative along a direction is taken from values of the function.</summary>
public enum Differences
{
    /// <summary>One long central difference: exact for what is linear in each input, so a long step only makes rounding small.</summary>
    Linear,

    /// <summary>Central differences at h, h/2, h/4, extrapolated (Richardson): the error falls with h⁶.</summary>
    Smooth,

    /// <summary>One short central difference among numbers a multiple of 1/4 apart, so that no kink and no tie lies between.</summary>
    Pieces,
}

/// <summary>One row of the table of rules.</summary>
/// <param name="Op">The operator that the graph must hold.</param>
/// <param name="Form">What is special about it.</param>
/// <param name="Shapes">The inputs' sides, separated by ';'. Letters are sizes known only when the model runs.</param>
/// <param name="Low">Inputs are sampled from here …</param>
/// <param name="High">… to here.</param>
/// <param name="By">How to take differences.</param>
/// <param name="Tolerance">Largest error, in units of the gradient's Euclidean length (what a derivative along ±1 comes to).</param>
/// <param name="Make">The function.</param>
sealed record RuleCase(Op Op, string Form, string Shapes, double Low, double High, Differences By, double Tolerance,
    Func<Value[], Value> Make)
{
    public override string ToString() => Form.Length == 0 ? Op.Name : $"{Op.Name}: {Form}";
}

/// <summary>Holds the gradients of a graph against differences of its values, all computed by ONNX Runtime.</summary>
static class GradientCheck
{
    const int Directions = 3;

    static readonly Dictionary<string, long> s_sizes = new() { ["b"] = 2, ["h"] = 5, ["w"] = 7, ["H"] = 6, ["W"] = 8, ["n"] = 3 };

    /// <param name="c">The row.</param>
    /// <param name="seed">Of inputs and directions.</param>
    /// <param name="symbolic">Letters stay names; else they become numbers.</param>
    /// <param name="optimised">With ONNX Runtime's rewriting.</param>
    public static void Run(RuleCase c, ulong seed, bool symbolic, bool optimised)
    {
        var graph = new ModelGraph("rule");
        string[][] sides = [.. c.Shapes.Split(';').Select(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Value[] inputs = [.. sides.Select((s, i) => graph.Input($"x{i}", ElementType.Float32, [.. s.Select(d => Side(d, symbolic))]))];
        Value y = c.Make(inputs);
        Assert.That(graph.Nodes.Select(n => n.Op), Does.Contain(c.Op), "the row's operator");
        // Σ c∘y: one number that weighs every element of the output differently.
        Value weights = graph.Input("c", ElementType.Float32, [.. y.Shape]);
        Value loss = (y * weights).Sum([], keep: false);
        var gradients = Gradient.Of(loss, inputs);
        graph.Output("y", y);
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.That(gradients[i].Shape, Is.EqualTo(inputs[i].Shape), $"promised shape of gradient {i}");
            graph.Output($"g{i}", gradients[i]);
        }

        using var run = new ModelRun(new(graph, new SeededWeights([])), optimised);
        Tensor[] at = [.. sides.Select((s, i) => Sample([.. s.Select(d => Side(d, symbolic: false).Value)], c, seed, i))];
        Tensor weight = Normal(SidesOfOutput(at, c), seed, "weights");
        var made = Values(run, at, weight);
        Assert.That(made["y"].Data, Is.All.Matches<float>(float.IsFinite));

        double Along(int input, float[] direction, double h)
        {
            double Loss(double step)
            {
                Tensor[] moved = [.. at];
                moved[input] = new(at[input].Shape, [.. at[input].Data.Select((x, j) => (float)(x + step * direction[j]))]);
                return Values(run, moved, weight)["y"].Data.Zip(weight.Data, (a, b) => (double)a * b).Sum();
            }
            return (Loss(h) - Loss(-h)) / (2 * h);
        }

        using var _ = Assert.EnterMultipleScope();
        for (int input = 0; input < inputs.Length; input++)
        {
            float[] gradient = made[$"g{input}"].Data;
            Assert.That(made[$"g{input}"].Shape, Is.EqualTo(at[input].Shape), $"shape of gradient {input}");
            double length = Math.Sqrt(gradient.Sum(g => (double)g * g));
            Assert.That(length, Is.GreaterThan(1e-3), $"gradient {input} is nothing");
            for (int d = 0; d < Directions; d++)
            {
                float[] direction = [.. Normal(at[input].Shape, seed, $"direction {input} {d}").Data.Select(v => v < 0 ? -1f : 1f)];
                double expected = c.By switch
                {
                    Differences.Linear => Along(input, direction, 0.5),
                    Differences.Pieces => Along(input, direction, 1.0 / 16),
                    _ => Richardson(h => Along(input, direction, h)),
                };
                double found = gradient.Zip(direction, (g, u) => (double)g * u).Sum();
                Assert.That(Math.Abs(found - expected) / length, Is.LessThan(c.Tolerance),
                    $"input {input}, direction {d}, seed {seed}: {found} for {expected}");
            }
        }
    }

    static double Richardson(Func<double, double> difference)
    {
        const double h = 0.125;
        double a = difference(h), b = difference(h / 2), c = difference(h / 4);
        double ab = (4 * b - a) / 3, bc = (4 * c - b) / 3;
        return (16 * bc - ab) / 15;
    }

    /// <summary>A side as a number.</summary>
    internal static Dim Number(string text) => Side(text, symbolic: false);

    static Dim Side(string text, bool symbolic) => !s_sizes.TryGetValue(text, out long size)
        ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : symbolic ? Dim.Named(text) : size;

    static IReadOnlyDictionary<string, Tensor> Values(ModelRun run, Tensor[] at, Tensor weight) =>
        run.Run([.. at.Select((x, i) => ($"x{i}", (object)x)), ("c", weight)]);

    /// <summary>The output's sides where names are numbers: authored again for numbers only.</summary>
    static long[] SidesOfOutput(Tensor[] at, RuleCase c)
    {
        var numbers = new ModelGraph("numbers");
        Value y = c.Make([.. at.Select((x, i) => numbers.Input($"x{i}", ElementType.Float32, [.. x.Shape.Select(s => (Dim)s)]))]);
        return y.Shape.Numbers;
    }

    static Tensor Sample(long[] shape, RuleCase c, ulong seed, int input)
    {
        Tensor made = Tensor.Zeros(shape);
        var uniform = new double[made.Data.Length];
        SeededNormal.FillUniform(uniform, seed, $"{c} input {input}");
        if (c.By == Differences.Pieces)
        {
            // A shuffle of evenly spaced numbers a quarter apart, none of them a multiple of a quarter.
            int[] order = [.. Enumerable.Range(0, uniform.Length).OrderBy(i => uniform[i])];
            for (int i = 0; i < order.Length; i++) made.Data[order[i]] = (i - uniform.Length / 2) * 0.25f + 0.125f;
        }
        else
            for (int i = 0; i < uniform.Length; i++) made.Data[i] = (float)(c.Low + (c.High - c.Low) * uniform[i]);
        return made;
    }

    static Tensor Normal(long[] shape, ulong seed, string purpose)
    {
        Tensor made = Tensor.Zeros(shape);
        SeededNormal.Fill(made.Data, seed, purpose);
        return made;
    }
}
