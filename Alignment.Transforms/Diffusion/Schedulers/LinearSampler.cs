namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// A sampler's run written as sums: every call makes of the samples x and predictions ε seen so far
/// <code>x_{k+1} = Σ_d a_d x_{k−d} + Σ_d b_d ε_{k−d} + c z + e (clip(p x_k + q ε_k) − (p x_k + q ε_k))</code>
/// with numbers that depend on the call alone, z being noise. All samplers here are of this form (the last term for those that clip x₀), so that a graph on any device can
/// do what <see cref="IScheduler.Advance"/> does on the processor.
/// </summary>
/// <remarks>
/// The numbers are read off the sampler itself: it is run once on unit vectors, one for each sample, prediction and noise of the run, and what it makes of them are the columns.
/// A second set of vectors, 2²⁰ times as long, proves that it was linear.
/// </remarks>
sealed class LinearSampler
{
    const float Long = 1 << 20;

    /// <summary>The calls of a run, the first of them at 0.</summary>
    public required IReadOnlyList<LinearCall> Calls { get; init; }

    /// <summary>The calls before whose samples are used, 0 (this one), 1 …, ascending; and those whose predictions are.</summary>
    public required IReadOnlyList<int> SampleLags { get; init; }

    /// <inheritdoc cref="SampleLags"/>
    public required IReadOnlyList<int> PredictionLags { get; init; }

    /// <summary>x₀ is kept within ± this; null where it is not clipped.</summary>
    public float? ClipRange { get; init; }

    /// <summary>The call of the scheduler that is call 0 here.</summary>
    public required int FirstCall { get; init; }

    /// <summary>How many calls back the run looks, itself included.</summary>
    public int Depth => 1 + Math.Max(SampleLags[^1], PredictionLags[^1]);

