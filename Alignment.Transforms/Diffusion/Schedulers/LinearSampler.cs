namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// A sampler's run as sums over the samples x and predictions ε so far: <c>x_{k+1} = Σ_d a_d x_{k−d} + Σ_d b_d ε_{k−d} + c z + e (clip(p
/// x_k + q ε_k) − (p x_k + q ε_k))</c>, z being noise and the last term for those that clip x₀, so that a graph on any device can do what
/// <see cref="IScheduler.Advance"/> does. The coefficients are read off the sampler, run once on unit vectors; a second set, 2²⁰ times as
/// long, proves that it was linear.
/// </summary>
sealed class LinearSampler
{
    const float Long = 1 << 20;

    public required IReadOnlyList<LinearStep> Steps { get; init; }

    // Steps back to the samples that a step uses, ascending from 0 (this one).
    public required IReadOnlyList<int> SampleLags { get; init; }

    /// <inheritdoc cref="SampleLags"/>
    public required IReadOnlyList<int> PredictionLags { get; init; }

    // x₀ is kept within ± this; null: not clipped.
    public float? ClipRange { get; init; }

    // The scheduler's step that is step 0 here.
    public required int StartStep { get; init; }

    // Steps that a step uses, itself included.
    public int Depth => 1 + Math.Max(SampleLags[^1], PredictionLags[^1]);

    /// <summary>Throws <see cref="NotSupportedException"/> where the sampler computes something else than sums.</summary>
    public static LinearSampler Of(Func<NoiseSchedule, IScheduler> create, NoiseSchedule schedule, int startStep)
    {
        SchedulerConfig config = schedule.Config;
        IScheduler sampler = create(schedule), free = config.ClipSample ? create(new(config with { ClipSample = false })) : sampler;
        int count = sampler.Timesteps.Count - startStep, basis = 2 * count + 1;
        // The twins are run from other steps here, so before the measured run.
        var clips = new (float, float, float)[count];
        for (int k = 0; k < count && config.ClipSample; k++) clips[k] = ClipOf(sampler, free, schedule, startStep + k);
        float[] sample = new float[2 * basis], output = new float[2 * basis], noise = new float[2 * basis];
        (noise[basis - 1], noise[2 * basis - 1]) = (1, Long);
        free.Begin(startStep, sample.Length);
        var steps = new LinearStep[count];
        for (int k = 0; k < count; k++)
        {
            int step = startStep + k;
            Set(sample, k, basis);
            Set(output, count + k, basis);
            free.Advance(step, output, free.NeedsNoise(step) ? noise : [], sample);
            for (int i = 0; i < basis; i++)
                if (sample[basis + i] != Long * sample[i])
                    throw new NotSupportedException(
                        $"The sampler {sampler.GetType().Name} computes something else than sums at step {step}.");
            steps[k] = new()
            {
                Timestep = sampler.Timesteps[step],
                Scale = One((x, into) => sampler.ScaleInput(step, x, into)),
                SampleWeights = LatestFirst(sample.AsSpan(0, k + 1)),
                PredictionWeights = LatestFirst(sample.AsSpan(count, k + 1)),
                NeedsNoise = sampler.NeedsNoise(step),
                NoiseWeight = sample[basis - 1],
                Clip = clips[k],
                Level = k + 1 == count ? (1, 0)
                    : (One((x, into) => sampler.AddNoise(step + 1, x, [0], into)),
                    One((x, into) => sampler.AddNoise(step + 1, [0], x, into))),
            };
        }
        return new()
        {
            Steps = steps,
            SampleLags = Lags(steps, s => s.SampleWeights),
            PredictionLags = Lags(steps, s => s.PredictionWeights),
            ClipRange = config.ClipSample && steps.Any(s => s.Clip.Weight != 0) ? (float)config.ClipSampleRange : null,
            StartStep = startStep,
        };
    }

    static float[] LatestFirst(Span<float> numbers)
    {
        int oldest = numbers.IndexOfAnyExcept(0);
        float[] latest = oldest < 0 ? [] : numbers[oldest..].ToArray();
        Array.Reverse(latest);
        return latest;
    }

    // One unit vector, short and long.
    static void Set(float[] vectors, int at, int basis)
    {
        Array.Clear(vectors);
        (vectors[at], vectors[basis + at]) = (1, Long);
    }

    delegate void Elementwise(ReadOnlySpan<float> x, Span<float> into);

    static float One(Elementwise function)
    {
        Span<float> into = [0];
        function([1], into);
        return into[0];
    }

    /// <summary>
    /// x₀ of a step and its weight in the result: the sampler and its twin that does not clip differ by weight · (clip(x₀) − x₀), measured
    /// where x₀ lies far outside.
    /// </summary>
    static (float OfSample, float OfPrediction, float Weight) ClipOf(IScheduler sampler, IScheduler free, NoiseSchedule schedule, int step)
    {
        double alphaBar = schedule.AlphaBarAt(sampler.Timesteps[step]);
        Prediction x0 = Prediction.X0(schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        double range = schedule.Config.ClipSampleRange, output = Math.Max(1, range) * 1024 / x0.OfOutput, outside = x0.OfOutput * output;
        double difference = After(sampler, step, (float)output) - After(free, step, (float)output);
        return ((float)x0.OfSample, (float)x0.OfOutput, (float)(difference / (Math.CopySign(range, outside) - outside)));
    }

    static double After(IScheduler sampler, int step, float output)
    {
        Span<float> sample = [0];
        sampler.Begin(step, 1);
        sampler.Advance(step, [output], sampler.NeedsNoise(step) ? [0] : [], sample);
        return sample[0];
    }

    static int[] Lags(LinearStep[] steps, Func<LinearStep, float[]> weights)
    {
        int[] lags = [.. Enumerable.Range(0, steps.Length).Where(d => steps.Any(s => d < weights(s).Length && weights(s)[d] != 0))];
        return lags is [] or [> 0, ..] ? [0, .. lags] : lags;
    }
}

/// <summary>One step of a <see cref="LinearSampler"/>.</summary>
sealed class LinearStep
{
    // Given to the models.
    public required float Timestep { get; init; }

    // The models see the sample times this.
    public required float Scale { get; init; }

    // a_d, d steps back.
    public required float[] SampleWeights { get; init; }

    // b_d, d steps back.
    public required float[] PredictionWeights { get; init; }
    public required bool NeedsNoise { get; init; }

    // c.
    public required float NoiseWeight { get; init; }

    // p, q and e; zeros where nothing is clipped.
    public (float OfSample, float OfPrediction, float Weight) Clip { get; init; }

    // √ᾱ and √(1−ᾱ) after the step, as the sampler scales them; (1, 0) after the last.
    public required (float Clean, float Noise) Level { get; init; }
}
