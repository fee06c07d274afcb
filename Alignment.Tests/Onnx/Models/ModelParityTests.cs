using Alignment.Onnx.Models;

namespace Alignment.Tests.Onnx.Models;

/// <summary>Every module of both reference models against the reference's numbers, with ONNX Runtime's optimisations on and off.</summary>
[TestFixtureSource(typeof(Fixture), nameof(Fixture.Models))]
public sealed class ModelParityTests(string model)
{
    readonly Fixture _fixture = new(model);

    [OneTimeTearDown]
    public void Close() => _fixture.Dispose();

    [Test]
    public void TextEncoder_Prompts_GiveTheReferenceStates([Values] bool optimised)
    {
        var io = _fixture.Io("text_encoder");
        using var run = new ModelRun(_fixture.Text(), optimised);
        Near(run.Run(("input_ids", (io.ReadIntegers("input_ids"), new long[] { 3, 77 })))["last_hidden_state"],
            Tensor.Read(io, "last_hidden_state"), "text_encoder");
    }

    [Test]
    public void VaeEncoder_Pictures_GiveTheReferenceMoments([Values] bool optimised)
    {
        var io = _fixture.Io("vae");
        using var run = new ModelRun(_fixture.Encoder(), optimised);
        var made = run.Run(("sample", Tensor.Read(io, "image")));
        Near(made["mean"], Tensor.Read(io, "mean"), "vae mean");
        Near(made["logvar"], Tensor.Read(io, "logvar"), "vae logvar");
    }

    [Test]
    public void VaeDecoder_Latents_GiveTheReferencePictures([Values] bool optimised)
    {
        var io = _fixture.Io("vae");
        using var run = new ModelRun(_fixture.Decoder(), optimised);
        Near(run.Run(("latent_sample", Tensor.Read(io, "latents")))["sample"], Tensor.Read(io, "decoded"), "vae decoded");
    }

    [Test]
    public void ControlNet_TwoTimesteps_GiveTheReferenceResiduals([Values] bool optimised)
    {
        var io = _fixture.Io("controlnet");
        using var run = new ModelRun(_fixture.Control(), optimised);
        foreach (int t in new[] { 10, 901 })
        {
            var made = run.Run(ControlInputs(io, t, 2, 1));
            for (int i = 0; i < made.Count - 1; i++) Near(made[$"down_block_res_{i}"], Tensor.Read(io, $"t{t}.down.{i}"),
                $"controlnet t{t}.down.{i}");
            Near(made["mid_block_res"], Tensor.Read(io, $"t{t}.mid"), $"controlnet t{t}.mid");
        }
        var scaled = run.Run(ControlInputs(io, 901, 2, 0.6f));
        Near(scaled["down_block_res_0"], Tensor.Read(io, "scale0.6.t901.down.0"), "controlnet scale0.6.down.0");
        Near(scaled["mid_block_res"], Tensor.Read(io, "scale0.6.t901.mid"), "controlnet scale0.6.mid");
    }

    [Test]
    public void UNet_PlainControlledAndOneTimestepEach_GivesTheReferenceNoise([Values] bool optimised)
    {
        var (io, control) = (_fixture.Io("unet"), _fixture.Io("controlnet"));
        var config = UNetConfig.Read(_fixture.Config("unet"));
        using var run = new ModelRun(_fixture.UNet(), optimised);
        foreach (int t in new[] { 10, 901 })
        {
            Near(UNet(run, config, io, [t, t], (name, shape) => Tensor.Zeros(shape)), Tensor.Read(io, $"t{t}.out"), $"unet t{t}.out");
            Near(UNet(run, config, io, [t, t], (name, _) => Tensor.Read(control, $"t{t}.{name}")), Tensor.Read(io, $"t{t}.out_controlnet"),
                $"unet t{t}.out_controlnet");
        }
        Near(UNet(run, config, io, [10, 901], (_, shape) => Tensor.Zeros(shape)), Tensor.Read(io, "tvec.out"), "unet tvec.out");
    }

    [Test]
    public void OddLatents_PlainAndControlled_GiveTheReferenceNoise([Values] bool optimised)
    {
        var io = _fixture.Io("oddsize");
        var config = UNetConfig.Read(_fixture.Config("unet"));
        float t = io.ReadIntegers("timesteps")[0];
        using var control = new ModelRun(_fixture.Control(), optimised);
        using var unet = new ModelRun(_fixture.UNet(), optimised);
        Near(UNet(unet, config, io, [t], (_, shape) => Tensor.Zeros(shape)), Tensor.Read(io, "out"), "oddsize out");
        var residuals = control.Run(ControlInputs(io, t, 1, 1));
        Near(residuals["mid_block_res"], Tensor.Read(io, "mid"), "oddsize mid");
        Near(UNet(unet, config, io, [t], (name, _) =>
            residuals[name == "mid" ? "mid_block_res" : $"down_block_res_{name["down.".Length..]}"]), Tensor.Read(io, "out_controlnet"),
            "oddsize out_controlnet");
    }

    static (string, object)[] ControlInputs(Alignment.Onnx.Weights.SafetensorsFile io, float t, int batch, float scale) =>
    [
        ("sample", Tensor.Read(io, "sample")),
        ("timestep", new Tensor([batch], [.. Enumerable.Repeat(t, batch)])),
        ("encoder_hidden_states", Tensor.Read(io, "encoder_hidden_states")),
        ("controlnet_cond", Tensor.Read(io, "controlnet_cond")),
        ("conditioning_scale", new Tensor([1], [scale])),
    ];

    /// <summary>Runs the UNet with residuals named as the fixtures do: "down.3", "mid".</summary>
    static Tensor UNet(ModelRun run, UNetConfig config, Alignment.Onnx.Weights.SafetensorsFile io, float[] timesteps,
        Func<string, long[], Tensor> residual)
    {
        Tensor sample = Tensor.Read(io, "sample");
        List<(string, object)> inputs = [("sample", sample), ("timestep", new Tensor([timesteps.Length], timesteps)),
            ("encoder_hidden_states", Tensor.Read(io, "encoder_hidden_states"))];
        long[] Shape(int channels, int halvings)
        {
            long h = sample.Shape[2], w = sample.Shape[3];
            for (int i = 0; i < halvings; i++) (h, w) = ((h + 1) / 2, (w + 1) / 2);
            return [sample.Shape[0], channels, h, w];
        }
        for (int i = 0; i < config.SkipCount; i++)
            inputs.Add(($"down_block_{i}", residual($"down.{i}", Shape(config.SkipChannels[i], config.SkipHalvings[i]))));
        inputs.Add(("mid_block", residual("mid", Shape(config.BlockChannels[^1], config.BlockChannels.Count - 1))));
        return run.Run([.. inputs])["out_sample"];
    }

    void Near(Tensor made, Tensor reference, string what)
    {
        double error = Tensor.Error(made, reference);
        TestContext.Out.WriteLine(FormattableString.Invariant($"{model} {what}: {error:0.0e0}"));
        Assert.That(error, Is.LessThanOrEqualTo(Fixture.Tolerance), $"{model} {what}");
    }
}
