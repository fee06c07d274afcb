using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

/// <summary>Latents outside the edit stay on the source's way, with every sampler. What is expected is computed here, in double precision,
/// around the network as a function.</summary>
public sealed class SourceBlendTests
{
    const int Side = 32, Latent = 8, Channels = 4;

    const string SceneId = "v-Scene-001", Prompt = "a red bottle";

    static readonly ModelBundle s_bundle = ModelBundle.Open(BundledModels.Tiny);

    static readonly EditOptions s_options = new()
    {
        Width = Side,
        Height = Side,
        GuidanceScale = 1,
        Strength = 0.6,
        InferenceSteps = 10,
        Seed = 3
    };

    static readonly float[] s_image = [.. Enumerable.Range(0, 3 * Side * Side).Select(i => 0.8f * MathF.Sin(0.013f * i))];

    /// <summary>Product in the left half: the latents' columns 0 to 3 of 8.</summary>
    static readonly float[] s_control = Control((x, _) => x < Side / 2);

    static float[] Control(Func<int, int, bool> product) =>
        [.. Enumerable.Range(0, 2 * Side * Side).Select(i => i < Side * Side ? product(i % Side, i / Side) ? 1f : 0
        : 0.5f + 0.5f * MathF.Sin(0.02f * i))];

    static EditInput Scene(params float[][] controls) =>
        new() { SceneId = SceneId, Prompt = Prompt, Image = s_image, Controls = [.. controls.Select(c => (ReadOnlyMemory<float>)c)] };

    static bool IsEdited(int i) => i % Latent < Latent / 2;

    /// <summary>The latents after every step of an edit.</summary>
    static List<float[]> Run(EditOptions options, float[] control)
    {
        var seen = new List<float[]>();
        using var editor = new DiffusionEditor(s_bundle, options);
        editor.Edit(Scene(control), (in DenoiseStep step) => seen.Add(step.Latents.ToArray()));
        return seen;
    }

    /// <summary>z and ε of the scene.</summary>
    static (float[] Source, float[] Noise) Start(DiffusionEditor editor)
    {
        var noise = new SceneNoise(s_options.Seed, SceneId);
        float[] z = new float[editor.Shape.LatentLength], initial = new float[z.Length];
        noise.Vae(z);
        noise.Initial(initial);
        editor.EncodeImage(s_image).Sample((float)s_bundle.Manifest.ScalingFactor, z, z);
        return (z, initial);
    }

    /// <summary>ᾱ of the model's schedule, β from 0.00085 to 0.012 in their roots.</summary>
    static double[] AlphaBars()
    {
        double product = 1;
        return [.. Enumerable.Range(0, 1000).Select(t => product *= 1
            - Math.Pow(Math.Sqrt(0.00085) + t / 999.0 * (Math.Sqrt(0.012) - Math.Sqrt(0.00085)), 2))];
    }

    [TestCase(SchedulerKind.Ddim)]
    [TestCase(SchedulerKind.DpmSolver)]
    public void Edit_Blended_FollowsTheRecurrenceInDouble(SchedulerKind kind)
    {
        EditOptions options = s_options with { Scheduler = kind };
        List<float[]> made = Run(options, s_control);
        using var network = new DiffusionEditor(s_bundle, options);
        (float[] z, float[] noise) = Start(network);
        double[] alphaBars = AlphaBars(), x = [.. z.Select((_, i) => At(network.StartStep, i))], before = [];
        float last = network.Timesteps[^1];

        // The source at a call's level: Σ of the test's own ᾱ; beyond the last call the source.
        double At(int call, int i)
        {
            double a = call < network.Timesteps.Count ? alphaBars[(int)network.Timesteps[call]] : 1;
            return Math.Sqrt(a) * z[i] + Math.Sqrt(1 - a) * noise[i];
        }

        for (int call = network.StartStep; call < network.Timesteps.Count; call++)
        {
            double[] epsilon = Network(network, x, call);
            double a = alphaBars[(int)network.Timesteps[call]];
            double[] x0 = [.. x.Zip(epsilon, (v, e) => (v - Math.Sqrt(1 - a) * e) / Math.Sqrt(a))];
            if (kind == SchedulerKind.Ddim)
            {
                // Song et al., eq. 12; the last step goes to ᾱ₀.
                int to = (int)network.Timesteps[call] - 1000 / s_options.EffectiveSteps;
                double next = alphaBars[Math.Max(to, 0)];
                x = [.. x0.Zip(epsilon, (v, e) => Math.Sqrt(next) * v + Math.Sqrt(1 - next) * e)];
            }
            else if (network.Timesteps[call] == last) x = [.. x0];   // Lu et al., algorithm 2, from here on
            else
            {
                double next = alphaBars[(int)network.Timesteps[call + 1]], h = Lambda(next) - Lambda(a);
                double[] direction = x0;
                if (before.Length > 0)
                {
                    double r = (Lambda(a) - Lambda(alphaBars[(int)network.Timesteps[call - 1]])) / h;
                    direction = [.. x0.Zip(before, (now, old) => (1 + 1 / (2 * r)) * now - 1 / (2 * r) * old)];
                }
                x = [.. x.Zip(direction, (v, d) => Math.Sqrt((1 - next) / (1 - a)) * v - Math.Sqrt(next) * (Math.Exp(-h) - 1) * d)];
            }
            before = x0;
            for (int i = 0; i < x.Length; i++)
                if (!IsEdited(i)) x[i] = At(call + 1, i);
            double worst = x.Zip(made[call - network.StartStep], (expected, got) => Math.Abs(expected - got)).Max();
            // the network works in float32 and is asked for its answer again from ours
            Assert.That(worst, Is.LessThanOrEqualTo(2e-4), $"call {call}");
        }

        static double Lambda(double alphaBar) => 0.5 * Math.Log(alphaBar / (1 - alphaBar));
    }

