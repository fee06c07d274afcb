using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Training;

/// <summary>The reference's training problem (fixtures/README §7): its models, its batch, its numbers.</summary>
sealed class TrainingProblem : IDisposable
{
    public const TrainingLosses Losses = TrainingLosses.Noise | TrainingLosses.Reconstruction | TrainingLosses.Background;

    readonly Fixture _fixture = new("tiny-sd");
    readonly SafetensorsFile _batch = SafetensorsFile.Open(Shared.Path("fixtures", "train", "batch.safetensors"));

    public BundleConfigs Configs { get; }

    public TrainingProblem() => Configs = new()
    {
        Text = ClipTextConfig.Read(_fixture.Config("text_encoder")),
        UNet = UNetConfig.Read(_fixture.Config("unet")),
        Vae = VaeConfig.Read(_fixture.Config("vae")),
        ControlNet = ControlNetConfig.Read(_fixture.Config("controlnet")),
    };

    public OnnxModel Model(bool gradients = true, TrainingLosses losses = Losses) => ControlNetTrainingGraph.Author(
        Configs, "epsilon", MixedWeights.Scoped(("unet", _fixture.Weights("unet")), ("vae", _fixture.Weights("vae"))),
        new() { Losses = losses }, gradients);

    /// <summary>Buffers that hold the untrained ControlNet.</summary>
    public ParameterBuffers Buffers(OnnxModel model)
    {
        var buffers = TrainingTools.BuffersFor(model.Graph);
        buffers.Fill(MixedWeights.Scoped(("controlnet", _fixture.Weights("controlnet"))));
        return buffers;
    }

    /// <summary>Sets every input that the session has, for the reference's batch and weights of the loss.</summary>
    public void Feed(TrainingSession session)
    {
        foreach (string input in session.Inputs)
            switch (input)
            {
                case "timestep": session.Set(input, [.. _batch.ReadIntegers("timesteps").Select(t => (float)t)], 2); break;
                case "alpha_bar": Given("alphas_cumprod_at_t"); break;
                case "sample_weight": session.Set(input, [1f, 1f], 2); break;
                case "noise_weight": session.Set(input, [1f], 1); break;
                case "reconstruction_weight": session.Set(input, [0.5f], 1); break;
                case "background_weight": session.Set(input, [0.3f], 1); break;
                default: Given(input); break;
            }
        void Given(string name) => session.Set(name == "alphas_cumprod_at_t" ? "alpha_bar" : name, _batch.ReadFloats(name),
            [.. _batch.Infos[name].Shape]);
    }

    /// <summary>The reference's losses before step <paramref name="step"/> (0 … 4), or after the last (5).</summary>
    public static Dictionary<string, double> LossesBefore(int step)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "train", "losses.json")));
        JsonElement losses = json.RootElement.GetProperty("losses_before_step")[step];
        double Of(string name) => losses.GetProperty(name).GetDouble();
        return new()
        {
            ["loss"] = Of("loss"),
            ["noise_mse"] = Of("mse"),
            ["reconstruction_l1"] = Of("reconstruction_l1"),
            ["background_l1"] = Of("background_l1")
        };
    }

    public static void AssertLosses(IReadOnlyDictionary<string, float[]> made, int step)
    {
        foreach (var (name, expected) in LossesBefore(step))
        {
            TestContext.Out.WriteLine(FormattableString.Invariant(
                $"before step {step + 1}, {name}: {made[name][0]} relative error {Math.Abs(made[name][0] / expected - 1):g2}"));
            Assert.That(made[name][0], Is.EqualTo(expected).Within(1e-5 * expected), $"{name} before step {step + 1}");
        }
    }

    public void Dispose()
    {
        _fixture.Dispose();
        _batch.Dispose();
    }
}
