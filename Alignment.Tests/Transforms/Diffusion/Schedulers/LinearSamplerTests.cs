using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Schedulers;

/// <summary>Samplers as sums do what the samplers do, which the fixtures hold to diffusers.</summary>
sealed class LinearSamplerTests
{
    const int Length = 257;

    static IEnumerable<TestCaseData> Runs()
    {
        foreach (SchedulerKind kind in Enum.GetValues<SchedulerKind>().Where(k => k != SchedulerKind.Published))
            foreach (PredictionType type in Enum.GetValues<PredictionType>())
                foreach (bool clips in (bool[])[false, true])
                    foreach (double strength in (double[])[1, 0.6])
                        yield return new TestCaseData(kind, type, clips,
                            strength).SetName(
                            $"Calls_{kind}_{type}{(clips ? "_Clipping" : "")}_Strength{(strength == 1 ? "1" : "06")}_AreTheSampler");
    }

    [TestCaseSource(nameof(Runs))]
    public void Steps_OfASampler_AreTheSampler(SchedulerKind kind, PredictionType type, bool clips, double strength)
    {
        var schedule = new NoiseSchedule(new() { PredictionType = type, ClipSample = clips, ClipSampleRange = 1.5 });
        var options = new EditOptions
        {
            Scheduler = kind,
            InferenceSteps = kind == SchedulerKind.Lcm ? 6 : 12,
            Strength = strength,
            Eta = 0.7f
        };
        IScheduler sampler = kind.Create(schedule, options);
        int first = sampler.StartStep(strength);
        LinearSampler sums = LinearSampler.Of(s => kind.Create(s, options), schedule, first);
        Assert.That(sums.Steps, Has.Count.EqualTo(sampler.Timesteps.Count - first));

        float[] x = Normal(0), level = new float[Length], clean = Normal(1), initial = Normal(2), seen = new float[Length];
        List<float[]> samples = [], predictions = [];
        sampler.Begin(first, Length);
        for (int k = 0; k < sums.Steps.Count; k++)
        {
            LinearStep step = sums.Steps[k];
            float[] epsilon = Normal(3 + 2 * k), noise = Normal(4 + 2 * k);
            samples.Insert(0, [.. x]);
            predictions.Insert(0, epsilon);
            sampler.ScaleInput(first + k, x, seen);
            Assert.That(seen, Is.EqualTo(x.Select(v => v * step.Scale)));
            Assert.That(step.NeedsNoise, Is.EqualTo(sampler.NeedsNoise(first + k)));
            Assert.That(step.Timestep, Is.EqualTo(sampler.Timesteps[first + k]));
            sampler.Advance(first + k, epsilon, step.NeedsNoise ? noise : [], x);

            double worst = 0, size = 0;
            for (int i = 0; i < Length; i++)
            {
                double sum = step.NeedsNoise ? (double)step.NoiseWeight * noise[i] : 0,
                    x0 = (double)step.Clip.OfSample * samples[0][i] + (double)step.Clip.OfPrediction * epsilon[i];
                foreach (int lag in sums.SampleLags.Where(d => d < step.SampleWeights.Length))
                    sum += (double)step.SampleWeights[lag] * samples[lag][i];
                foreach (int lag in sums.PredictionLags.Where(d => d < step.PredictionWeights.Length))
                    sum += (double)step.PredictionWeights[lag] * predictions[lag][i];
                if (sums.ClipRange is { } range) sum += step.Clip.Weight * (Math.Clamp(x0, -range, range) - x0);
                (worst, size) = (Math.Max(worst, Math.Abs(sum - x[i])), Math.Max(size, Math.Abs(x[i])));
            }
            Assert.That(worst, Is.LessThanOrEqualTo(3e-6 * Math.Max(1, size) * Math.Max(1,
                step.PredictionWeights.Concat(step.SampleWeights).Max(MathF.Abs))), $"step {k}");
            Assert.That(step.SampleWeights.Length, Is.LessThanOrEqualTo(sums.Depth));

            if (k + 1 == sums.Steps.Count) clean.CopyTo(level, 0);
            else sampler.AddNoise(first + k + 1, clean, initial, level);
            Assert.That(level, Is.EqualTo(clean.Zip(initial, (z, e) => step.Level.Clean * z + step.Level.Noise * e)).Within(1e-6));
            Array.Resize(ref x, Length);
        }
    }

    [TestCase(SchedulerKind.Ddim, 1)]
    [TestCase(SchedulerKind.Euler, 1)]
    [TestCase(SchedulerKind.DpmSolverKarras, 2)]
    [TestCase(SchedulerKind.UniPc, 3)]
    [TestCase(SchedulerKind.Pndm, 5)]   // the second output is not kept: the fifth step reaches back to the first
    public void Depth_OfASampler_IsItsMemory(SchedulerKind kind, int depth) =>
        Assert.That(LinearSampler.Of(s => kind.Create(s, new() { Scheduler = kind, InferenceSteps = 10, Strength = 1 }), new(new()),
        0).Depth, Is.EqualTo(depth));

    [Test]
    public void Of_SamplerThatIsNoSum_Refuses() =>
        Assert.That(() => LinearSampler.Of(s => new Squaring(SchedulerKind.Ddim.Create(s, new() { InferenceSteps = 4 })), new(new()), 0),
        Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Squaring"));

    static float[] Normal(int stream)
    {
        float[] values = new float[Length];
        SeededNormal.Fill(values, 7, $"linear {stream}");
        return values;
    }

    sealed class Squaring(IScheduler inner) : IScheduler
    {
        public IReadOnlyList<float> Timesteps => inner.Timesteps;
        public float InitialNoiseSigma => inner.InitialNoiseSigma;
        public bool NeedsNoise(int index) => inner.NeedsNoise(index);
        public int StartStep(double strength) => inner.StartStep(strength);
        public void Begin(int firstCall, int count) => inner.Begin(firstCall, count);
        public void AddNoise(int firstCall, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) =>
            inner.AddNoise(firstCall, x0, noise, into);
        public void ScaleInput(int index, ReadOnlySpan<float> sample, Span<float> modelInput) =>
            inner.ScaleInput(index, sample, modelInput);
        public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
        {
            inner.Advance(index, modelOutput, noise, sample);
            for (int i = 0; i < sample.Length; i++) sample[i] *= sample[i];
        }
    }
}