    /// <summary>What the models predict of a sample at a call: the first step of a run from there that is not blended.</summary>
    static double[] Network(DiffusionEditor editor, double[] x, int call)
    {
        using var stop = new CancellationTokenSource();
        double[] prediction = [];
        float[] sample = [.. x.Select(v => (float)v)];
        bool more = call + 1 < editor.Timesteps.Count;
        Action run = () => editor.Denoise(sample, call, Prompt, [s_control], new()
        {
            Observer = (in DenoiseStep step) =>
        {
            prediction = [.. step.Prediction.ToArray().Select(v => (double)v)];
            stop.Cancel();
        }
        }, stop.Token);
        if (more) Assert.That(() => run(), Throws.InstanceOf<OperationCanceledException>());
        else run();
        return prediction;
    }

    static IEnumerable<SchedulerKind> Kinds() => Enum.GetValues<SchedulerKind>().Where(k => k != SchedulerKind.Published);

    [TestCaseSource(nameof(Kinds))]
    public void Edit_EverySampler_OutsideIsTheSourceAtTheNextLevelAndInTheEndItself(SchedulerKind kind)
    {
        // PNDM from the first call does its first step twice.
        EditOptions options = s_options with
        {
            Scheduler = kind,
            Strength = kind == SchedulerKind.Pndm ? 1 : 0.6,
            InferenceSteps = kind == SchedulerKind.Lcm ? 4 : 6
        };
        var made = new List<float[]>();
        using var editor = new DiffusionEditor(s_bundle, options);
        editor.Edit(Scene(s_control), (in DenoiseStep step) => made.Add(step.Latents.ToArray()));
        (float[] z, float[] noise) = Start(editor);
        IScheduler levels = kind.Create(new NoiseSchedule(SchedulerConfig.Of(s_bundle)), editor.Options);
        Assert.That(made, Has.Count.EqualTo(editor.Timesteps.Count - editor.StartStep));
        for (int step = 0; step < made.Count; step++)
        {
            float[] expected = [.. z];
            if (editor.StartStep + step + 1 < editor.Timesteps.Count) levels.AddNoise(editor.StartStep + step + 1, z, noise, expected);
            Assert.That(made[step].Where((_, i) => !IsEdited(i)), Is.EqualTo(expected.Where((_, i) => !IsEdited(i))), $"step {step}");
            Assert.That(made[step].Where((_, i) => IsEdited(i)),
                Is.All.Matches<float>(float.IsFinite).And.Not.EqualTo(expected.Where((_, i) => IsEdited(i))));
        }
    }

    // One sampler of each kind of memory: x₀ of calls before, corrected samples, outputs, none but fresh noise.
    [TestCase(SchedulerKind.DpmSolverKarras)]
    [TestCase(SchedulerKind.UniPc)]
    [TestCase(SchedulerKind.Pndm)]
    [TestCase(SchedulerKind.EulerAncestral)]
    public void Edit_ProductEverywhere_IsTheEditWithoutBlendingBitForBit(SchedulerKind kind)
    {
        EditOptions options = s_options with { Scheduler = kind, InferenceSteps = 5 };
        float[] everywhere = Control((_, _) => true);
        Assert.That(Run(options, everywhere), Is.EqualTo(Run(options with { BlendLatents = false }, everywhere)));
    }

    [Test]
    public void Edit_MasksThatDiffer_EachKeepsItsOwnSurroundings()
    {
        float[] right = Control((x, _) => x >= Side / 2);
        using var editor = new DiffusionEditor(s_bundle, s_options with { Batch = 2 });
        float[] last = [];
        editor.Edit(Scene(s_control, right), (in DenoiseStep step) => last = step.Latents.ToArray());
        float[] z = Start(editor).Source;
        Assert.That(Enumerable.Range(0, z.Length).Where(i => last[i] == z[i]),
            Is.EqualTo(Enumerable.Range(0, z.Length).Where(i => !IsEdited(i))));
        Assert.That(Enumerable.Range(0, z.Length).Where(i => last[z.Length + i] == z[i]),
            Is.EqualTo(Enumerable.Range(0, z.Length).Where(IsEdited)));
    }

    [Test]
    public void Edit_FromNoise_HasNothingToBlendWith() =>
        Assert.That(Run(s_options with { FromNoise = true }, s_control),
        Is.EqualTo(Run(s_options with { FromNoise = true, BlendLatents = false }, s_control)));
}
