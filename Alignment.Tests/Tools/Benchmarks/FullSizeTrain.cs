using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using Alignment.Tests.Onnx.Training;
using GraphOptimizationLevel = Microsoft.ML.OnnxRuntime.GraphOptimizationLevel;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// One training step at Stable Diffusion 1.5's size: ControlNet of 361 M parameters trained, UNet of 860 M, decoder and LPIPS
/// frozen, batch 1, seeded weights. Says what each phase took and the memory so far. Writes 4 GB to the temporary folder.
/// </summary>
static class FullSizeTrain
{
    public const string Switch = "full-size-train";

    const long NeedBytes = 4L << 30;

    public static int Run(string[] args)
    {
        int side = 256, steps = 2;
        var options = new TrainingArtifactOptions();
        bool prepack = false;
        var optimization = GraphOptimizationLevel.ORT_ENABLE_ALL;
        string? kept = null;
        for (int i = 0; i < args.Length; i++)
            switch (args[i])
            {
                case "--side": side = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--steps": steps = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--losses": options = options with { Losses = TrainingLossNames.Parse(args[++i]) }; break;
                case "--frozen": kept = args[++i]; break;
                case "--plain-layout": optimization = GraphOptimizationLevel.ORT_ENABLE_EXTENDED; break;
                case "--recompute": options = options with { Recompute = true }; break;
                case "--prepack": prepack = true; break;
                default: Console.Error.WriteLine($"Unknown: {args[i]}"); return 2;
            }
        using var temporary = new TempFolder();
        string folder = kept ?? temporary.Path;
        DiskSpace.Check(folder, NeedBytes);
        string At(string file) => Path.Combine(folder, file);
        var configs = new BundleConfigs { Text = new(), UNet = new(), Vae = new(), ControlNet = new(), Lpips = LpipsConfig.Squeeze };
        var phases = new Phases();
        Console.WriteLine($"{side}x{side}, batch 1, losses {options.Losses.Text()}, {OrtThreads.Count} threads, "
            + $"{(options.Recompute ? "recomputing, " : "")}prepacking {(prepack ? "on" : "off")}, {optimization}");

        WriteFrozen(folder, configs);
        phases.Say("frozen weights written");
        ParameterBuffers buffers;
        TrainingSession session;
        // The graph is written first and its weights closed, so that what is measured is what a trainer has open.
        using (var unet = new OnnxWeights(At("unet.onnx")))
        using (var vae = options.Losses == TrainingLosses.Noise ? null : new OnnxWeights(At("vae_decoder.onnx")))
        using (var lpips = options.Losses.HasFlag(TrainingLosses.Lpips) ? new OnnxWeights(At("lpips.onnx")) : null)
        {
            List<(string, IWeights)> parts = [("unet", unet)];
            if (vae is not null) parts.Add(("vae", vae));
            if (lpips is not null) parts.Add(("lpips", lpips));
            OnnxModel model = ControlNetTrainingGraph.Author(configs, "epsilon", MixedWeights.Scoped([.. parts]), options);
            phases.Say($"authored, {model.Graph.Nodes.Count} nodes");
            SavedModel saved = model.Save(Path.Combine(folder, "training", "training_model.onnx"), new() { ShareFrom = folder });
            phases.Say($"saved, {new FileInfo(saved.GraphPath).Length >> 10} KB");
            buffers = TrainingTools.BuffersFor(model.Graph);
            buffers.Fill(MixedWeights.Scoped(("controlnet", new UniformWeights(ControlNet.Weights(configs.ControlNet)))));
            phases.Say($"{buffers.Count} parameters filled");
            var settings = new SessionSettings { Prepacking = prepack, Optimization = optimization };
            session = TrainingSession.Over(OrtSessions.Open(File.ReadAllBytes(saved.GraphPath), "training", folder, settings), buffers,
                "training");
            phases.Say("session created");
        }
        using (buffers)
        using (session)
        using (var adam = new AdamW(buffers))
            for (int step = 1; step <= steps; step++)
            {
                Feed(session, configs, side, step);
                var made = session.Run();
                phases.Say($"step {step}, forward and backward: "
                    + $"{string.Join(", ", made.Select(m => FormattableString.Invariant($"{m.Key} {m.Value[0]:g6}")))}");
                double norm = adam.Step(1e-5);
                phases.Say(FormattableString.Invariant($"step {step}, AdamW, gradient norm {norm:g4}"));
                if (!double.IsFinite(norm)) return 1;
            }
        return 0;
    }

