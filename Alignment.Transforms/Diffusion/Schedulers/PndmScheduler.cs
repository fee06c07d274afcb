using System.Numerics.Tensors;

namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// Pseudo numerical methods: Liu, Ren, Lin and Zhao, "Pseudo Numerical Methods for Diffusion Models on Manifolds", 2022 (arXiv 2202.09778), the linear
/// multi-step method (PLMS) that Stable Diffusion was published with.
/// </summary>
/// <remarks>
/// The paper starts with Runge-Kutta steps; Stable Diffusion's variant instead does its first step twice, the second time with the mean of both ends'
/// outputs, so there is one call more than steps. A run that keeps part of the picture has no such call: it starts with orders 1, 2, 3.
/// </remarks>
public sealed class PndmScheduler : IScheduler
{
    readonly NoiseSchedule _schedule;
    readonly int[] _calls;
    readonly float[] _timesteps;
    readonly int _stride;
    readonly float[][] _outputs = [[], [], [], []];
    float[] _start = [], _mix = [];
    int _first;

    /// <exception cref="UsageException">The number of steps is out of range.</exception>
    public PndmScheduler(NoiseSchedule schedule, int steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        int[] tau = schedule.Timesteps(steps);
        // The second timestep is called twice: the first time to correct the first step, the second time for its own.
        _calls = steps < 2 ? tau : [tau[0], tau[1], .. tau[1..]];
        _timesteps = [.. _calls.Select(t => (float)t)];
        _stride = schedule.Config.TrainTimesteps / steps;
        Steps = steps;
    }

    int Steps { get; }

    /// <inheritdoc/>
    public IReadOnlyList<float> Timesteps => _timesteps;

    /// <inheritdoc/>
    public float InitialNoiseSigma => 1;

    /// <inheritdoc/>
    public bool NeedsNoise(int index) => false;

    /// <inheritdoc/>
    public int FirstCall(double strength)
    {
        int step = StartOfRun.FirstStep(strength, Steps);
        return step == 0 || Steps < 2 ? step : step + 1;
    }

    /// <inheritdoc/>
    public void Begin(int firstCall, int count)
    {
        RunCheck.First(firstCall, _calls.Length);
        _first = firstCall;
        if (_start.Length == count) return;
        (_start, _mix) = (new float[count], new float[count]);
        for (int i = 0; i < _outputs.Length; i++) _outputs[i] = new float[count];
    }

    /// <inheritdoc/>
    public void AddNoise(int firstCall, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) => _schedule.AddNoise(x0, noise, _calls[firstCall], into);

    /// <inheritdoc/>
    public void ScaleInput(int index, ReadOnlySpan<float> sample, Span<float> modelInput) => sample.CopyTo(modelInput);

    /// <inheritdoc/>
    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        RunCheck.Lengths(_start.Length, modelOutput, sample);
        if (index == 1 && _first == 0 && Steps > 1)
        {
            // The first step again, from where it began, with the mean of the outputs at both ends; the second output is not kept.
            TensorPrimitives.Add(modelOutput, _outputs[0], _mix);
            TensorPrimitives.Multiply(_mix, 0.5f, _mix);
            _start.CopyTo(sample);
            Move(_calls[0], sample);
            return;
        }

        // 1. The output joins the last four.
        (_outputs[0], _outputs[1], _outputs[2], _outputs[3]) = (_outputs[3], _outputs[0], _outputs[1], _outputs[2]);
        modelOutput.CopyTo(_outputs[0]);
        int kept = index - _first + (index > 0 && _first == 0 && Steps > 1 ? 0 : 1);
        if (index == 0) sample.CopyTo(_start);

        // 2. Their mix by Adams and Bashforth, eq. 12 of the paper for four; 3. the step.
        Mix(Math.Min(kept, 4));
        Move(_calls[index], sample);
    }

    void Mix(int order)
    {
        ReadOnlySpan<float> weights = order switch
        {
            1 => [1f],
            2 => [3 / 2f, -1 / 2f],
            3 => [23 / 12f, -16 / 12f, 5 / 12f],
            _ => [55 / 24f, -59 / 24f, 37 / 24f, -9 / 24f],
        };
        TensorPrimitives.Multiply(_outputs[0], weights[0], _mix);
        for (int i = 1; i < weights.Length; i++) TensorPrimitives.MultiplyAdd(_outputs[i], weights[i], _mix, _mix);
    }

    /// <summary>x′ = √(ᾱ′/ᾱ) x − (ᾱ′ − ᾱ) ε / (ᾱ √(1−ᾱ′) + √(ᾱ (1−ᾱ) ᾱ′)), eq. 11; ε is <see cref="_mix"/>.</summary>
    void Move(int timestep, Span<float> sample)
    {
        int previous = timestep - _stride;
        double alphaBar = _schedule.AlphaBars[timestep], alphaBarPrevious = previous >= 0 ? _schedule.AlphaBars[previous] : _schedule.FinalAlphaBar;
        double ofNoise = (alphaBarPrevious - alphaBar) / (alphaBar * Math.Sqrt(1 - alphaBarPrevious) + Math.Sqrt(alphaBar * (1 - alphaBar) * alphaBarPrevious));
        Prediction epsilon = Prediction.Epsilon(_schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        TensorPrimitives.Multiply(sample, (float)(Math.Sqrt(alphaBarPrevious / alphaBar) - ofNoise * epsilon.OfSample), sample);
        TensorPrimitives.MultiplyAdd(_mix, (float)(-ofNoise * epsilon.OfOutput), sample, sample);
    }
}
