namespace Alignment.Transforms.Diffusion;

/// <summary>The samplers an edit can use.</summary>
public enum SchedulerKind
{
    /// <summary><see cref="DdimScheduler"/>, deterministic.</summary>
    Ddim,
}

/// <summary>Makes a sampler by its kind.</summary>
public static class SchedulerKinds
{
    /// <summary>A sampler of <paramref name="steps"/> steps over the model's own noise schedule.</summary>
    public static IScheduler Create(this SchedulerKind kind, NoiseSchedule schedule, int steps) => kind switch
    {
        SchedulerKind.Ddim => new DdimScheduler(schedule, steps),
        _ => throw UsageException.For("The scheduler", $"'{kind}'", string.Join(", ", Enum.GetNames<SchedulerKind>()), "Choose one of these."),
    };
}
