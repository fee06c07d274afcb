using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Heatmaps from a gaze file of many rows in no order: how fast, and in how much memory.</summary>
static class GazeRows
{
    public const string Switch = "gaze-rows";

    const int Width = 640, Height = 360, FramesPerScene = 50;

    public static int Run(string[] args)
    {
        int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        (int rows, int videos, int scenes) = (Argument(0, 10_000_000), Argument(1, 20), Argument(2, 50));
        using var folder = new TempFolder();
        string gaze = Write(folder, rows, videos, scenes);
        long bytes = new FileInfo(gaze).Length;
        double reading = Timing.Seconds(() => ReadAlone(gaze));   // also brings the file into the system's cache

        GC.Collect();
        long before = PrivateMegabytes(), peak = before;
        double started = Processor();
        var steps = new Steps();
        AttentionResult? report = null;
        double all;
        using (new Timer(_ => peak = Math.Max(peak, PrivateMegabytes()), null, 0, 20))
            all = Timing.Seconds(() => report = AttentionJob.Run(folder["data"], new() { GazeFile = gaze, ContactSheets = false }, steps));
        string N(double x) => x.ToString("N0", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{N(rows)} rows ({N(bytes >> 20)} MB), {N(videos * scenes)} scenes of {Width}x{Height}: {N(report!.Gaze!.RowsUsed)} used"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rows read, checked and sorted by scene: {steps.Reading:f2} s, "
            + $"{N(rows / steps.Reading)} rows/s; processor time {steps.Processor:f2} s, {N(rows / steps.Processor)} rows a processor "
            + $"second ({steps.Reading / reading:f1} times the bare reading of the file, {reading:f2} s)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"density, blur, 16-bit PNG: {all - steps.Reading:f2} s, "
            + $"{videos * scenes / (all - steps.Reading):f1} scenes/s; processor time {Processor() - started - steps.Processor:f2} s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"most private memory above the start: {N(peak - before)} MB"));
        return 0;
    }

    static string Write(TempFolder folder, int rows, int videos, int scenes)
    {
        byte[] pixels = new byte[3 * Width * Height];
        for (int v = 0; v < videos; v++)
        {
            string id = Id(v), to = folder["data", "video_scene_cuts", id];
            Directory.CreateDirectory(to);
            for (int n = 1; n <= scenes; n++)
            {
                string still = Path.Combine(to, FormattableString.Invariant($"{id}-Scene-{n:000}-01.jpg"));
                if (v + n == 1) PictureFile.WriteJpeg(still, new(Width, Height, pixels));
                else File.Copy(Path.Combine(folder["data", "video_scene_cuts", Id(0)], Id(0) + "-Scene-001-01.jpg"), still);
            }
            SceneList.FromStarts(new(25), [.. Enumerable.Range(0, scenes).Select(s => (long)s * FramesPerScene)],
                (long)scenes * FramesPerScene).Write(Path.Combine(to, "scenes.csv"));
        }
        string path = folder["gaze.csv"];
        using var csv = new StreamWriter(path);
        csv.WriteLine("video_id,participant,time_seconds,x,y,duration_seconds");
        var random = new Random(3);
        double end = scenes * FramesPerScene / 25.0;
        for (int i = 0; i < rows; i++)
            csv.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Id(random.Next(videos))},p{random.Next(200)},{random.NextDouble() * end:f3},{Width / 2 + 90 * Normal(random):f2},"
                + $"{Height / 2 + 60 * Normal(random):f2},{random.NextDouble() * 0.5 + 0.02:f3}"));
        return path;
    }

    static string Id(int v) => string.Create(CultureInfo.InvariantCulture, $"ad-{v:000}");

    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    static void ReadAlone(string path)
    {
        byte[] buffer = new byte[1 << 20];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        while (file.Read(buffer) > 0)
        {
        }
    }

    /// <summary>Processor seconds of this process: on a shared machine they say more than the clock.</summary>
    static double Processor()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    static long PrivateMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PrivateMemorySize64 >> 20;
    }

    /// <summary>When reading began and ended, by the progress.</summary>
    sealed class Steps : IProgress<WorkProgress>
    {
        readonly long _start = Stopwatch.GetTimestamp();

        readonly double _processor = GazeRows.Processor();

        public double Reading { get; private set; }

        public double Processor { get; private set; }

        public void Report(WorkProgress value)
        {
            if (value.Stage == "reading gaze") (Reading, Processor) = (Stopwatch.GetElapsedTime(_start).TotalSeconds,
                GazeRows.Processor() - _processor);
        }
    }
}
