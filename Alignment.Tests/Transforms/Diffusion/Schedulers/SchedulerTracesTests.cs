using System.Text.Json;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Schedulers;

/// <summary>Every sampler against the reference's traces: the whole loop with the fixtures' stand-in for a model, and each single step from
/// the reference's own sample.</summary>
sealed class SchedulerTracesTests
{
    /// <summary>The fixtures' advice for whole traces, and for one step from the reference's own sample.</summary>
    const double TraceTolerance = 2e-5, StepTolerance = 1e-6;

    public sealed record Trace(string Key, string File, string Class, int Steps, int Calls, SchedulerConfig Config, float Eta, bool Karras,
        FinalSigma Final, int OriginalSteps, double InitialNoiseSigma, bool[] Noisy)
    {
        public override string ToString() => Key;

        public IScheduler Create()
        {
            var schedule = new NoiseSchedule(Config);
            return Class switch
            {
                "DDIMScheduler" => new DdimScheduler(schedule, Steps, new() { Eta = Eta }),
                "DDPMScheduler" => new DdpmScheduler(schedule, Steps),
                "EulerDiscreteScheduler" => new EulerScheduler(schedule, Steps, new() { KarrasSigmas = Karras }),
                "EulerAncestralDiscreteScheduler" => new EulerScheduler(schedule, Steps, new() { Ancestral = true }),
                "DPMSolverMultistepScheduler" => new DpmSolverScheduler(schedule, Steps, new() { KarrasSigmas = Karras, Final = Final }),
                "UniPCMultistepScheduler" => new UniPcScheduler(schedule, Steps, new() { KarrasSigmas = Karras, Final = Final }),
                "PNDMScheduler" => new PndmScheduler(schedule, Steps),
                "LCMScheduler" => new LcmScheduler(schedule, Steps, new() { OriginalSteps = OriginalSteps }),
                _ => throw new InvalidOperationException(Class),
            };
        }
    }

    static IEnumerable<Trace> Cases()
    {
        if (Shared.TryPath("fixtures", "schedulers", "index.json") is not { } path) yield break;
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        foreach (JsonElement e in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            JsonElement config = e.GetProperty("config");
            T Value<T>(string name, T otherwise, Func<JsonElement, T> read) => config.TryGetProperty(name, out JsonElement found)
                ? read(found) : otherwise;
            int calls = e.GetProperty("model_calls").GetInt32();
            bool[] noisy = [.. e.GetProperty("noise_drawn_at_step").EnumerateArray().Select(n => n.GetInt32() > 0)];
            yield return new(e.GetProperty("key").GetString()!, e.GetProperty("file").GetString()!, e.GetProperty("scheduler").GetString()!,
                e.GetProperty("inference_steps").GetInt32(), calls,
                new()
                {
                    TrainTimesteps = config.GetProperty("num_train_timesteps").GetInt32(),
                    BetaStart = config.GetProperty("beta_start").GetDouble(),
                    BetaEnd = config.GetProperty("beta_end").GetDouble(),
                    BetaSchedule = config.GetProperty("beta_schedule").GetString() == "linear" ? BetaSchedule.Linear
                        : BetaSchedule.ScaledLinear,
                    TimestepSpacing = Value("timestep_spacing", TimestepSpacing.Leading,
                        v => Enum.Parse<TimestepSpacing>(v.GetString()!, ignoreCase: true)),
                    StepsOffset = config.GetProperty("steps_offset").GetInt32(),
                    SetAlphaToOne = Value("set_alpha_to_one", false, v => v.GetBoolean()),
                    ClipSample = Value("clip_sample", false, v => v.GetBoolean()),
                },
                e.GetProperty("step_args").TryGetProperty("eta", out JsonElement eta) ? eta.GetSingle() : 0,
                Value("use_karras_sigmas", false, v => v.GetBoolean()),
                Value("final_sigmas_type", "zero", v => v.GetString()!) == "zero" ? FinalSigma.Zero : FinalSigma.SigmaMin,
                Value("original_inference_steps", 50, v => v.GetInt32()), e.GetProperty("init_noise_sigma").GetDouble(),
                noisy.Length == 0 ? new bool[calls] : noisy);
        }
    }

    static SafetensorsFile Fixture(string name) => new(Shared.Path("fixtures", "schedulers", name));

    [Test]
    public void Cases_AreAllThere()
    {
        Shared.Path("fixtures", "schedulers");
        Assert.That(Cases().Count(), Is.EqualTo(96));
        Assert.That(Cases().Select(c => c.Class).Distinct().Count(), Is.EqualTo(8));
    }

    static IEnumerable<object> CasesOrSkipped() => Shared.OrSkipped(Cases());

    [TestCaseSource(nameof(CasesOrSkipped))]
    public void Advance_ReferenceTrace_IsFollowed(Trace c)
    {
        SafetensorsFile traces = Fixture(c.File), common = Fixture("common.safetensors");
        IScheduler scheduler = c.Create();
        // Timesteps are exact, except the fractional ones that Karras' levels make.
        Assert.That(scheduler.Timesteps, Is.EqualTo(traces.Floats($"{c.Key}.timesteps")).Within(c.Karras ? 2e-3f : 1e-4f));
        Assert.That(scheduler.Timesteps, Has.Count.EqualTo(c.Calls));
        Assert.That((double)scheduler.InitialNoiseSigma, Is.EqualTo(c.InitialNoiseSigma).Within(2e-6 * c.InitialNoiseSigma));

        float[] start = traces.Floats($"{c.Key}.start"), sample = [.. start], input = new float[sample.Length],
            output = new float[sample.Length];
        double trace = 0;
        scheduler.Begin(0, sample.Length);
        for (int k = 0; k < c.Calls; k++)
        {
            Assert.That(scheduler.NeedsNoise(k), Is.EqualTo(c.Noisy[k]), $"noise at call {k}");
            float[] noise = c.Noisy[k] ? common.Row("step_noise", k) : [];
            scheduler.ScaleInput(k, sample, input);
            // The fixture's stand-in for a model: 0.3 x + 0.5 sin(0.37 i + 1.3 k).
            for (int i = 0; i < output.Length; i++) output[i] = 0.3f * input[i] + (float)(0.5 * Math.Sin(0.37 * i + 1.3 * k));
            scheduler.Advance(k, output, noise, sample);
            trace = Math.Max(trace, SafetensorsFile.Error(sample, traces.Row($"{c.Key}.samples", k)));
        }

        // Again with the reference's own outputs and samples: only single steps' roundings remain.
        double single = 0;
        float[] before = [.. start];
        scheduler.Begin(0, sample.Length);
        for (int k = 0; k < c.Calls; k++)
        {
            scheduler.Advance(k, traces.Row($"{c.Key}.model_outputs", k), c.Noisy[k] ? common.Row("step_noise", k) : [], before);
            single = Math.Max(single, SafetensorsFile.Error(before, traces.Row($"{c.Key}.samples", k)));
            traces.Row($"{c.Key}.samples", k).CopyTo(before, 0);
        }
        TestContext.Out.WriteLine(FormattableString.Invariant($"{c.Key}: trace {trace:e2}, single step {single:e2}"));
        Assert.That(trace, Is.LessThanOrEqualTo(TraceTolerance), "trace");
        Assert.That(single, Is.LessThanOrEqualTo(StepTolerance), "single steps");
    }
}
