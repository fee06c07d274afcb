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

static class SchedulerNames
{
    /// <summary>In the order of <see cref="SchedulerKind"/>.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["ddim", "ddpm", "euler", "euler_karras", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "unipc", "pndm", "lcm", "published"];

    public static string NameOf(SchedulerKind kind) => All[(int)kind];

    public static SchedulerKind Parse(string name)
    {
        for (int kind = 0; kind < All.Count; kind++)
            if (All[kind].Equals(name, StringComparison.OrdinalIgnoreCase)) return (SchedulerKind)kind;
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
