using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Reports;
using Alignment.Tests.MLNet.Dose;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// What the dose and the report of so many scenes take: seconds, the most memory, and the sizes of what they leave. Scenes are small, 100 a
/// video, and edited by a painter instead of a model, so that everything that grows with their number is there. Each step runs in a process
/// of its own.
/// </summary>
static class ReportScale
{
    public const string Switch = "report-scale", OneSwitch = "report-scale-once";

    public static int Run(string[] args)
    {
        int[] counts = args.Length > 0 ? [.. args.Select(a => int.Parse(a, CultureInfo.InvariantCulture))] : [200, 2000];
        Console.WriteLine("| scenes | step | s | peak, MB | managed, MB | left |\n| ---: | --- | ---: | ---: | ---: | --- |");
        foreach (int count in counts)
        {
            string folder = Directory.CreateTempSubdirectory("alignment-bench-").FullName, run = Path.Combine(folder, "run");
            try
            {
                AuditScale.Draw(folder, "different", count);
                PaintedRun.Make(folder, run);
                foreach (string step in new[] { "dose", "report", "report --scenes 10000" }) Child(count, step, run);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        return 0;
    }

    /// <summary>One step in this process.</summary>
    public static int Once(string count, string step, string run)
    {
        long start = Stopwatch.GetTimestamp(), most = 0;
        using var look = new Timer(_ => most = Math.Max(most, GC.GetTotalMemory(false)), null, 0, 20);
        string left;
        if (step == "dose")
        {
            DoseResult made = DoseJob.Run(run);
            left = string.Join(", ", made.Files.Where(f => !f.EndsWith(".png", StringComparison.Ordinal))
                .Select(f => $"{Path.GetFileName(f)} {Kilobytes(f)} kB"));
        }
        else
        {
            ReportResult made = ReportJob.Run(run, step == "report" ? null
                : new() { ScenesShown = int.Parse(step.Split(' ')[^1], CultureInfo.InvariantCulture) });
            left = string.Create(CultureInfo.InvariantCulture, $"page {Kilobytes(made.Html)} kB, {made.ScenesShown} scenes on it; tables "
                + $"{made.Tables.Sum(t => Kilobytes(Path.Combine(made.TablesFolder, t)))} kB");
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long peak = long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {count} | {step} | {seconds:f1} | {peak} | {most >> 20} | {left} |"));
        return 0;
    }

    static void Child(int count, string step, string run)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            [typeof(Program).Assembly.Location, OneSwitch, count.ToString(CultureInfo.InvariantCulture), step, run]))!;
        child.WaitForExit();
        if (child.ExitCode != 0) throw new InvalidOperationException($"{step} of {count} scenes ended with {child.ExitCode}.");
    }

    static long Kilobytes(string file) => (new FileInfo(file).Length + 512) / 1024;
}
