using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Training;

public sealed class AdamWTests
{
    /// <summary>One parameter of this many elements, more than one slice.</summary>
    const int Length = AdamW.SliceElements + 5_003;

    static ParameterBuffers Random(ulong seed)
    {
        var buffers = new ParameterBuffers([new("p", WeightType.F32, [Length])]);
        SeededNormal.Fill(buffers.Parameters.Span(0, Length), seed, "p", 0);
        SeededNormal.Fill(buffers.Gradients.Span(0, Length), seed, "g", 0);
        return buffers;
    }

    /// <summary>The reference's own step from its own gradients: README §7's setting, elements whose gradient is not rounding
    /// noise.</summary>
    [Test]
    public void Step_ReferenceGradients_GivesTheReferenceParameters()
    {
        using var start = SafetensorsFile.Open(Shared.Path("fixtures", "tiny-sd", "controlnet", "diffusion_pytorch_model.safetensors"));
        using var gradients = SafetensorsFile.Open(Shared.Path("fixtures", "train", "grads.safetensors"));
        using var after = SafetensorsFile.Open(Shared.Path("fixtures", "train", "params_after_1.safetensors"));
        using var buffers = new ParameterBuffers(start.Infos.Values);
        buffers.Fill(start);
        foreach (ParameterSlot slot in buffers.Slots) gradients.Read(slot.Name, 0, buffers.Gradients.Span(slot));
        using var adam = new AdamW(buffers, new() { MaxGradientNorm = 0 });
        adam.Step(1e-3);

        double worst = 0;
        foreach (ParameterSlot slot in buffers.Slots)
        {
            var expected = new float[slot.Count];
            after.Read(slot.Name, 0, expected);
            Span<float> found = buffers.Parameters.Span(slot), g = buffers.Gradients.Span(slot);
            for (int i = 0; i < expected.Length; i++)
                if (Math.Abs(g[i]) > 1e-5) worst = Math.Max(worst, Math.Abs(found[i] - (double)expected[i]));
        }
        TestContext.Out.WriteLine(FormattableString.Invariant($"largest difference {worst:g3}"));
        Assert.That(worst, Is.LessThan(1e-7));
    }