    /// <summary>Writes a sampler's run from <paramref name="firstCall"/> to its end as sums.</summary>
    /// <param name="create">Makes the sampler over a schedule.</param>
    /// <param name="schedule">Of the model.</param>
    /// <param name="firstCall">Where the run begins.</param>
    /// <exception cref="NotSupportedException">The sampler does something else than sums.</exception>
    public static LinearSampler Of(Func<NoiseSchedule, IScheduler> create, NoiseSchedule schedule, int firstCall)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(schedule);
        SchedulerConfig config = schedule.Config;
        IScheduler sampler = create(schedule), free = config.ClipSample ? create(new(config with { ClipSample = false })) : sampler;
        int count = sampler.Timesteps.Count - firstCall, basis = 2 * count + 1;
        // The twins are run from other calls here, so before the run that is looked at.
        var clips = new (float, float, float)[count];
        for (int k = 0; k < count && config.ClipSample; k++) clips[k] = ClipOf(sampler, free, schedule, firstCall + k);
        float[] sample = new float[2 * basis], output = new float[2 * basis], noise = new float[2 * basis];
        (noise[basis - 1], noise[2 * basis - 1]) = (1, Long);
        free.Begin(firstCall, sample.Length);
        var calls = new LinearCall[count];
        for (int k = 0; k < count; k++)
        {
            int call = firstCall + k;
            Set(sample, k, basis);
            Set(output, count + k, basis);
            free.Advance(call, output, free.NeedsNoise(call) ? noise : [], sample);
            for (int i = 0; i < basis; i++)
                if (sample[basis + i] != Long * sample[i]) throw new NotSupportedException($"The sampler {sampler.GetType().Name} does something else than sums at call {call}.");
            calls[k] = new()
            {
                Timestep = sampler.Timesteps[call],
                Scale = One((x, into) => sampler.ScaleInput(call, x, into)),
                OfSamples = LatestFirst(sample.AsSpan(0, k + 1)),
                OfPredictions = LatestFirst(sample.AsSpan(count, k + 1)),
                NeedsNoise = sampler.NeedsNoise(call),
                OfNoise = sample[basis - 1],
                Clip = clips[k],
                Level = k + 1 == count ? (1, 0) : (One((x, into) => sampler.AddNoise(call + 1, x, [0], into)), One((x, into) => sampler.AddNoise(call + 1, [0], x, into))),
            };
        }
        return new()
        {
            Calls = calls,
            SampleLags = Lags(calls, c => c.OfSamples),
            PredictionLags = Lags(calls, c => c.OfPredictions),
            ClipRange = config.ClipSample && calls.Any(c => c.Clip.Weight != 0) ? (float)config.ClipSampleRange : null,
            FirstCall = firstCall,
        };
    }

    /// <summary>Without the zeros of the oldest.</summary>
    static float[] LatestFirst(Span<float> numbers)
    {
        int oldest = numbers.IndexOfAnyExcept(0);
        float[] latest = oldest < 0 ? [] : numbers[oldest..].ToArray();
        Array.Reverse(latest);
        return latest;
    }

    /// <summary>All zeros but for one unit vector, short and long.</summary>
    static void Set(float[] vectors, int at, int basis)
    {
        Array.Clear(vectors);
        (vectors[at], vectors[basis + at]) = (1, Long);
    }

    delegate void Elementwise(ReadOnlySpan<float> x, Span<float> into);

    /// <summary>What becomes of 1.</summary>
    static float One(Elementwise function)
    {
        Span<float> into = [0];
        function([1], into);
        return into[0];
    }

    /// <summary>
    /// x₀ of a call and its weight in what comes of it: the sampler and its twin that does not clip differ by weight · (clip(x₀) − x₀), measured at a prediction whose x₀ lies far outside.
    /// </summary>
    static (float OfSample, float OfPrediction, float Weight) ClipOf(IScheduler sampler, IScheduler free, NoiseSchedule schedule, int call)
    {
        double alphaBar = schedule.AlphaBarAt(sampler.Timesteps[call]);
        Prediction x0 = Prediction.X0(schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        double range = schedule.Config.ClipSampleRange, output = Math.Max(1, range) * 1024 / x0.OfOutput, outside = x0.OfOutput * output;
        double difference = After(sampler, call, (float)output) - After(free, call, (float)output);
        return ((float)x0.OfSample, (float)x0.OfOutput, (float)(difference / (Math.CopySign(range, outside) - outside)));
    }

    static double After(IScheduler sampler, int call, float output)
    {
        Span<float> sample = [0];
        sampler.Begin(call, 1);
        sampler.Advance(call, [output], sampler.NeedsNoise(call) ? [0] : [], sample);
        return sample[0];
    }

    static int[] Lags(LinearCall[] calls, Func<LinearCall, float[]> numbers)
    {
        int[] lags = [.. Enumerable.Range(0, calls.Length).Where(d => calls.Any(c => d < numbers(c).Length && numbers(c)[d] != 0))];
        return lags is [] or [> 0, ..] ? [0, .. lags] : lags;
    }
}

/// <summary>One call of a <see cref="LinearSampler"/>.</summary>
sealed class LinearCall
{
    /// <summary>Given to the models.</summary>
    public required float Timestep { get; init; }

    /// <summary>The models see the sample times this.</summary>
    public required float Scale { get; init; }

    /// <summary>a_d, d calls back.</summary>
    public required float[] OfSamples { get; init; }

    /// <summary>b_d, d calls back.</summary>
    public required float[] OfPredictions { get; init; }

    public required bool NeedsNoise { get; init; }

    /// <summary>c.</summary>
    public required float OfNoise { get; init; }

    /// <summary>p, q and e; zeros where nothing is clipped.</summary>
    public (float OfSample, float OfPrediction, float Weight) Clip { get; init; }

    /// <summary>What a clean sample and the run's noise make at the level after the call; (1, 0) after the last.</summary>
    public required (float Clean, float Noise) Level { get; init; }
}
