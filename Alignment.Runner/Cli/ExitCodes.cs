using Alignment.MLNet.Pipelines;

namespace Alignment.Runner.Cli;

/// <summary>What the process ends with. The failures' own codes are on <see cref="AlignmentException"/>.</summary>
static class ExitCodes
{
    public const int Ok = 0;
    public const int Bug = 1;
    public const int Usage = 2;
    public const int BadData = 3;
    public const int Missing = 4;

    // EX_TEMPFAIL of sysexits.h: run it again; the message says whether it continues or starts over.
    public const int Retry = 75;

    // The code of a result; the only place that decides it.
    public static int Of(object result) => result switch
    {
        IJobResult { HasFailures: true } => BadData,
        IReadOnlyList<DoctorCheck> checks when checks.Any(c => c.State == DoctorState.Missing) => Missing,
        _ => Ok,
    };
}
