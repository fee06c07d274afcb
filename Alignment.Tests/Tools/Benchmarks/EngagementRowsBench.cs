using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// The analysis of a large engagement file beside pandas and SciPy doing its t-tests: seconds and the most memory ever resident, each in
/// a process of its own,
/// taking turns. Ours does everything the command does by default (all tests, contrasts, models by video, JSON and CSV written); the
/// t-tests are a part.
/// </summary>
/// <example><c>dotnet run -c Release --project Alignment.Tests -- engagement-rows [rows 10000000] [rounds 3] [videos 500]</c></example>
static class EngagementRowsBench
{
    public const string Switch = "engagement-rows";

    /// <summary>Asks a child process for one analysis.</summary>
    public const string OneSwitch = "engagement-rows-once";

    const string Script = """
        import json, resource, sys, time
        start = time.perf_counter()
        import numpy, pandas, scipy
        from scipy import stats
        imported = time.perf_counter() - start
        frame = pandas.read_csv(sys.argv[1], dtype={'variant': 'category'} if len(sys.argv) > 2 else None)
        out = {}
        for metric in frame.columns[2:]:
            base = frame.loc[frame['variant'] == 'baseline', metric].dropna()
            for variant in frame['variant'].unique():
                if variant == 'baseline':
                    continue
                values = frame.loc[frame['variant'] == variant, metric].dropna()
                s, w = stats.ttest_ind(values, base), stats.ttest_ind(values, base, equal_var=False)
                out[metric + '/' + variant] = [s.statistic, s.pvalue, w.statistic, w.pvalue]
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps(dict(cpu=used.ru_utime + used.ru_stime, seconds=time.perf_counter() - start, imported=imported,
            peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            versions='pandas %s, SciPy %s, NumPy %s' % (pandas.__version__, scipy.__version__, numpy.__version__), tests=out)))
        """;

