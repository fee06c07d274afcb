using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

static class SchedulerFactory
{
    public static IScheduler Create(this SchedulerKind kind, NoiseSchedule schedule, EditOptions options)
    {
        int steps = options.EffectiveSteps;
        return kind switch
        {
            SchedulerKind.Ddim => new DdimScheduler(schedule, steps, new() { Eta = options.Eta }),
            SchedulerKind.Ddpm => new DdpmScheduler(schedule, steps),
            SchedulerKind.Euler => new EulerScheduler(schedule, steps),
            SchedulerKind.EulerKarras => new EulerScheduler(schedule, steps, new() { KarrasSigmas = true }),
            SchedulerKind.EulerAncestral => new EulerScheduler(schedule, steps, new() { Ancestral = true }),
            SchedulerKind.DpmSolver => new DpmSolverScheduler(schedule, steps),
            SchedulerKind.DpmSolverKarras => Karras(schedule, steps, options),
            SchedulerKind.UniPc => new UniPcScheduler(schedule, steps),
            SchedulerKind.Pndm => new PndmScheduler(schedule, steps),
            SchedulerKind.Lcm => new LcmScheduler(schedule, steps),
            SchedulerKind.Published when schedule.Config.Published is { } published => published.Create(schedule, steps, options.Eta),
            SchedulerKind.Published => throw UsageException.For("The sampler the model was published with", "none recorded in the bundle",
                string.Join(", ", SchedulerNames.All), "Name one of these, or import the model again."),
            _ => throw UsageException.For("The scheduler", $"'{kind}'", string.Join(", ", SchedulerNames.All), "Choose one of these."),
        };
    }

    /// <summary>
    /// Karras' levels are few and far apart at the noisy end, so a run that keeps part of the scene gets levels of its own, from the noise
    /// of timestep strength · T − 1: ⌊strength · steps⌋ of them.
    /// </summary>
    static DpmSolverScheduler Karras(NoiseSchedule schedule, int steps, EditOptions options)
    {
        _ = schedule.SolverTimesteps(steps);   // refuses what no sampler could do, whatever part of it is done
        var plain = new DpmSolverOptions { KarrasSigmas = true };
        double strength = options.EffectiveStrength, start = strength * schedule.AlphaBars.Length - 1;
        return options.FromNoise || strength is 0 or 1 || start < 0
            ? new(schedule, steps, plain)
            : new(schedule, steps - ImageToImage.StartStep(strength, steps), plain with { Start = start });
    }
}
