
namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>The samplers an edit can use.</summary>
public enum SchedulerKind
{
    Ddim,

    Ddpm,

    Euler,

    EulerKarras,

    EulerAncestral,

    DpmSolver,

    DpmSolverKarras,

    UniPc,

    Pndm,

    Lcm,

    Published,
}

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

    public static IReadOnlyList<string> All { get; } = [.. s_names.Select(n => n.Name)];

    public static string NameOf(SchedulerKind kind) => s_names.First(n => n.Kind == kind).Name;

    /// <summary>Whatever its case.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SchedulerKind Parse(string name)
    {
        foreach (var (known, kind) in s_names)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return kind;
        throw UsageException.For("The scheduler", $"'{SafePath.Shorten(name ?? "")}'", string.Join(", ", All), "Choose one of these.");
    }

    /// <summary>
    /// 15 for DPM-Solver++ 2M with Karras' noise levels (docs/samplers.md), 4 for LCM (Luo et al. 2023), else 50, as Stable Diffusion's own
    /// scripts.
    /// </summary>
    public static int DefaultSteps(this SchedulerKind kind) => kind switch
    {
        SchedulerKind.DpmSolverKarras => 15,
        SchedulerKind.Lcm => 4,
        _ => 50,
    };
}
