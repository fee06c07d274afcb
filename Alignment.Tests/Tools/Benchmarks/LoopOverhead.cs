using System.Diagnostics;
using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// What the denoising loop costs beside the models: the time of a 50-step edit ÷ the time of the very same ONNX Runtime runs on
/// the same bound values, with nothing around them. Both take turns, so that a busy machine slows both; the ratio is that of the medians.
/// </summary>
/// <example><c>dotnet run -c Release --project Alignment.Tests -- loop-overhead [bundle folder] [side in pixels] [rounds]</c></example>
static class LoopOverhead
{
    public const string Switch = "loop-overhead";

    /// <summary>The issue's bar.</summary>
    public const double MostAllowed = 1.05;

    public const int Steps = 50;

    const int WarmUpRounds = 2, FewestRounds = 3;

    /// <returns>0 where the ratio is within the bar, else 1.</returns>
    public static int Run(string[] args)
    {
        string folder = args.Length > 0 ? args[0] : Path.Combine(Shared.Repository, "onnx", "bundles", "tiny");
        int side = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 128;
        int rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 15;

        Result result = Measure(folder, side, rounds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(folder)} at {side}x{side}, {Steps} steps with "
            + $"guidance, {rounds} rounds in turns, {Environment.ProcessorCount} processors"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"edit       median {result.Edit * 1000:f1} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"runs alone median {result.Runs * 1000:f1} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sampler    median {result.Sampler * 1000:f2} ms, "
            + $"{result.Sampler / result.Runs:p2} of the runs alone: guidance, the sampler's sum and blending for all steps, measured by "
            + $"themselves"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ratio {result.Ratio:f4}, allowed {MostAllowed:f2}: {(result.Ratio <= MostAllowed ? "met" : "NOT met")}"));
        return result.Ratio <= MostAllowed ? 0 : 1;
    }

    /// <summary>Median seconds of an edit, of its runs alone, and of what the loop does between them.</summary>
    public sealed record Result(double Edit, double Runs, double Sampler, int Rounds)
    {
        public double Ratio => Edit / Runs;
    }

    /// <summary>Measures both, in turns; on a slow or busy machine fewer rounds, but three at least, when <paramref name="mostSeconds"/>
    /// are over.</summary>
    public static Result Measure(string folder, int side, int rounds, double mostSeconds = double.PositiveInfinity)
    {
        long start = Stopwatch.GetTimestamp();
        // Strength 1: all fifty steps, and still the VAE encoder.
        using var editor = new DiffusionEditor(ModelBundle.Open(folder),
            new()
            {
                Width = side,
                Height = side,
                Scheduler = SchedulerKind.Ddim,
                InferenceSteps = Steps,
                Strength = 1,
                GuidanceScale = 7.5f
            });
        var edits = new List<double>();
        var bare = new List<double>();
        var sampler = new List<double>();
        float[] latents = new float[editor.Shape.LatentLength];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            // A new picture each time: the editor would not encode the same one twice.
            float[] picture = [.. Enumerable.Range(0, editor.Shape.ImageLength).Select(i => (float)Math.Sin(0.01 * i + round))];
            var scene = new EditInput
            {
                SceneId = "loop",
                Prompt = "a bottle",
                Image = picture,
                Controls = [new float[editor.Shape.ControlLength]]
            };
            double edit = Timing.Seconds(() => editor.Edit(scene)), runs = Timing.Seconds(() => RunModelsAlone(editor, picture));
            double between = Timing.Seconds(() => editor.Loop(pictures: 1, editor.StartStep).RunSampler(latents, guided: true));
            if (round < 0) continue;
            sampler.Add(between);
            edits.Add(edit);
            bare.Add(runs);
            if (edits.Count >= FewestRounds && Stopwatch.GetElapsedTime(start).TotalSeconds > mostSeconds) break;
        }
        return new(Timing.Median(edits), Timing.Median(bare), Timing.Median(sampler), edits.Count);
    }

    /// <summary>The runs of one edit: VAE encoder, the control's features, fifty times ControlNet and UNet as the loop has bound them, VAE
    /// decoder. The prompts are encoded already.</summary>
    static void RunModelsAlone(DiffusionEditor editor, float[] picture)
    {
        EditShape shape = editor.Shape;
        BundleSessions sessions = editor.Sessions;
        using OrtValue image = OrtValue.CreateTensorValueFromMemory(picture, [1, 3, shape.Height, shape.Width]);
        Once(sessions.VaeEncoder, "sample", image, "mean", "logvar");
        DenoisingNetworks networks = editor.Loop(pictures: 1, editor.StartStep).Networks(guided: true);
        networks.RunHint();
        for (int step = 0; step < Steps; step++) networks.Run(evaluate: true, active: true);
        using OrtValue latents = OrtValue.CreateTensorValueFromMemory(new float[shape.LatentLength],
            [1, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth]);
        Once(sessions.VaeDecoder, "latent_sample", latents, "sample");

        static void Once(InferenceSession session, string input, OrtValue value, params string[] outputs)
        {
            using var options = new RunOptions();
            session.Run(options, [input], [value], outputs).Dispose();
        }
    }
}
