using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Sampling;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// A denoising step at Stable Diffusion 1.5's size, random weights: loading, seconds and operators of ControlNet and UNet under guidance,
/// memory; beside
/// it PyTorch on the same weights and inputs, whose prediction ours is held to. Sides take turns; ratios are of medians.
/// </summary>
static class FullSizeEdit
{
    public const string Switch = "full-size-edit";

    /// <summary>The issue's bars: a prediction's relative error, and our time and memory ÷ PyTorch's.</summary>
    const double MostError = 1e-3, MostTime = 0.6, MostMemory = 1;

    public static int Run(string[] args)
    {
        string work = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : Path.Combine(Path.GetTempPath(), "alignment-full-size");
        string? made = null;
        int side = 512, rounds = 3, pictures = 1;
        bool profile = false, prepack = true, mapped = false, peer = true, split = false, ways = false;
        for (int i = args.Length > 0 && args[0] == work ? 1 : 0; i < args.Length; i++)
            switch (args[i])
            {
                case "--side": side = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--rounds": rounds = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--profile": profile = true; break;
                case "--no-prepack": prepack = false; break;
                case "--mapped": (mapped, prepack) = (true, false); break;
                case "--bundle": made = args[++i]; break;
                case "--alone": peer = false; break;
                case "--split": split = true; break;
                case "--ways": ways = true; break;
                case "--pictures": pictures = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                default: Console.Error.WriteLine($"Unknown: {args[i]}"); return 2;
            }
        string folder = FullSizeFolder.Write(Path.Combine(work, "source"));
        made ??= Path.Combine(work, "bundle");
        if (!Directory.Exists(made)) Say($"imported in {Timing.Seconds(() => DiffusersImport.Run(folder, made)):f1} s");
        ModelBundle bundle = ModelBundle.Open(made);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{side}x{side}, guidance (a batch of two), {OrtThreads.Count} threads, prepacking "
            + $"{(prepack ? "on" : "off")}{(mapped ? ", weights as they lie in the file" : "")}, load "
            + $"{File.ReadAllText("/proc/loadavg").Trim()}"));

        if (split)
        {
            EditSplit parts = EditSplit.Measure(bundle, side, rounds, pictures, mapped ? WeightPrepacking.Off : WeightPrepacking.On,
                what => Say($"{what}"));
            Say($"text encoder {parts.TextEncoder:f3} s, VAE encoder {parts.VaeEncoder:f2} s, a step {parts.Step:f2} s of which "
                + $"ControlNet {parts.ControlNet:f2} s, VAE decoder {parts.VaeDecoder:f2} s");
            return 0;
        }
        float[] inputs = Inputs(side);
        if (ways) return Ways(bundle, inputs, side, rounds);
        using TorchPeer? torch = peer ? TorchPeer.Start(folder, inputs, side, rounds, OrtThreads.Count, work) : null;
        if (peer && torch is null) Console.WriteLine("python3 has no torch here: not compared");
        using var ours = new OneStep(bundle, inputs, side,
            new()
            {
                Prepacking = prepack,
                Optimization = mapped ? GraphOptimizationLevel.ORT_ENABLE_EXTENDED
            : GraphOptimizationLevel.ORT_ENABLE_ALL
            }, profile ? work : null);

        List<double> control = [], unet = [], torchControl = [], torchUnet = [];
        double torchPeak = 0;
        float[] prediction = [];
        for (int round = 0; round <= rounds; round++)
        {
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            var (c, u) = ours.Run();
            double used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
            if (round == 0) prediction = ours.Prediction;
            TorchPeer.Step? step = torch?.Run();
            torchPeak = step?.PeakGigabytes ?? 0;
            Say($"round {round}: ControlNet {c:f2} s, UNet {u:f2} s, {used:f1} s of "
                + $"processor{(step is null ? "" : FormattableString.Invariant($"; PyTorch {step.Control:f2} s, {step.Unet:f2} s"))}");
            if (round == 0) continue;
            control.Add(c);
            unet.Add(u);
            if (step is null) continue;
            torchControl.Add(step.Control);
            torchUnet.Add(step.Unet);
        }
        double median = Timing.Median(control) + Timing.Median(unet);
        Say($"a step {median:f2} s: ControlNet {Timing.Median(control):f2}, UNet {Timing.Median(unet):f2}; prediction {Hash(prediction)}");
        ours.PrintProfiles(rounds + 1);
        if (torch is null) return 0;

        double torchMedian = Timing.Median(torchControl) + Timing.Median(torchUnet), peak = Gigabytes("VmHWM"),
            error = Error(prediction, torch.Output);
        Say($"PyTorch: a step {torchMedian:f2} s: ControlNet {Timing.Median(torchControl):f2}, UNet {Timing.Median(torchUnet):f2}; peak "
            + $"{torchPeak:f2} GB");
        Say($"time ÷ PyTorch's {median / torchMedian:f3} (goal {MostTime}); peak memory ÷ PyTorch's {peak / torchPeak:f3} (goal "
            + $"{MostMemory}); prediction's relative error {error:e1} (allowed {MostError})");
        return error <= MostError && median / torchMedian <= MostTime && peak / torchPeak <= MostMemory ? 0 : 1;
    }

    /// <summary>The ways to load weights, all loaded at once and run in turns: the machine's own pace is the same for each.</summary>
    static int Ways(ModelBundle bundle, float[] inputs, int side, int rounds)
    {
        (string Name, SessionSettings Settings)[] ways =
        [
            ("packed, blocked layout", new()),
            ("blocked layout, not packed", new() { Prepacking = false }),
            ("as in the file, mapped", new() { Prepacking = false, Optimization = GraphOptimizationLevel.ORT_ENABLE_EXTENDED }),
        ];
        OneStep[] steps = [.. ways.Select(w =>
            { Say($"{w.Name}:"); return new OneStep(bundle, inputs, side, w.Settings, profiles: null); })];
        var control = ways.Select(_ => new List<double>()).ToArray();
        var unet = ways.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round <= rounds; round++)
            for (int i = 0; i < ways.Length; i++)
            {
                var (c, u) = steps[i].Run();
                Say($"round {round}: {ways[i].Name}: ControlNet {c:f2} s, UNet {u:f2} s");
                if (round == 0) continue;
                control[i].Add(c);
                unet[i].Add(u);
            }
        for (int i = 0; i < ways.Length; i++) Say(
            $"{ways[i].Name}: ControlNet {Timing.Median(control[i]):f2} s, UNet {Timing.Median(unet[i]):f2} s; prediction "
            + $"{Hash(steps[i].Prediction)}");
        foreach (OneStep step in steps) step.Dispose();
        return 0;
    }

    static string Hash(float[] prediction) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes(prediction.AsSpan())))[..12];

    /// <summary>Samples [2,4,h,w], text [2,77,768], control [2,2,H,W], timestep [2], one after the other.</summary>
    static float[] Inputs(int side)
    {
        int latent = side / 8;
        float[] inputs = new float[2 * 4 * latent * latent + 2 * 77 * 768 + 2 * 2 * side * side + 2];
        int text = 2 * 4 * latent * latent, control = text + 2 * 77 * 768, time = inputs.Length - 2;
        SeededNormal.Fill(inputs.AsSpan(0, control), 1, "full-size", 0);
        for (int i = control; i < time; i++) inputs[i] = (i - control) / (side * side) % 2 == 0 ? i / 100 % 2 : i % 997 / 997f;
        inputs[time] = inputs[time + 1] = 481;
        return inputs;
    }

    /// <summary>max |x − y| ÷ max |y|.</summary>
    static double Error(float[] ours, string file)
    {
        ReadOnlySpan<float> theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file));
        double most = 0, size = 0;
        for (int i = 0; i < theirs.Length; i++) (most, size) = (Math.Max(most, Math.Abs(ours[i] - theirs[i])),
            Math.Max(size, Math.Abs(theirs[i])));
        return most / size;
    }

    static void Say(Phrase what) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what.ToString()}  [peak {Gigabytes("VmHWM"):f2} GB, now {Gigabytes("VmRSS"):f2}, own "
        + $"{Gigabytes("RssAnon"):f2}]"));

    static double Gigabytes(string key) =>
        long.Parse(string.Concat(File.ReadLines("/proc/self/status").First(l => l.StartsWith(key + ':', StringComparison.Ordinal))
            .Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture) / (1024.0 * 1024);

    /// <summary>ControlNet and UNet on fixed inputs.</summary>
    sealed class OneStep : IDisposable
    {
        readonly InferenceSession _control, _unet;
        readonly OrtValue _sample, _text, _hint, _time, _scale;
        readonly RunOptions _options = new();

        public OneStep(ModelBundle bundle, float[] inputs, int side, SessionSettings settings, string? profiles)
        {
            InferenceSession Open(string file)
            {
                long start = Stopwatch.GetTimestamp();
                TimeSpan processor = Environment.CpuUsage.TotalTime;
                InferenceSession made = OrtSessions.Open(bundle.PathOf(file),
                    settings with { ProfilePrefix = profiles is null ? null : Path.Combine(profiles, file) });
                Say($"{file} loaded in {Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s, "
                    + $"{(Environment.CpuUsage.TotalTime - processor).TotalSeconds:f1} s of processor");
                return made;
            }
            (_control, _unet) = (Open(BundleFiles.ControlNet), Open(BundleFiles.Unet));
            int latent = side / 8, at = 0;
            OrtValue Next(params long[] shape)
            {
                int count = (int)shape.Aggregate(1L, (n, d) => n * d);
                at += count;
                return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, inputs.AsMemory(at - count, count), shape);
            }
            (_sample, _text, _hint, _time) = (Next(2, 4, latent, latent), Next(2, 77, 768), Next(2, 2, side, side), Next(2));
            _scale = OrtValue.CreateTensorValueFromMemory([1f], [1]);
        }

        public float[] Prediction { get; private set; } = [];

        public (double Control, double Unet) Run()
        {
            IDisposableReadOnlyCollection<OrtValue>? residuals = null, made = null;
            string[] outputs = [.. _control.OutputNames];
            double control = Timing.Seconds(() =>
                residuals = _control.Run(_options,
                ["sample", "timestep", "encoder_hidden_states", "controlnet_cond", "conditioning_scale"],
                [_sample, _time, _text, _hint, _scale], outputs));
            string[] names = ["sample", "timestep", "encoder_hidden_states",
                .. outputs.Select(n => n.Replace("down_block_res_", "down_block_", StringComparison.Ordinal)
                .Replace("mid_block_res", "mid_block", StringComparison.Ordinal))];
            double unet = Timing.Seconds(() => made = _unet.Run(_options, names, [_sample, _time, _text, .. residuals!], ["out_sample"]));
            Prediction = made![0].GetTensorDataAsSpan<float>().ToArray();
            residuals!.Dispose();
            made.Dispose();
            return (control, unet);
        }

        public void PrintProfiles(int runs)
        {
            foreach (InferenceSession session in (InferenceSession[])[_control, _unet])
                if (session.EndProfiling() is { Length: > 0 } file)
                {
                    OperatorProfile.Print(session == _control ? "ControlNet" : "UNet", OperatorProfile.Read(file, runs));
                    File.Delete(file);
                }
        }

        public void Dispose()
        {
            foreach (OrtValue value in (OrtValue[])[_sample, _text, _hint, _time, _scale]) value.Dispose();
            _options.Dispose();
            _control.Dispose();
            _unet.Dispose();
        }
    }
}
