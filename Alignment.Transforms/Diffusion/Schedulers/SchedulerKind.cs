
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

/// <summary>The samplers' names, as users write them.</summary>
public static class SchedulerNames
{
    static readonly (string Name, SchedulerKind Kind)[] s_names =
    [
        ("ddim", SchedulerKind.Ddim), ("ddpm", SchedulerKind.Ddpm), ("euler", SchedulerKind.Euler),
            ("euler_karras", SchedulerKind.EulerKarras),
        ("euler_a", SchedulerKind.EulerAncestral), ("dpmpp_2m", SchedulerKind.DpmSolver),
            ("dpmpp_2m_karras", SchedulerKind.DpmSolverKarras),
        ("unipc", SchedulerKind.UniPc), ("pndm", SchedulerKind.Pndm), ("lcm", SchedulerKind.Lcm), ("published", SchedulerKind.Published),
    ];

    /// <summary>The names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_names.Select(n => n.Name)];

    /// <summary>The name of a kind.</summary>
    public static string NameOf(SchedulerKind kind) => s_names.First(n => n.Kind == kind).Name;

    /// <summary>The kind of a name, whatever its case.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SchedulerKind Parse(string name)
    {
        foreach (var (known, kind) in s_names)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return kind;
        throw UsageException.For("The scheduler", $"'{SafePath.Shorten(name ?? "")}'", string.Join(", ", All), "Choose one of these.");
    }

    /// <summary>
    /// Inference steps of a sampler by default: 15 for DPM-Solver++ 2M with Karras' noise levels, by the study in docs/samplers.md; 4 for
    /// LCM, which is made for so few (Luo et al. 2023); for every other 50, as Stable Diffusion's own scripts have it.
    /// </summary>
    public static int DefaultSteps(this SchedulerKind kind) => kind switch
    {
        SchedulerKind.DpmSolverKarras => 15,
        SchedulerKind.Lcm => 4,
        _ => 50,
    };
}
