using System.Text.Json;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Schedulers;

sealed class DdimSchedulerTests
{
    /// <summary>The fixtures' advice for whole traces, and for one step from the reference's own sample.</summary>
    const double TraceTolerance = 2e-5, StepTolerance = 1e-6;

    public sealed record Trace(string Key, int Steps, int Calls, float Eta, SchedulerConfig Config, double InitialNoiseSigma, bool Noisy)
    {
        public override string ToString() => Key;
    }

    static IEnumerable<Trace> Cases()
    {
        if (Shared.TryPath("fixtures", "schedulers", "index.json") is not { } path) yield break;
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonElement e in json.RootElement.GetProperty("cases").EnumerateArray()
            .Where(e => e.GetProperty("scheduler").GetString() == "DDIMScheduler"))
            yield return new(e.GetProperty("key").GetString()!, e.GetProperty("inference_steps").GetInt32(),
                e.GetProperty("model_calls").GetInt32(),
                e.GetProperty("step_args").GetProperty("eta").GetSingle(), Config(e.GetProperty("config")),
                e.GetProperty("init_noise_sigma").GetDouble(), e.GetProperty("noise_drawn_at_step").GetArrayLength() > 0);
    }

    static SchedulerConfig Config(JsonElement e) => new()
    {
        TrainTimesteps = e.GetProperty("num_train_timesteps").GetInt32(),
        BetaStart = e.GetProperty("beta_start").GetDouble(),
        BetaEnd = e.GetProperty("beta_end").GetDouble(),
        BetaSchedule = e.GetProperty("beta_schedule").GetString() == "linear" ? BetaSchedule.Linear : BetaSchedule.ScaledLinear,
        TimestepSpacing = Enum.Parse<TimestepSpacing>(e.GetProperty("timestep_spacing").GetString()!, ignoreCase: true),
        StepsOffset = e.GetProperty("steps_offset").GetInt32(),
        SetAlphaToOne = e.GetProperty("set_alpha_to_one").GetBoolean(),
        ClipSample = e.GetProperty("clip_sample").GetBoolean(),
    };

    static SafetensorsFile Fixture(string name) => new(Shared.Path("fixtures", "schedulers", $"{name}.safetensors"));

    [Test]
    public void Cases_AreAllThere()
    {
        Shared.Path("fixtures", "schedulers");
        Assert.That(Cases().Count(), Is.EqualTo(18));
    }

    static IEnumerable<object> CasesOrSkipped() => Shared.OrSkipped(Cases());

    [TestCaseSource(nameof(CasesOrSkipped))]
    public void Advance_ReferenceTrace_IsFollowed(Trace c)
    {
        SafetensorsFile ddim = Fixture("ddim"), common = Fixture("common");
        IScheduler scheduler = new DdimScheduler(new NoiseSchedule(c.Config), c.Steps, new() { Eta = c.Eta });
        Assert.That(scheduler.Timesteps, Is.EqualTo(ddim.Floats($"{c.Key}.timesteps")));
        Assert.That(scheduler.Timesteps, Has.Count.EqualTo(c.Calls));
        Assert.That((double)scheduler.InitialNoiseSigma, Is.EqualTo(c.InitialNoiseSigma));

        float[] sample = ddim.Floats($"{c.Key}.start"), input = new float[sample.Length], output = new float[sample.Length];
        double trace = 0, single = 0;
        scheduler.Begin(0, sample.Length);
        for (int k = 0; k < c.Calls; k++)
        {
            Assert.That(scheduler.NeedsNoise(k), Is.EqualTo(c.Noisy));
            float[] noise = c.Noisy ? common.Row("step_noise", k) : [];
            float[] expected = ddim.Row($"{c.Key}.samples", k);

            float[] before = k == 0 ? ddim.Floats($"{c.Key}.start") : ddim.Row($"{c.Key}.samples", k - 1);
            scheduler.Advance(k, ddim.Row($"{c.Key}.model_outputs", k), noise, before);
            single = Math.Max(single, SafetensorsFile.Error(before, expected));

            // The fixture's stand-in for a model: 0.3 x + 0.5 sin(0.37 i + 1.3 k).
            scheduler.ScaleInput(k, sample, input);
            for (int i = 0; i < output.Length; i++) output[i] = 0.3f * input[i] + (float)(0.5 * Math.Sin(0.37 * i + 1.3 * k));
            scheduler.Advance(k, output, noise, sample);
            trace = Math.Max(trace, SafetensorsFile.Error(sample, expected));
        }
        TestContext.Out.WriteLine(FormattableString.Invariant($"{c.Key}: trace {trace:e2}, single step {single:e2}"));
        Assert.That(single, Is.LessThanOrEqualTo(StepTolerance));
        Assert.That(trace, Is.LessThanOrEqualTo(TraceTolerance));
    }

    [Test]
    public void AddNoise_ReferenceRows_AreMet()
    {
        SafetensorsFile reference = Fixture("add_noise");
        TestContext.Out.WriteLine(string.Join(", ", reference.Shapes.Select(s => $"{s.Key} [{string.Join(',', s.Value)}]")));
        long[] timesteps = reference.Longs("timesteps");
        var schedule = new NoiseSchedule(new());
        for (int i = 0; i < timesteps.Length; i++)
        {
            float[] x0 = reference.Floats("x0"), noisy = new float[x0.Length];
            schedule.AddNoise(x0, reference.Floats("noise"), (int)timesteps[i], noisy);
            Assert.That(SafetensorsFile.Error(noisy, reference.Row("ddim.noisy", i)), Is.LessThanOrEqualTo(StepTolerance));
        }
    }

    /// <summary>ε, v and x₀ say the same; whichever the model predicts, the sample must go the same way.</summary>
    [TestCase(PredictionType.VPrediction)]
    [TestCase(PredictionType.Sample)]
    public void Advance_OtherPrediction_GoesWhereEpsilonGoes(PredictionType type)
    {
        var config = new SchedulerConfig();
        var schedule = new NoiseSchedule(config);
        DdimScheduler byEpsilon = new(schedule, 10), other = new(new NoiseSchedule(config with { PredictionType = type }), 10);
        byEpsilon.Begin(0, 3);
        other.Begin(0, 3);
        double alphaBar = schedule.AlphaBars[(int)byEpsilon.Timesteps[4]], s = Math.Sqrt(alphaBar), n = Math.Sqrt(1 - alphaBar);
        float[] x = [0.3f, -1.2f, 0.8f], y = [.. x], epsilon = [0.5f, -0.7f, 1.1f];
        float[] output = [.. x.Zip(epsilon, (xi, e) =>
        {
            double x0 = (xi - n * e) / s;
            return (float)(type == PredictionType.Sample ? x0 : s * e - n * x0);
        })];
        byEpsilon.Advance(4, epsilon, [], x);
        other.Advance(4, output, [], y);
        Assert.That(y, Is.EqualTo(x).Within(1e-5f));
    }

    [Test]
    public void Advance_ClipSample_KeepsThePredictionInRange()
    {
        var scheduler = new DdimScheduler(new NoiseSchedule(new() { ClipSample = true, SetAlphaToOne = true, StepsOffset = 0 }), 10);
        scheduler.Begin(0, 2);
        float[] x = [50, -50];
        scheduler.Advance(9, [0, 0], [], x); // the last step, with ᾱ′ = 1, returns x₀ itself
        Assert.That(x, Is.EqualTo(new[] { 1f, -1f }).Within(1e-6f));
    }

    [Test]
    public void Advance_ManyTimes_AllocatesNothing()
    {
        var scheduler = new DdimScheduler(new NoiseSchedule(new()), 10, new() { Eta = 0.5f });
        float[] sample = new float[4096], output = new float[4096], noise = new float[4096];
        scheduler.Begin(0, 4096);
        scheduler.Advance(0, output, noise, sample);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int k = 0; k < 10; k++) scheduler.Advance(k, output, noise, sample);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase(1, ExpectedResult = 0)]
    [TestCase(0.6, ExpectedResult = 20)]
    [TestCase(0.29, ExpectedResult = 36)]
    [TestCase(0.001, ExpectedResult = 49)]
    [TestCase(0, ExpectedResult = 50)]
    public int StartStep_Strength_LeavesThatShareOfTheSteps(double strength) =>
        ((IScheduler)new DdimScheduler(new NoiseSchedule(new()), 50)).StartStep(strength);

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void StartStep_StrengthOutOfRange_IsRefused(double strength) =>
        Assert.That(() => ((IScheduler)new DdimScheduler(new NoiseSchedule(new()), 50)).StartStep(strength),
        Throws.TypeOf<UsageException>().With.Message.Contains("strength"));

    [TestCase(-1f)]
    [TestCase(1.5f)]
    [TestCase(float.NaN)]
    public void New_EtaOutOfRange_IsRefused(float eta) =>
        Assert.That(() => new DdimScheduler(new NoiseSchedule(new()), 10, new() { Eta = eta }), Throws.TypeOf<UsageException>());
}
