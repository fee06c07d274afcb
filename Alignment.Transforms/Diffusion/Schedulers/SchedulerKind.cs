namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>The samplers an edit can use.</summary>
public enum SchedulerKind
{
    /// <summary><see cref="DdimScheduler"/>.</summary>
    Ddim,
}

/// <summary>Makes a sampler by its kind.</summary>
public static class SchedulerKinds
{
    /// <summary>The sampler that <paramref name="options"/> ask for, over the model's own noise schedule.</summary>
    public static IScheduler Create(this SchedulerKind kind, NoiseSchedule schedule, EditOptions options) => kind switch
    {
        SchedulerKind.Ddim => new DdimScheduler(schedule, options.Steps, new DdimOptions { Eta = options.Eta }),
        _ => throw UsageException.For("The scheduler", $"'{kind}'", string.Join(", ", Enum.GetNames<SchedulerKind>()), "Choose one of these."),
    };
}