    public static int Run(string[] args)
    {
        int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        (int rows, int rounds, int videos) = (Argument(0, 10_000_000), Argument(1, 3), Argument(2, 500));
        string folder = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        try
        {
            var table = new BenchTable();
            string csv = Path.Combine(folder, "engagement.csv"), script = Path.Combine(folder, "reference.py");
            Write(csv, rows, videos);
            File.WriteAllText(script, Script);
            List<JsonElement> ours = [], theirs = [];
            for (int round = 0; round < rounds; round++)
            {
                ours.Add(Child(Environment.ProcessPath!,
                    [typeof(Program).Assembly.Location, OneSwitch, csv, Path.Combine(folder, "out"), "0"])!.Value);
                if (Child("/usr/bin/python3", [script, csv]) is { } peer) theirs.Add(peer);
            }
            double Median(List<JsonElement> of, string what) => Timing.Median([.. of.Select(o => o.GetProperty(what).GetDouble())]);
            double seconds = Median(ours, "seconds"), peak = Median(ours, "peak");
            table.Add($"{Text.Count(rows)} engagement rows", $"{seconds:f2} s, {peak:f0} MB",
                $"{new FileInfo(csv).Length >> 20} MB, {videos} videos, 3 metrics; {rows / seconds:f0} rows a second, "
                + $"{Median(ours, "cpu"):f1} s of processor; whole analysis, files written; median of {rounds}");
            JsonElement one = Child(Environment.ProcessPath!,
                [typeof(Program).Assembly.Location, OneSwitch, csv, Path.Combine(folder, "out"), "1"])!.Value;
            table.Add("… on one thread", $"{one.GetProperty("seconds").GetDouble():f2} s",
                $"the same bytes: {one.GetProperty("sha").GetString() == ours[0].GetProperty("sha").GetString()}");
            if (theirs.Count == 0) table.Add("… against pandas and SciPy", $"not measured",
                $"/usr/bin/python3 has no pandas or scipy here");
            else
            {
                double their = Median(theirs, "seconds"), theirPeak = Median(theirs, "peak");
                table.Add("ours ÷ pandas and SciPy, time", $"{seconds / their:f3} (goal 0.5)",
                    $"{their:f2} s with its imports ({Median(theirs, "imported"):f2} s); "
                    + $"{theirs[0].GetProperty("versions").GetString()}; Student and Welch only");
                table.Add("… processor time", $"{Median(ours, "cpu") / Median(theirs, "cpu"):f3}",
                    $"{Median(theirs, "cpu"):f1} s; counts for nobody what else runs");
                table.Add("… memory", $"{peak / theirPeak:f3} (goal 0.2)", $"{theirPeak:f0} MB");
                table.Add("largest difference of t and p", $"{Difference(ours[0], theirs[0]):g2}",
                    $"relative, of {theirs[0].GetProperty("tests").EnumerateObject().Count()} comparisons");
                if (Child("/usr/bin/python3", [script, csv, "category"]) is { } tuned)
                    table.Add("… pandas told that variants are a category",
                        $"{seconds / tuned.GetProperty("seconds").GetDouble():f3}, "
                        + $"{Median(ours, "cpu") / tuned.GetProperty("cpu").GetDouble():f3}, "
                        + $"{peak / tuned.GetProperty("peak").GetDouble():f3}",
                        $"time, processor time, memory: {tuned.GetProperty("seconds").GetDouble():f2} s, "
                        + $"{tuned.GetProperty("peak").GetDouble():f0} MB; one round");
            }
            table.Write(Path.Combine(Shared.Repository, "artifacts", "engagement-rows.md"), $"{Switch} {string.Join(' ', args)}".Trim());
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One analysis in this process; a line of JSON says what it took.</summary>
    public static int Once(string csv, string folder, string threads)
    {
        long start = Stopwatch.GetTimestamp();
        EngagementAnalysis made = AnalysisJob.Run(csv, folder, new() { Threads = int.Parse(threads, CultureInfo.InvariantCulture) });
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var tests = made.Metrics.SelectMany(m =>
            m.Comparisons.Select(c => (Key: $"{m.Metric}/{c.Variant}", Value: new[] { c.Student!.T, c.Student.P, c.Welch!.T, c.Welch.P })))
            .ToDictionary(x => x.Key, x => x.Value);
        long peak = long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        string sha = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, AnalysisFiles.Json))));
        Console.WriteLine(JsonSerializer.Serialize(new { seconds, cpu = Environment.CpuUsage.TotalTime.TotalSeconds, peak, sha, tests }));
        return 0;
    }

    static void Write(string path, int rows, int videos)
    {
        string[] variants = [.. new AnalysisOptions().Variants];
        using var csv = new StreamWriter(path, false, new System.Text.UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        csv.WriteLine("video_id,variant,CTR,CVR,watch_time");
        var random = new Random(11);
        Span<char> line = stackalloc char[128];
        for (int i = 0; i < rows; i++)
        {
            int variant = random.Next(variants.Length);
            double a = random.NextDouble() + random.NextDouble() + random.NextDouble(), b = random.NextDouble() + random.NextDouble(),
                c = random.NextDouble() + random.NextDouble() + random.NextDouble();
            line.TryWrite(CultureInfo.InvariantCulture,
                $"v{random.Next(videos):0000},{variants[variant]},{0.02 + 0.02 * a + 0.00002 * variant:f6},{0.01 + 0.01 * b:f6},"
                + $"{5 + 6 * c:f4}", out int length);
            csv.Write(line[..length]);
            csv.Write('\n');
        }
    }

    static double Difference(JsonElement ours, JsonElement theirs)
    {
        double worst = 0;
        foreach (JsonProperty test in theirs.GetProperty("tests").EnumerateObject())
            for (int i = 0; i < 4; i++)
            {
                double their = test.Value[i].GetDouble(), our = ours.GetProperty("tests").GetProperty(test.Name)[i].GetDouble();
                if (Math.Abs(their) > 1e-280) worst = Math.Max(worst, Math.Abs(our - their) / Math.Abs(their));
            }
        return worst;
    }

    // The last line a program prints, as JSON; null where it does not run.
    static JsonElement? Child(string program, string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
            foreach (string argument in arguments) start.ArgumentList.Add(argument);
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) return null;
            using var json = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
            return json.RootElement.Clone();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;   // no such program
        }
    }
}
