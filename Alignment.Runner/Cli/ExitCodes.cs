namespace Alignment.Runner.Cli;

/// <summary>What the process ends with. The failures' own codes are on <see cref="AlignmentException"/>.</summary>
static class ExitCodes
{
    public const int Ok = 0;
    public const int Bug = 1;
    public const int Usage = 2;
    public const int BadData = 3;
    public const int Missing = 4;

    /// <summary>EX_TEMPFAIL of sysexits.h: run it again; the message says whether it continues or starts over.</summary>
    public const int Retry = 75;
}
