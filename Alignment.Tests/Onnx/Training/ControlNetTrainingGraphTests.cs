using Alignment.Onnx.Graph;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Training;

/// <summary>The whole training step against the reference's, fixtures/README §7.</summary>
public sealed class ControlNetTrainingGraphTests
{
    [Test]
    public void Eval_ReferenceBatch_GivesTheReferenceLosses()
    {
        using var problem = new TrainingProblem();
        OnnxModel model = problem.Model(gradients: false);
        using ParameterBuffers buffers = problem.Buffers(model);
        using var session = TrainingTools.Open(model, buffers);
        problem.Feed(session);
        TrainingProblem.AssertLosses(session.Run(), 0);
    }

    [Test]
    public void Run_ReferenceBatch_GivesEveryReferenceGradient()
    {
        using var problem = new TrainingProblem();
        using var reference = SafetensorsFile.Open(Shared.Path("fixtures", "train", "grads.safetensors"));
        OnnxModel model = problem.Model();
        using ParameterBuffers buffers = problem.Buffers(model);
        using var session = TrainingTools.Open(model, buffers);
        problem.Feed(session);
        session.Run();
        Assert.That(buffers.Slots, Has.Count.EqualTo(reference.Infos.Count));
        double worst = 0;
        string worstName = "";
        foreach (ParameterSlot slot in buffers.Slots)
        {
            float[] expected = reference.ReadFloats(slot.Name["controlnet.".Length..]);
            double largest = expected.Max(Math.Abs), error = 0;
            Span<float> found = buffers.Gradients.Span(slot);
            for (int i = 0; i < expected.Length; i++) error = Math.Max(error, Math.Abs(found[i] - (double)expected[i]));
            if (!(error / largest <= worst)) (worst, worstName) = (error / largest, slot.Name);
        }
        TestContext.Out.WriteLine(FormattableString.Invariant($"worst: {worst:g3} of its largest, {worstName}"));
        Assert.That(worst, Is.LessThan(1e-4), worstName);
    }

    /// <summary>The README's criterion: elements whose gradient is no rounding noise within 2e-6 after one step and 2e-5 after
    /// five.</summary>
    [Test]
    public void Run_FiveStepsOfAdamW_GivesTheReferenceLossesAndParameters()
    {
        using var problem = new TrainingProblem();
        OnnxModel model = problem.Model();
        using ParameterBuffers buffers = problem.Buffers(model);
        using var session = TrainingTools.Open(model, buffers);
        using var adam = new AdamW(buffers, new() { MaxGradientNorm = 0 });
        problem.Feed(session);
        for (int step = 0; step <= 5; step++)
        {
            TrainingProblem.AssertLosses(session.Run(), step);
            if (step == 5) break;
            adam.Step(1e-3);
            if (step is 0 or 4) AssertParameters(buffers, step + 1, step == 0 ? 2e-6 : 2e-5);
        }
    }

    static void AssertParameters(ParameterBuffers buffers, int steps, double tolerance)
    {
        using var first = SafetensorsFile.Open(Shared.Path("fixtures", "train", "grads.safetensors"));
        using var reference = SafetensorsFile.Open(Shared.Path("fixtures", "train",
            FormattableString.Invariant($"params_after_{steps}.safetensors")));
        double worst = 0;
        long close = 0;
        foreach (ParameterSlot slot in buffers.Slots)
        {
            string name = slot.Name["controlnet.".Length..];
            float[] expected = reference.ReadFloats(name), gradient = first.ReadFloats(name);
            Span<float> found = buffers.Parameters.Span(slot);
            for (int i = 0; i < expected.Length; i++)
            {
                double error = Math.Abs(found[i] - (double)expected[i]);
                if (Math.Abs(gradient[i]) > 1e-5) worst = Math.Max(worst, error);
                if (error < 1e-5) close++;
            }
        }
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"after {steps}: worst {worst:g3}, {100.0 * close / buffers.Count:f3} % of all within 1e-5"));
        Assert.That(worst, Is.LessThan(tolerance), $"after {steps}");
    }

    [Test]
    public void Model_NoiseLossOnly_HasNeitherDecoderNorItsInputs()
    {
        using var problem = new TrainingProblem();
        OnnxModel model = problem.Model(losses: TrainingLosses.Noise);
        Assert.Multiple(() =>
        {
            Assert.That(model.Graph.Weights.Select(w => w.Name), Has.None.StartsWith("vae."));
            Assert.That(model.Graph.Weights.Select(w => w.Name), Has.None.StartsWith("controlnet."));
            Assert.That(model.Graph.Parameters.Select(w => w.Name), Has.All.StartsWith("controlnet."));
            Assert.That(model.Graph.Inputs.Select(i => i.Name),
                Is.EquivalentTo(["noisy_latents", "timestep", "encoder_hidden_states", "controlnet_cond", "sample_weight", "noise",
                "noise_weight"]));
        });
    }

    [Test]
    public void Run_SampleWeights_WeighEachSamplesLoss()
    {
        using var problem = new TrainingProblem();
        OnnxModel model = problem.Model(gradients: false);
        using ParameterBuffers buffers = problem.Buffers(model);
        using var session = TrainingTools.Open(model, buffers);
        problem.Feed(session);
        float With(float first, float second)
        {
            session.Set("sample_weight", [first, second], 2);
            return session.Run()["loss"][0];
        }
        // Linear in the weights: the two samples apart add up to both.
        float both = With(1, 1), one = With(1, 0), other = With(0, 1);
        Assert.Multiple(() =>
        {
            Assert.That(one + other, Is.EqualTo(both).Within(1e-5));
            Assert.That(With(3, 0.5f), Is.EqualTo(3 * one + 0.5f * other).Within(1e-5));
            Assert.That(one, Is.Not.EqualTo(other).Within(1e-3));
        });
    }

    [Test]
    public void Author_WhatCannotBe_IsRefused()
    {
        using var problem = new TrainingProblem();
        Assert.Multiple(() =>
        {
            Assert.That(() => problem.Model(losses: TrainingLosses.Lpips), Throws.TypeOf<UsageException>().With.Message.Contains("lpips"));
            Assert.That(() => problem.Model(losses: TrainingLosses.None), Throws.TypeOf<UsageException>());
            Assert.That(() => ControlNetTrainingGraph.Author(problem.Configs, "sample", MixedWeights.Scoped(), new()),
                Throws.TypeOf<UsageException>().With.Message.Contains("sample"));
        });
    }

    [TestCase("background, noise", TrainingLosses.Noise | TrainingLosses.Background, "noise,background")]
    [TestCase("lpips,reconstruction", TrainingLosses.Lpips | TrainingLosses.Reconstruction, "reconstruction,lpips")]
    public void Losses_Names_ReadAndWritten(string text, TrainingLosses losses, string written)
    {
        Assert.That(TrainingLossNames.Parse(text), Is.EqualTo(losses));
        Assert.That(losses.Text(), Is.EqualTo(written));
    }

    [TestCase("")]
    [TestCase("noise,style")]
    public void Losses_UnknownNames_AreAUsageError(string text) =>
        Assert.That(() => TrainingLossNames.Parse(text), Throws.TypeOf<UsageException>());
}
