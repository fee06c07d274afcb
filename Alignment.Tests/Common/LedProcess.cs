using System.Diagnostics;
using System.Globalization;

namespace Alignment.Tests.Common;

/// <summary>
/// This test program as another process, which asks its parent before it goes on from a report of progress. So it can be killed at a known
/// place, and between that place and the next, however fast or slow the machine is: it never ends before.
/// </summary>
static class LedProcess
{
    const string Asks = "progress\t";

    /// <summary>A process that asks for nothing so long, or does not end, hangs.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Starts the process and kills it – SIGKILL, which it cannot see coming – <paramref name="moment"/> after the first report
    /// that <paramref name="last"/> is true of, while it works on towards the next.</summary>
    /// <param name="arguments">The switch that makes this program do the work, and what follows.</param>
    /// <param name="last">Of a report's stage and count.</param>
    /// <param name="moment">May be too short for it to do anything, or so long that it waits at the next report.</param>
    /// <returns>True if it was killed, false if it ended without such a report.</returns>
    public static bool KillAt(IEnumerable<string> arguments, Func<string, long, bool> last, TimeSpan moment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p
            : "dotnet")
        { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(LedProcess).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var patience = new Timer(_ => process.Kill(entireProcessTree: true), null, s_patience, Timeout.InfiniteTimeSpan);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith(Asks, StringComparison.Ordinal)) continue;
            string[] words = line.Split('\t');
            process.StandardInput.WriteLine();
            process.StandardInput.Flush();
            if (!last(words[1], long.Parse(words[2], CultureInfo.InvariantCulture))) continue;
            Assert.That(process.WaitForExit(moment), Is.False, $"It ended by itself within {moment} after '{words[1]} {words[2]}'.");
            process.Kill();
            process.WaitForExit();
            return true;
        }
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, "it failed, or was killed because it hung");
        return false;
    }

    /// <summary>What the other process reports to.</summary>
    public sealed class Parent : IProgress<WorkProgress>
    {
        readonly Lock _one = new();

        public void Report(WorkProgress value)
        {
            lock (_one)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Asks}{value.Stage}\t{value.Done}"));
                Console.Out.Flush();
                Console.In.ReadLine();
            }
        }
    }
}
