using System.Globalization;

namespace Alignment.Runner.Cli;

/// <summary>Counts as people read them.</summary>
static class CountText
{
    /// <summary>"1,234,567".</summary>
    public static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
