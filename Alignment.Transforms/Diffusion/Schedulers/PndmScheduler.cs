namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// Liu, Ren, Lin and Zhao, "Pseudo Numerical Methods for Diffusion Models on Manifolds", 2022 (arXiv 2202.09778), the linear multi-step
/// method (PLMS). As Stable Diffusion has it, the first step is done twice instead of by Runge-Kutta, the second time with the mean of both
/// ends' outputs; a run that keeps part of the picture starts with orders 1, 2, 3.
/// </summary>
sealed class PndmScheduler : IScheduler
{
    readonly NoiseSchedule _schedule;
    readonly int[] _tau;
    readonly float[] _timesteps;
    readonly int _stride, _steps;
    readonly float[][] _outputs = [[], [], [], []];
    float[] _start = [], _mix = [];
    int _first;

    /// <exception cref="UsageException">The number of steps is out of range.</exception>
    public PndmScheduler(NoiseSchedule schedule, int steps)
    {
        _schedule = schedule;
        int[] tau = schedule.Timesteps(steps);
        // The second timestep comes twice: first to correct the first step, then for its own.
        _tau = steps < 2 ? tau : [tau[0], tau[1], .. tau[1..]];
        _timesteps = [.. _tau.Select(t => (float)t)];
        _stride = schedule.Config.TrainTimesteps / steps;
        _steps = steps;
    }

    public IReadOnlyList<float> Timesteps => _timesteps;

    public int StartStep(double strength)
    {
        int step = ImageToImage.StartStep(strength, _steps);
        return step == 0 || _steps < 2 ? step : step + 1;
    }

    public void Begin(int startStep, int count)
    {
        SchedulerCheck.StartStep(startStep, _tau.Length);
        _first = startStep;
        if (_start.Length == count) return;
        (_start, _mix) = (new float[count], new float[count]);
        for (int i = 0; i < _outputs.Length; i++) _outputs[i] = new float[count];
    }

    public void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) =>
        _schedule.AddNoise(x0, noise, _tau[startStep], into);

    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        SchedulerCheck.Lengths(_start.Length, modelOutput, sample);
        if (index == 1 && _first == 0 && _steps > 1)
        {
            // The first step again, from where it began, with the mean of the outputs at both ends; the second output is dropped.
            TensorPrimitives.Add(modelOutput, _outputs[0], _mix);
            TensorPrimitives.Multiply(_mix, 0.5f, _mix);
            _start.CopyTo(sample);
            Move(_tau[0], sample);
            return;
        }

        // 1. The output joins the last four.
        (_outputs[0], _outputs[1], _outputs[2], _outputs[3]) = (_outputs[3], _outputs[0], _outputs[1], _outputs[2]);
        modelOutput.CopyTo(_outputs[0]);
        int available = index - _first + (index > 0 && _first == 0 && _steps > 1 ? 0 : 1);
        if (index == 0) sample.CopyTo(_start);

        // 2. Their mix by Adams and Bashforth, eq. 12 of the paper for four; 3. the step.
        Mix(Math.Min(available, 4));
        Move(_tau[index], sample);
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
        double alphaBar = _schedule.AlphaBars[timestep],
            alphaBarPrevious = previous >= 0 ? _schedule.AlphaBars[previous] : _schedule.FinalAlphaBar;
        double ofNoise = (alphaBarPrevious - alphaBar)
            / (alphaBar * Math.Sqrt(1 - alphaBarPrevious) + Math.Sqrt(alphaBar * (1 - alphaBar) * alphaBarPrevious));
        Prediction epsilon = Prediction.Epsilon(_schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        TensorPrimitives.Multiply(sample, (float)(Math.Sqrt(alphaBarPrevious / alphaBar) - ofNoise * epsilon.OfSample), sample);
        TensorPrimitives.MultiplyAdd(_mix, (float)(-ofNoise * epsilon.OfOutput), sample, sample);
    }
}
