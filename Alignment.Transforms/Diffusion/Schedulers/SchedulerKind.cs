using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>The samplers an edit can use.</summary>
public enum SchedulerKind
{
    /// <summary><see cref="DdimScheduler"/>.</summary>
    Ddim,

    /// <summary><see cref="DdpmScheduler"/>.</summary>
    Ddpm,

    /// <summary><see cref="EulerScheduler"/>.</summary>
    Euler,

    /// <summary><see cref="EulerScheduler"/> with Karras' noise levels.</summary>
    EulerKarras,

    /// <summary><see cref="EulerScheduler"/>, ancestral.</summary>
    EulerAncestral,

    /// <summary><see cref="DpmSolverScheduler"/>, DPM-Solver++ 2M.</summary>
    DpmSolver,

    /// <summary><see cref="DpmSolverScheduler"/> with Karras' noise levels.</summary>
    DpmSolverKarras,

    /// <summary><see cref="UniPcScheduler"/>.</summary>
    UniPc,

    /// <summary><see cref="PndmScheduler"/>.</summary>
    Pndm,

    /// <summary><see cref="LcmScheduler"/>.</summary>
    Lcm,

    /// <summary>The one the model was published with.</summary>
    Published,
}

/// <summary>Makes a sampler by its kind.</summary>
public static class SchedulerKinds
{
    /// <summary>The name of each kind, as users write it.</summary>
    static readonly (string Name, SchedulerKind Kind)[] s_names =
    [
        ("ddim", SchedulerKind.Ddim), ("ddpm", SchedulerKind.Ddpm), ("euler", SchedulerKind.Euler), ("euler_karras", SchedulerKind.EulerKarras), ("euler_a", SchedulerKind.EulerAncestral),
        ("dpmpp_2m", SchedulerKind.DpmSolver), ("dpmpp_2m_karras", SchedulerKind.DpmSolverKarras), ("unipc", SchedulerKind.UniPc), ("pndm", SchedulerKind.Pndm), ("lcm", SchedulerKind.Lcm),
        ("published", SchedulerKind.Published),
    ];

    /// <summary>The names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_names.Select(n => n.Name)];

    /// <summary>The name of a kind.</summary>
    public static string NameOf(SchedulerKind kind) => s_names.First(n => n.Kind == kind).Name;

    /// <summary>The kind of a name, whatever its case.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SchedulerKind Parse(string name)
    {
        foreach (var (known, kind) in s_names)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return kind;
        throw UsageException.For("The scheduler", $"'{SafePath.Shorten(name ?? "")}'", string.Join(", ", Names), "Choose one of these.");
    }

    /// <summary>
    /// Steps of a sampler where nobody says: 15 for DPM-Solver++ 2M with Karras' noise levels, by the study in docs/samplers.md; 4 for LCM, which is made for so few
    /// (Luo et al. 2023); for every other 50, as Stable Diffusion's own scripts have it.
    /// </summary>
    public static int UsualSteps(this SchedulerKind kind) => kind switch
    {
        SchedulerKind.DpmSolverKarras => 15,
        SchedulerKind.Lcm => 4,
        _ => 50,
    };

    /// <summary>The sampler that <paramref name="options"/> ask for, over the model's own noise schedule.</summary>
    public static IScheduler Create(this SchedulerKind kind, NoiseSchedule schedule, EditOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int steps = options.UsedSteps;
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
            SchedulerKind.Published => throw UsageException.For("The sampler the model was published with", "none recorded in the bundle", string.Join(", ", Names), "Name one of these, or import the model again."),
            _ => throw UsageException.For("The scheduler", $"'{kind}'", string.Join(", ", Names), "Choose one of these."),
        };
    }

    /// <summary>
    /// Karras' levels are few and far apart at the noisy end, so a run that keeps part of the scene gets levels of its own, from the noise of timestep
    /// strength · T − 1, where a run of T steps would begin: ⌊strength · steps⌋ of them, as every sampler has.
    /// </summary>
    static DpmSolverScheduler Karras(NoiseSchedule schedule, int steps, EditOptions options)
    {
        _ = schedule.SolverTimesteps(steps);   // refuses what no sampler could do, whatever part of it is done
        var plain = new DpmSolverOptions { KarrasSigmas = true };
        double strength = options.UsedStrength, start = strength * schedule.AlphaBars.Length - 1;
        return options.FromNoise || strength is 0 or 1 || start < 0
            ? new(schedule, steps, plain)
            : new(schedule, steps - StartOfRun.FirstStep(strength, steps), plain with { Start = start });
    }
}
