using System.Diagnostics;
using System.Globalization;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.SceneDetection;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Finding scenes against ffmpeg decoding alone, in turns: how much of the decoder's speed is left.</summary>
static class SceneCutsBench
{
    public const string Switch = "scene-cuts";

    public static int Run(string[] args)
    {
        using var temp = new TempFolder();
        int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 7;
        string video = args.Length > 0 ? args[0] : Drawn(temp["v.mp4"]);
        var tools = FfmpegTools.Find();
        var info = VideoProbe.Read(video, tools);
        var small = new SmallFrames(info.FrameWidth, info.FrameHeight);
        long frames = 0;
        string[] names = ["ffmpeg -f null", "… and shrinking", "shots", "content"];
        Action[] work = [() => Decode(video, tools), () => Decode(video, tools, "-filter_threads", "1", "-vf", small.Filter),
            () => Find(new ShotDetector(new MinimumLength(0.6))), () => Find(new ContentDetector(27, new MinimumLength(0.6)))];
        var processor = names.Select(_ => new List<double>()).ToArray();
        double[] medians = Timing.Medians(rounds, [.. work.Select((piece, i) => (Action)(() =>
        {
            double before = ProcessorSeconds();
            piece();
            processor[i].Add(ProcessorSeconds() - before);
        }))]);
        double[] costs = [.. processor.Select(Timing.Median)];
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{names[i],-16} {frames / medians[i],8:0} frames/s   "
                + $"{medians[0] / medians[i]:0.00} of decoding   processor {1000 * costs[i] / frames:0.000} ms a frame, "
                + $"{costs[0] / costs[i]:0.00}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{info.Width}x{info.Height} {info.PixelFormat}, {frames} frames, medians of {rounds} rounds in turns"));
        return 0;

        void Find(ICutDetector detector) => frames = DetectionPass.Run(video, info, detector, ScoreKinds.None, null, tools,
            CancellationToken.None).Frames;
    }

    static void Decode(string video, FfmpegTools tools, params string[] filter)
    {
        var start = new ProcessStartInfo(tools.FfmpegPath);
        foreach (string word in (string[])["-v", "error", "-nostdin", "-i", video, "-map", "0:V:0", .. filter, "-f", "null", "-"])
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        process.WaitForExit();
    }

    /// <summary>Processor time of this process and of those it has started and that have ended; of the latter on Linux only.</summary>
    static double ProcessorSeconds()
    {
        const double ticks = 100;
        double own = Environment.CpuUsage.TotalTime.TotalSeconds;
        if (!OperatingSystem.IsLinux()) return own;
        string stat = File.ReadAllText("/proc/self/stat");
        // Behind the name, which may hold anything, the first field is the third; cutime and cstime are the 16th and 17th.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return own + (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / ticks;
    }

    /// <summary>Ten shots of moving gradients, 3000 frames of 640x360.</summary>
    static string Drawn(string path)
    {
        VideoWriter.Write(path, new(640, 360, new(25), 3000), static (i, rgb) =>
        {
            int shot = (int)(i / 300);
            for (int y = 0, at = 0; y < 360; y++)
                for (int x = 0; x < 640; x++, at += 3)
                    (rgb[at], rgb[at + 1], rgb[at + 2]) = ((byte)(x * (shot + 1) / 3 + 2 * i), (byte)(y + 40 * shot + (x ^ y) / 4),
                        (byte)((x + y + 3 * i) / 2));
        });
        return path;
    }
}