    /// <summary>Writes the frozen models unless an earlier run with --frozen left them.</summary>
    static void WriteFrozen(string folder, BundleConfigs configs)
    {
        void Write(string file, IReadOnlyList<WeightInfo> weights, Func<IWeights, OnnxModel> author)
        {
            string path = Path.Combine(folder, file);
            if (!File.Exists(path)) author(new UniformWeights(weights)).Save(path);
        }
        Write("unet.onnx", UNet2DCondition.Weights(configs.UNet), w => UNet2DCondition.Author(configs.UNet, w));
        Write("vae_decoder.onnx", AutoencoderKL.Weights(configs.Vae), w => AutoencoderKL.AuthorDecoder(configs.Vae, w));
        Write("lpips.onnx", Lpips.Weights(configs.Lpips!), w => Lpips.Author(configs.Lpips!, w));
    }

    /// <summary>Uniform numbers with SeededWeights' deviations: a billion normal ones would take longer than the step that is
    /// measured.</summary>
    sealed class UniformWeights(IReadOnlyList<WeightInfo> infos) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos { get; } = infos.ToDictionary(i => i.Name);

        public void Read(string name, long start, Span<float> into)
        {
            WeightInfo info = Infos[name];
            bool norm = info.Shape.Count == 1 && name.EndsWith(".weight", StringComparison.Ordinal);
            // of variance 1 / inputs
            float width = info.Shape.Count == 1 ? 0 : (float)Math.Sqrt(3.0 / info.Shape.Skip(1).Aggregate(1L, (n, d) => n * d));
            for (int i = 0; i < into.Length; i++)
            {
                uint hash = (uint)(start + i + info.Count) * 2654435761u;   // Knuth's multiplicative hashing, one more round
                hash = (hash ^ (hash >> 15)) * 2246822519u;
                into[i] = norm ? 1 : ((hash >> 8) * (2f / (1 << 24)) - 1) * width;
            }
        }
    }

    static void Feed(TrainingSession session, BundleConfigs configs, int side, int step)
    {
        long latent = side / configs.Vae.ImageToLatent;
        foreach (string input in session.Inputs)
        {
            long[] shape = input switch
            {
                "noisy_latents" or "noise" => [1, 4, latent, latent],
                "encoder_hidden_states" => [1, 77, configs.UNet.CrossAttentionWidth],
                "controlnet_cond" => [1, 2, side, side],
                "target_image" => [1, 3, side, side],
                "mask" => [1, 1, side, side],
                _ => [1],
            };
            var values = new float[shape.Aggregate(1L, (n, d) => n * d)];
            if (shape.Length > 1) SeededNormal.Fill(values, (ulong)step, input, 0);
            else values[0] = input switch { "timestep" => 500, "alpha_bar" => 0.28f, _ => 1 };
            if (input == "mask") Array.Fill(values, 0, 0, values.Length / 2);
            session.Set(input, values, shape);
        }
    }

    /// <summary>Seconds since the last word, and the process's memory from /proc/self/status.</summary>
    sealed class Phases
    {
        long _last = Stopwatch.GetTimestamp();

        public void Say(string what)
        {
            string memory = OperatingSystem.IsLinux()
                ? FormattableString.Invariant(
                $"peak {Gigabytes("VmHWM"):f2} GB, now {Gigabytes("VmRSS"):f2} GB of which own {Gigabytes("RssAnon"):f2}") : "";
            Console.WriteLine(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(_last).TotalSeconds,7:f1} s  {memory}  {what}"));
            _last = Stopwatch.GetTimestamp();
        }

        /// <summary>The digits alone: large numbers leave no space after the key.</summary>
        static double Gigabytes(string key) =>
            long.Parse(string.Concat(File.ReadLines("/proc/self/status").First(l => l.StartsWith(key + ':', StringComparison.Ordinal))
            .Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture) / (1024.0 * 1024);
    }
}
