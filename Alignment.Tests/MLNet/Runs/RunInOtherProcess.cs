using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Runs;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.MLNet.Runs;

/// <summary>The whole job in a process of its own, which can be killed.</summary>
static class RunInOtherProcess
{
    /// <summary>First argument of this test program that makes it do a run; the data and the output folder follow.</summary>
    public const string Switch = "--alignment-run";

    /// <summary>Small and quick: seconds for a few scenes.</summary>
    public static AlignmentRunOptions OptionsFor(string data) => new()
    {
        Width = 32,
        Height = 24,
        Edit = new() { Steps = 3, Seed = 5, Batch = 2 },
        Assemble = new() { SceneSeconds = 0.2 },
        EngagementFile = File.Exists(Path.Combine(data, MiniDataSet.EngagementFile)) ? Path.Combine(data, MiniDataSet.EngagementFile) : null,
    };

    public static void Run(string data, string output) => AlignmentRun.Run(data, BundledModels.Tiny, output, OptionsFor(data));

    public static Process Start(string data, string output) => Start(Switch, data, output);

    /// <summary>This test program as another process, with arguments of its own.</summary>
    public static Process Start(params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p : "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(RunInOtherProcess).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Kills a run after each of some waits – SIGKILL, which it cannot see coming – until one ends by itself; returns how many were killed.</summary>
    public static int KillAgainAndAgain(string data, string output, IEnumerable<int> afterMilliseconds)
    {
        int killed = 0;
        foreach (int wait in afterMilliseconds)
        {
            using Process process = Start(data, output);
            if (process.WaitForExit(wait)) return killed;
            process.Kill();
            process.WaitForExit();
            killed++;
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"killed after {wait} ms"));
        }
        return killed;
    }
}
