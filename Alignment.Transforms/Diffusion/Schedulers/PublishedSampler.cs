using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// The sampler of a <c>scheduler_config.json</c>; <paramref name="Unsupported"/> is a setting that this program does not have.
/// </summary>
sealed record PublishedSampler(string ClassName, bool KarrasSigmas, FinalSigma FinalSigma, int OriginalSteps, string? Unsupported)
{
    public static PublishedSampler? Of(SchedulerFacts facts) => facts.ClassName is null ? null
        : new(facts.ClassName, facts.KarrasSigmas, facts.EndsAtSigmaMin ? FinalSigma.SigmaMin : FinalSigma.Zero,
        facts.OriginalSteps ?? new LcmOptions().OriginalSteps, facts.UnsupportedSetting);

    // Throws where this program does not have it, or not with these settings.
    public IScheduler Create(NoiseSchedule schedule, int steps, float eta)
    {
        if (Unsupported is not null) throw Missing($"'{ClassName}' with {Unsupported}");
        return (ClassName, KarrasSigmas) switch
        {
            ("DDIMScheduler", false) => new DdimScheduler(schedule, steps, new() { Eta = eta }),
            ("DDPMScheduler", false) => new DdpmScheduler(schedule, steps),
            ("EulerDiscreteScheduler", _) => new EulerScheduler(schedule, steps, new() { KarrasSigmas = KarrasSigmas }),
            ("EulerAncestralDiscreteScheduler", false) => new EulerScheduler(schedule, steps, new() { Ancestral = true }),
            ("DPMSolverMultistepScheduler", _) => new DpmSolverScheduler(schedule, steps,
                new() { KarrasSigmas = KarrasSigmas, Final = FinalSigma }),
            ("UniPCMultistepScheduler", _) => new UniPcScheduler(schedule, steps,
                new() { KarrasSigmas = KarrasSigmas, Final = FinalSigma }),
            ("PNDMScheduler", false) => new PndmScheduler(schedule, steps),
            ("LCMScheduler", false) => new LcmScheduler(schedule, steps, new() { OriginalSteps = OriginalSteps }),
            _ => throw Missing($"'{SafePath.Shorten(ClassName)}'{(KarrasSigmas ? " with Karras' noise levels" : "")}"),
        };
    }

    static UsageException Missing(string found) =>
        UsageException.For("The sampler the model was published with", found, string.Join(", ", SchedulerNames.All),
        "Name one of these instead.");
}
