using System.Globalization;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Import;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// Importing a folder of Stable Diffusion 1.5's size beside plain copies: of the folder's weights (float16), and of what an import to
/// float32 writes. All take turns; a copy ends when its bytes are on the disk, as an import does. Between removing old files and writing
/// new ones each waits alike: a virtual machine that hands freed memory back to its host writes several times faster into memory that it
/// has freed a moment before.
/// </summary>
static class ImportSpeed
{
    public const string Switch = "import-speed";

    /// <summary>The issue's bars: time ÷ a copy's, and private memory above the start in gigabytes.</summary>
    const double MostTime = 2, MostMemory = 1;

    const int CopyBytes = 1 << 20;

    static readonly TimeSpan s_rest = TimeSpan.FromSeconds(6);

    public static int Run(string[] args)
    {
        string work = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : Path.Combine(Path.GetTempPath(), "alignment-full-size");
        int rounds = 3;
        for (int i = args.Length > 0 && args[0] == work ? 1 : 0; i < args.Length; i++)
            if (args[i] == "--rounds") rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
            else { Console.Error.WriteLine($"Unknown: {args[i]}"); return 2; }

        string folder = FullSizeFolder.Write(Path.Combine(work, "source")), copy = Path.Combine(work, "copy"),
            made = Path.Combine(work, "imported"), wide = Path.Combine(work, "wide");
        string[] weights = [.. Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories)];
        if (!Directory.Exists(wide)) DiffusersImport.Run(folder, wide);
        string[] written = [.. Directory.EnumerateFiles(wide, "*.onnx*")];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"source {Gigabytes(weights):f2} GB of float16; a float32 bundle {Gigabytes(written):f2} GB; load "
            + $"{File.ReadAllText("/proc/loadavg").Trim()}"));

        (string What, Func<double> Once)[] sides =
        [
            ("copy of the source", () => Copy(weights, copy)),
            ("import, float16", () => Import(folder, made, ModelPrecision.Float16)),
            ("import, float32", () => Import(folder, made, ModelPrecision.Float32)),
            ("copy of the float32 bundle", () => Copy(written, copy)),
        ];
        var times = sides.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < sides.Length; i++)
            {
                double before = Environment.CpuUsage.TotalTime.TotalSeconds;
                times[i].Add(sides[i].Once());
                double processor = Environment.CpuUsage.TotalTime.TotalSeconds - before;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"round {round}: {sides[i].What,-28} {times[i][^1]:f1} s, {processor:f1} s of processor  [private above the start "
                    + $"{s_peak:f3} GB]"));
            }
        double[] medians = [.. times.Select(Timing.Median)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"float16: {medians[1]:f1} s = {medians[1] / medians[0]:f2} x the copy of the source, which is as many bytes (allowed "
            + $"{MostTime})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"float32: {medians[2]:f1} s = {medians[2] / medians[0]:f2} x the copy of the source, {medians[2] / medians[3]:f2} x a copy "
            + $"of the bytes it writes (allowed {MostTime})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"most private memory above the start {s_worst:f3} GB (allowed {MostMemory}); load "
            + $"{File.ReadAllText("/proc/loadavg").Trim()}"));
        return medians[1] <= MostTime * medians[0] && medians[2] <= MostTime * medians[3] && s_worst <= MostMemory ? 0 : 1;
    }

    static double s_peak, s_worst;

    static double Import(string from, string to, ModelPrecision precision)
    {
        Clear(to);
        using var memory = new PrivateMemory();
        double seconds = Timing.Seconds(() => DiffusersImport.Run(from, to, new() { Precision = precision }));
        s_worst = Math.Max(s_worst, s_peak = memory.Peak);
        return seconds;
    }

    static double Copy(string[] files, string to)
    {
        Clear(to);
        Directory.CreateDirectory(to);
        s_peak = 0;
        byte[] buffer = new byte[CopyBytes];
        return Timing.Seconds(() =>
        {
            for (int i = 0; i < files.Length; i++)
            {
                using var from = new FileStream(files[i], FileMode.Open, FileAccess.Read, FileShare.Read, 0);
                using var into = new FileStream(Path.Combine(to, FormattableString.Invariant($"{i}")), FileMode.Create, FileAccess.Write,
                    FileShare.None, 0);
                for (int n; (n = from.Read(buffer)) > 0;) into.Write(buffer, 0, n);
                into.Flush(flushToDisk: true);
            }
        });
    }

    static void Clear(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Thread.Sleep(s_rest);
    }

    static double Gigabytes(string[] files) => files.Sum(f => new FileInfo(f).Length) / 1e9;

    /// <summary>The most private memory (not mapped files) of this process above that at the start, looked at every few
    /// milliseconds.</summary>
    sealed class PrivateMemory : IDisposable
    {
        readonly double _start = Now();
        readonly Timer _timer;
        double _peak;

        public PrivateMemory() => _timer = new(_ => _peak = Math.Max(_peak, Now()), null, 0, 5);

        public double Peak => Math.Max(0, Math.Max(_peak, Now()) - _start);

        static double Now() => long.Parse(string.Concat(File.ReadLines("/proc/self/status")
            .First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture)
            / (1024.0 * 1024);

        public void Dispose() => _timer.Dispose();
    }
}
