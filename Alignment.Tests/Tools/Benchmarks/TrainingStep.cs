using System.Globalization;
using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Training;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// One training step of a ControlNet with the noise loss, phase by phase: data (noise drawn, inputs set), forward (the evaluation
/// model), forward and backward (the training model), optimizer. One line of JSON a round; with "paced" each round waits for a
/// line on the standard input, so that another program can take turns with it.
/// </summary>
/// <example><c>dotnet run -c Release --project Alignment.Tests -- training-step small|30m [rounds] [paced] [evaluation]
/// [recompute]</c></example>
static class TrainingStep
{
    public const string Switch = "training-step";

    const int Tokens = 77;

    /// <summary>The architecture of the fixtures' tiny-sd at its training problem's size; and one whose ControlNet has 30 million
    /// parameters.</summary>
    internal static (UNetConfig UNet, ControlNetConfig Control, int Batch, int Height, int Width) Problem(string name)
    {
        UNetConfig small = new()
        {
            BlockChannels = [32, 48],
            DownAttention = [true, false],
            UpAttention = [false, true],
            LayersPerBlock = 1,
            Heads = [4, 4],
            NormGroups = 8,
            CrossAttentionWidth = 32
        };
        UNetConfig medium = new()
        {
            BlockChannels = [128, 256, 448],
            DownAttention = [true, true, false],
            UpAttention = [false, true, true],
            LayersPerBlock = 2,
            Heads = [8, 8, 8],
            NormGroups = 32,
            CrossAttentionWidth = 256
        };
        return name switch
        {
            "small" => (small, ControlNetConfig.For(small, 2, [8, 16]), 2, 8, 12),
            "30m" => (medium, ControlNetConfig.For(medium), 4, 32, 32),
            _ => throw UsageException.For("The problem", name, "small or 30m", "Name one."),
        };
    }

    public static int Run(string[] args)
    {
        var (unet, control, batch, height, width) = Problem(args.Length > 0 ? args[0] : "30m");
        int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        bool paced = args.Contains("paced"), evaluate = args.Contains("evaluation");
        var configs = new BundleConfigs { Text = new(), UNet = unet, Vae = new(), ControlNet = control };
        var weights = MixedWeights.Scoped(("unet", new SeededWeights(UNet2DCondition.Weights(unet))),
            ("controlnet", new SeededWeights(ControlNet.Weights(control), new() { ZeroConvolutionGain = 0.1f })));

        TrainingArtifactOptions options = new() { Recompute = args.Contains("recompute") };
        OnnxModel training = ControlNetTrainingGraph.Author(configs, "epsilon", weights, options, gradients: !evaluate);
        using var buffers = TrainingTools.BuffersFor(training.Graph);
        buffers.Fill(weights);
        using var session = TrainingTools.Open(training, buffers);
        using var adamW = new AdamW(buffers);
        var data = new Data(batch, height, width, control, unet.CrossAttentionWidth);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            parameters = buffers.Count,
            nodes = training.Graph.Nodes.Count,
            threads = OrtThreads.Count
        }));
        for (int round = 0; round < rounds; round++)
        {
            if (paced && Console.ReadLine() is null) break;
            float loss = 0;
            double dataSeconds = Timing.Seconds(() => data.Give(session, round));
            double runSeconds = Timing.Seconds(() => loss = session.Run()["loss"][0]);
            double optimizerSeconds = evaluate ? 0 : Timing.Seconds(() => adamW.Step(1e-4));
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                round,
                loss,
                data = dataSeconds,
                run = runSeconds,
                optimizer = optimizerSeconds,
                peakMegabytes = PeakMegabytes()
            }));
        }
        return 0;
    }

    /// <summary>The most memory the process ever had resident.</summary>
    static long PeakMegabytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    /// <summary>A batch: latents and the rest stay, noise is drawn anew each step.</summary>
    sealed class Data(int batch, int height, int width, ControlNetConfig control, int textWidth)
    {
        readonly float[] _noise = new float[batch * 4 * height * width], _noisy = new float[batch * 4 * height * width];
        readonly float[] _clean = Normal("clean", batch * 4 * height * width), _text = Normal("text", batch * Tokens * textWidth);
        readonly float[] _control = Normal("control", batch * 2 * height * width * control.ImageToLatent * control.ImageToLatent);

        public void Give(TrainingSession session, int round)
        {
            const float alpha = 0.5f;
            SeededNormal.Fill(_noise, 1, string.Create(CultureInfo.InvariantCulture, $"noise {round}"));
            for (int i = 0; i < _noise.Length; i++) _noisy[i] = MathF.Sqrt(alpha) * _clean[i] + MathF.Sqrt(1 - alpha) * _noise[i];
            session.Set("noise", _noise, batch, 4, height, width);
            session.Set("noisy_latents", _noisy, batch, 4, height, width);
            session.Set("timestep", [.. Enumerable.Range(0, batch).Select(i => 100f + 200 * i)], batch);
            session.Set("encoder_hidden_states", _text, batch, Tokens, textWidth);
            session.Set("controlnet_cond", _control, batch, 2, height * control.ImageToLatent, width * control.ImageToLatent);
            session.Set("sample_weight", [.. Enumerable.Repeat(1f, batch)], batch);
            session.Set("noise_weight", [1f], 1);
        }

        static float[] Normal(string purpose, int count)
        {
            var made = new float[count];
            SeededNormal.Fill(made, 1, purpose);
            return made;
        }
    }
}
