namespace Alignment.Runner.Cli;

// Counts as people read them.
static class CountText
{
    // "1,234,567".
    public static string N(long n) => Invariant($"{n:N0}");
}
