using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Onnx.Gradients;

/// <summary>Gradients of whole models against those of the reference (fixtures/train: PyTorch's, of a loss through ControlNet, UNet and the
/// VAE's decoder).</summary>
public sealed class ModelGradientTests
{
    /// <summary>The README's advice: 1e-4 of a gradient's largest element.</summary>
    const float Tolerance = 1e-4f;

    [Test]
    public void ControlNetGradients_OfAllThreeLosses_AreTheReferences()
    {
        string model = Shared.Path("fixtures", "tiny-sd");
        using var controlWeights = SafetensorsFile.Open(Path.Combine(model, "controlnet", "diffusion_pytorch_model.safetensors"));
        using var unetWeights = SafetensorsFile.Open(Path.Combine(model, "unet", "diffusion_pytorch_model.safetensors"));
        using var vaeWeights = SafetensorsFile.Open(Path.Combine(model, "vae", "diffusion_pytorch_model.safetensors"));
        using var batch = SafetensorsFile.Open(Shared.Path("fixtures", "train", "batch.safetensors"));
        using var expected = SafetensorsFile.Open(Shared.Path("fixtures", "train", "grads.safetensors"));
        var weights = new Prefixed(new() { ["controlnet."] = controlWeights, ["unet."] = unetWeights, ["vae."] = vaeWeights });

        ModelGraph graph = Loss(model);
        var gradients = Gradient.Of(graph.Outputs[0].Producer!.Inputs[0]!, graph.Parameters);
        for (int i = 0; i < gradients.Count; i++) graph.Output("gradient." + graph.Parameters[i].Name, gradients[i]);

        using var run = new ModelRun(new OnnxModel(graph, weights));
        var timesteps = new Tensor([2], [.. batch.ReadIntegers("timesteps").Select(t => (float)t)]);
        var inputs = graph.Inputs.Select(i => (i.Name, (object)(i.Name == "timesteps" ? timesteps : Tensor.Read(batch, i.Name))))
            .Concat(graph.Parameters.Select(p => (p.Name, (object)Tensor.Read(weights, p.Name))));
        var made = run.Run([.. inputs]);

        Assert.That(made["loss"].Data[0], Is.EqualTo(1.6430572f).Within(1e-5 * 1.643));
        using var _ = Assert.EnterMultipleScope();
        float worst = 0;
        foreach (string name in expected.Infos.Keys)
        {
            float[] want = Tensor.Read(expected, name).Data, have = made["gradient.controlnet." + name].Data;
            float largest = want.Max(MathF.Abs), error = want.Zip(have, (a, b) => MathF.Abs(a - b)).Max() / largest;
            worst = MathF.Max(worst, error);
            Assert.That(error, Is.LessThan(Tolerance), name);
        }
        TestContext.Out.WriteLine($"worst {worst:g3} of {expected.Infos.Count}");
    }

    static ModelGraph Loss(string model)
    {
        var controlConfig = ControlNetConfig.Read(Path.Combine(model, "controlnet", "config.json"));
        var unetConfig = UNetConfig.Read(Path.Combine(model, "unet", "config.json"));
        var vaeConfig = VaeConfig.Read(Path.Combine(model, "vae", "config.json"));
        var graph = new ModelGraph("train") { Trainable = n => n.StartsWith("controlnet.", StringComparison.Ordinal) };
        Dim b = Dim.Named("batch"), h = Dim.Named("height"), w = Dim.Named("width");
        ElementType f = ElementType.Float32;
        Value noisy = graph.Input("noisy_latents", f, b, 4, h, w), noise = graph.Input("noise", f, b, 4, h, w);
        Value t = graph.Input("timesteps", f, b), text = graph.Input("encoder_hidden_states", f, b, Dim.Named("tokens"),
            unetConfig.CrossAttentionWidth);
        Value control = graph.Input("controlnet_cond", f, b, 2, 2 * h, 2 * w), target = graph.Input("target_image", f, b, 3, 2 * h, 2 * w);
        Value mask = graph.Input("mask", f, b, 1, 2 * h, 2 * w), alpha = graph.Input("alphas_cumprod_at_t", f, b).Unsqueeze(1, 2, 3);
        var inputs = new UNetParts.Inputs(noisy, t, text);
        IReadOnlyList<Value> down;
        Value mid, eps, image;
        using (graph.Scope("controlnet")) (down, mid) = ControlNet.Apply(inputs, control, controlConfig);
        using (graph.Scope("unet")) eps = UNet2DCondition.Apply(inputs, down, mid, unetConfig);
        Value x0 = (noisy - (1 - alpha).Sqrt() * eps) / alpha.Sqrt();
        using (graph.Scope("vae")) image = AutoencoderKL.Decode(x0 / 0.18215f, vaeConfig, newNames: false);
        Value mse = (eps - noise).Pow(2).Mean([], keep: false), rec = (image - target).Abs().Mean([], keep: false);
        Value background = ((1 - mask) * (image - target).Abs()).Mean([], keep: false);
        Value loss = mse + 0.5f * rec + 0.3f * background;
        graph.Output("loss", loss.Identity());
        return graph;
    }

    sealed class Prefixed(Dictionary<string, IWeights> parts) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos { get; } =
            parts.SelectMany(p => p.Value.Infos.Select(i => (p.Key + i.Key, i.Value with { Name = p.Key + i.Key }))).ToDictionary();

        public void Read(string name, long start, Span<float> into)
        {
            string prefix = parts.Keys.First(p => name.StartsWith(p, StringComparison.Ordinal));
            parts[prefix].Read(name[prefix.Length..], start, into);
        }
    }
}
