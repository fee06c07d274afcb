
namespace Alignment.Runner.Cli;

/// <summary>Counts as people read them.</summary>
static class CountText
{
    // "1,234,567".
    public static string N(long n) => Invariant($"{n:N0}");
}