    /// <summary>The formulas in float64, three steps.</summary>
    [Test]
    public void Step_ThreeTimes_FollowsThePublishedAlgorithm()
    {
        using var buffers = Random(1);
        var options = new AdamWOptions { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3, WeightDecay = 0.1, MaxGradientNorm = 0 };
        using var adam = new AdamW(buffers, options);
        double[] p = [.. buffers.Parameters.Span(0, Length).ToArray().Select(x => (double)x)], m = new double[Length],
            v = new double[Length];
        for (int t = 1; t <= 3; t++)
        {
            SeededNormal.Fill(buffers.Gradients.Span(0, Length), 1, $"g{t}", 0);
            Span<float> g = buffers.Gradients.Span(0, Length);
            double rate = 0.1 / t;
            for (int i = 0; i < Length; i++)
            {
                m[i] = 0.8 * m[i] + 0.2 * g[i];
                v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i];
                double mHat = m[i] / (1 - Math.Pow(0.8, t)), vHat = v[i] / (1 - Math.Pow(0.95, t));
                p[i] -= rate * (mHat / (Math.Sqrt(vHat) + 1e-3) + 0.1 * p[i]);
            }
            adam.Step(rate);
        }
        Assert.That(buffers.Parameters.Span(0, Length).ToArray().Zip(p, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-6));
        Assert.That(adam.Steps, Is.EqualTo(3));
    }

    /// <summary>ONNX Runtime does not promise that an output may lie on an input; this is what we rely on.</summary>
    [Test]
    public void Step_InPlace_EqualsOutputsElsewhere()
    {
        using var buffers = Random(2);
        SeededNormal.Fill(buffers.FirstMoments.Span(0, Length), 2, "m", 0);
        buffers.SecondMoments.Span(0, Length).Fill(0.7f);
        float[] numbers = [1, 0.01f, 0.1f, 1e-8f, 0.9f, 0.1f, 0.999f, 0.001f, 0.1f, 0.001f];
        string[] names = ["gradient_scale", "learning_rate", "weight_decay", "epsilon", "beta1", "beta1_rest", "beta2", "beta2_rest",
            "correction1", "correction2"];
        using InferenceSession session = OrtSessions.Open(AdamWGraph.Author().ToBytes(), "optimizer");
        using var run = new RunOptions();
        Dictionary<string, OrtValue> inputs = names.Zip(numbers)
            .ToDictionary(n => n.First, n => OrtValue.CreateTensorValueFromMemory(new[] { n.Second }, [1]));
        foreach (var (name, buffer) in new[] { ("parameter", buffers.Parameters), ("gradient", buffers.Gradients),
            ("first_moment", buffers.FirstMoments), ("second_moment", buffers.SecondMoments) })
            inputs[name] = OrtValue.CreateTensorValueFromMemory(buffer.Span(0, Length).ToArray(), [Length]);
        using var elsewhere = session.Run(run, inputs, ["updated_parameter", "updated_first_moment", "updated_second_moment"]);
        foreach (OrtValue input in inputs.Values) input.Dispose();

        using var adam = new AdamW(buffers, new() { WeightDecay = 0.1, MaxGradientNorm = 0 });
        adam.Step(0.01);
        FloatBuffer[] inPlace = [buffers.Parameters, buffers.FirstMoments, buffers.SecondMoments];
        for (int i = 0; i < 3; i++)
        {
            float[] there = elsewhere[i].GetTensorDataAsSpan<float>().ToArray(), here = inPlace[i].Span(0, Length).ToArray();
            Assert.That(here.Zip(there, (a, b) => Math.Abs(a - b)).Max(), Is.LessThanOrEqualTo(1e-7), $"output {i}");
        }
    }

    [Test]
    public void Step_LargeGradient_IsClippedToTheNorm()
    {
        using ParameterBuffers clipped = Random(3), scaled = Random(3);
        double norm = Math.Sqrt(clipped.Gradients.Span(0, Length).ToArray().Sum(g => (double)g * g));
        using var clipping = new AdamW(clipped, new() { MaxGradientNorm = 0.5, Epsilon = 1e-2 });
        using var plain = new AdamW(scaled, new() { MaxGradientNorm = 0, Epsilon = 1e-2 });
        Span<float> g = scaled.Gradients.Span(0, Length);
        for (int i = 0; i < Length; i++) g[i] = (float)(g[i] * 0.5 / norm);
        Assert.That(clipping.Step(0.1), Is.EqualTo(norm).Within(1e-9 * norm), "the norm before clipping");
        Assert.That(plain.Step(0.1), Is.EqualTo(0.5).Within(1e-6));
        Assert.That(clipped.Parameters.Span(0, Length).ToArray(), Is.EqualTo(scaled.Parameters.Span(0, Length).ToArray()).Within(1e-6));
    }

    [Test]
    public void Step_MicroBatches_TakesTheirMean()
    {
        using ParameterBuffers one = Random(4), four = Random(4);
        for (int i = 0; i < 4; i++)
        {
            float factor = 2 * i - 2;   // −2, 0, 2, 4: mean 1
            SeededNormal.Fill(four.Gradients.Span(0, Length), 4, "g", 0);
            Span<float> g = four.Gradients.Span(0, Length);
            for (int j = 0; j < Length; j++) g[j] *= factor;
            four.Accumulate();
        }
        using AdamW single = new(one), micro = new(four);
        Assert.That(micro.Step(0.1), Is.EqualTo(single.Step(0.1)).Within(1e-3));
        Assert.That(four.Parameters.Span(0, Length).ToArray(), Is.EqualTo(one.Parameters.Span(0, Length).ToArray()).Within(1e-6));
        Assert.That(four.Accumulated, Is.Zero);
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Step_GradientNotFinite_ChangesNothing(float bad)
    {
        using var buffers = Random(5);
        float[] before = buffers.Parameters.Span(0, Length).ToArray();
        buffers.Gradients.Span(Length - 1, 1)[0] = bad;
        using var adam = new AdamW(buffers);
        Assert.That(double.IsFinite(adam.Step(0.1)), Is.False);
        Assert.That(buffers.Parameters.Span(0, Length).ToArray(), Is.EqualTo(before));
        Assert.That(adam.Steps, Is.Zero);
    }

    [Test]
    public void Options_OutOfRange_AreRefusedByName() =>
        Assert.That(() => new AdamW(Random(6), new() { Beta2 = 1 }), Throws.TypeOf<UsageException>().With.Message.Contains("Beta2"));
}
