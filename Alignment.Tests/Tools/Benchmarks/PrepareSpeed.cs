using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Synthetic;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using SkiaSharp;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// From a scene's three files to the seven variants' heatmaps and controls, on one thread: still, mask and heatmap read and brought to
/// 512x512, normalised, scored, changed, seven JPEGs written, [M, A'] stacked. Beside it the codecs alone, and, where <c>python3</c> has
/// NumPy and OpenCV, the same procedure as research code has it, on one thread too. All take turns, a batch each; what is compared is the
/// processor time of each, so that whatever else runs on the machine counts for nobody.
/// </summary>
/// <example><c>dotnet run -c Release --project Alignment.Tests -- prepare-speed [scenes 1000] [memory 20000]</c></example>
static class PrepareSpeed
{
    public const string Switch = "prepare-speed";

    internal const int Side = 512;

    const int Width = 1280, Height = 720, Batch = 20, Drawn = 1000;

    static readonly VariantOptions s_options = new() { Width = Side, Height = Side };

    public static int Run(string[] args)
    {
        int scenes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000,
            memory = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20_000;
        string folder = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        try
        {
            var table = new BenchTable();
            SceneRecord[] records = Draw(Path.Combine(folder, "data"), Math.Min(scenes, Drawn));
            Measure(table, folder, records, scenes);
            Memory(table, folder, records, scenes, memory);
            table.Write(Path.Combine(Shared.Repository, "artifacts", "prepare-speed.md"), $"{Switch} {string.Join(' ', args)}".Trim());
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Ads of twelve scenes each; the product is absent from none, so that nothing is skipped.</summary>
    internal static SceneRecord[] Draw(string folder, int scenes)
    {
        const int perAd = 12;
        IReadOnlyList<AdDrawingOptions> ads = AdDrawing.Set((scenes + perAd - 1) / perAd,
            new() { Width = Width, Height = Height, Scenes = perAd, ScenesWithoutProduct = 0 });
        DrawnDataSet.Write(folder, [.. ads.Select((a, i) => a with { Seed = (ulong)i })]);
        return [.. ValidationJob.Scenes(folder).Take(scenes)];
    }

    static void Measure(BenchTable table, string folder, SceneRecord[] records, int scenes)
    {
        using var ours = new Ours(Path.Combine(folder, "ours"), records);
        using Reference? theirs = Reference.Start(folder, records);
        List<double> our = [], floor = [], their = [], wall = [], theirWall = [];
        for (int warm = 0; warm < 2; warm++) Turn(records, warm * Batch, ours.Scenes);
        theirs?.Turn(0, Batch);
        for (int at = 0; at + Batch <= scenes; at += Batch)
        {
            long start = Stopwatch.GetTimestamp();
            our.Add(Turn(records, at, ours.Scenes));
            wall.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            floor.Add(Turn(records, at, Each(ours.CodecsOnly)));
            if (theirs?.Turn(at, Batch) is not var (cpu, seconds)) continue;
            their.Add(cpu);
            theirWall.Add(seconds);
        }
        double ms = 1000 * Timing.Median(our) / Batch, floorMs = 1000 * Timing.Median(floor) / Batch;
        table.Add("prepare a scene, one thread", $"{1000 / ms:f1} scenes a second ({ms:f1} ms of processor)",
            $"{Width}x{Height} → {Side}x{Side}, {scenes} scenes, median of batches of {Batch}; wall clock "
            + $"{1000 * Timing.Median(wall) / Batch:f1} ms; peak {PeakMegabytes()} MB");
        table.Add("… ÷ the codecs alone", $"{ms / floorMs:f2}",
            $"Skia decodes the three files and encodes the different maps: {floorMs:f1} ms");
        if (their.Count == 0)
        {
            table.Add("… against NumPy and OpenCV", $"not measured", $"python3 has no cv2 or numpy here");
            return;
        }
        double theirMs = 1000 * Timing.Median(their) / Batch;
        table.Add("NumPy and OpenCV ÷ ours", $"{theirMs / ms:f2} (goal 3)",
            $"{theirMs:f1} ms of processor a scene; {theirs!.Versions}; wall clock {1000 * Timing.Median(theirWall) / Batch:f1} ms; peak "
            + $"{theirs.PeakMegabytes} MB; the same {Variant.All.Count} JPEGs a scene");
    }

    static void Memory(BenchTable table, string folder, SceneRecord[] records, int scenes, int more)
    {
        if (more <= scenes) return;
        using var ours = new Ours(Path.Combine(folder, "ours"), records);
        long before = PeakMegabytes();
        for (int at = 0; at + Batch <= more; at += Batch) Turn(records, at, ours.Scenes);
        table.Add("memory", $"{before} MB after {scenes} scenes, {PeakMegabytes()} MB after {more}",
            $"most ever resident; the {records.Length} scenes again and again");
    }

    /// <summary>Seconds of processor time, all threads, for a batch.</summary>
    static double Turn(SceneRecord[] records, int from, Action<SceneRecord[], int> work)
    {
        SceneRecord[] batch = [.. Enumerable.Range(from, Batch).Select(i => records[i % records.Length])];
        TimeSpan start = Environment.CpuUsage.TotalTime;
        work(batch, from);
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    static Action<SceneRecord[], int> Each(Action<SceneRecord, int> work) => (scenes, from) =>
    {
        for (int i = 0; i < scenes.Length; i++) work(scenes[i], from + i);
    };

    static long PeakMegabytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    /// <summary>
    /// The product's own chain, less its lossless maps, hashes and tables, and with the still, which `alignment variants` does not need.
    /// </summary>
    sealed class Ours : IDisposable
    {
        static readonly string[] s_columns = [SceneColumns.Image, SceneColumns.HeatmapModified, SceneColumns.AttentionScoreModified,
            SceneColumns.Control];

        readonly string _folder;
        readonly ITransformer _chain;
        SKBitmap? _small;

        public Ours(string folder, SceneRecord[] records)
        {
            _folder = Directory.CreateDirectory(folder).FullName;
            _chain = new SizeImageEstimator(new() { Width = Side, Height = Side }).Append(VariantPipeline.Of(s_options))
                .Append(new BuildControlEstimator(new())).Fit(SceneView.Of(records));
        }

        public void Scenes(SceneRecord[] scenes, int from)
        {
            IDataView view = _chain.Transform(SceneView.Of(scenes));
            using DataViewRowCursor cursor = view.GetRowCursor(s_columns.Select(c => view.Schema[c]));
            var row = new RowReader(cursor);
            var (image, attention, control) = (row.Floats(SceneColumns.Image), row.Floats(SceneColumns.HeatmapModified),
                row.Floats(SceneColumns.Control));
            ReadDoubles score = row.Doubles(SceneColumns.AttentionScoreModified);
            var encoded = new Dictionary<nint, byte[]>();
            long scene = -1;
            for (int v = 0; cursor.MoveNext(); v++)
            {
                if (row.Group != scene)
                {
                    (scene, v) = (row.Group, 0);
                    encoded.Clear();
                    _ = image();
                }
                ReadOnlySpan<float> map = attention();
                nint place = Address(map);   // variants that share a map share its array
                if (!encoded.TryGetValue(place, out byte[]? jpeg))
                {
                    _ = score();
                    encoded[place] = jpeg = VariantWriter.Jpeg(map, Side, Side);
                    _ = control();
                }
                AtomicFile.WriteBytes(Path.Combine(_folder, FormattableString.Invariant($"{(from + scene) % Drawn}-{v}.jpg")), jpeg,
                    durable: false);
            }
        }

        static unsafe nint Address(ReadOnlySpan<float> map)
        {
            fixed (float* first = map) return (nint)first;
        }

        /// <summary>
        /// As many maps encoded as differ in this scene: four in the middle window, three elsewhere; always the first scene's heatmap.
        /// </summary>
        public void CodecsOnly(SceneRecord scene, int index)
        {
            SKBitmap.Decode(scene.SceneImagePath).Dispose();
            SKBitmap.Decode(scene.KeywordMaskPath).Dispose();
            using SKBitmap map = SKBitmap.Decode(scene.AttentionHeatmapPath);
            int different = index % TemporalWindows.Count == 1 ? 4 : 3;
            _small ??= map.Resize(new SKImageInfo(Side, Side, SKColorType.Gray8), SKFilterQuality.Medium);
            using SKPixmap pixels = _small.PeekPixels();
            for (int i = 0; i < different; i++) pixels.Encode(new SKJpegEncoderOptions(PictureFile.DefaultJpegQuality,
                SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)).Dispose();
        }

        public void Dispose() => _small?.Dispose();
    }

    /// <summary>The other program: a line tells it which scenes to do, a line comes back with the seconds.</summary>
    sealed class Reference : IDisposable
    {
        const string Script = """
            import json, resource, sys, time
            import cv2
            import numpy as np
            cv2.setNumThreads(1)
            S, out = 512, sys.argv[2]
            scenes = [l.rstrip('\n').split('\t') for l in open(sys.argv[1], encoding='utf-8')]

            def modify_attention(a, m, alpha):
                b = a * (1 - m) + alpha * a * m
                total = b.sum()
                if total > 0:
                    b = b * (a.sum() / total)
                return np.clip(b, 0, 1)

            def placebo(a, m, alpha):
                region = np.roll(m, S // 2, axis=1) * (1 - m)
                rest = (1 - region) * (1 - m)
                b = a * (1 - region) + np.minimum(alpha * a, 1) * region
                gained, paying = b.sum() - a.sum(), (a * rest).sum()
                if paying > gained:
                    b = b * (1 - rest) + b * rest * (1 - gained / paying)
                return np.clip(b, 0, 1)

            def one(index):
                still, mask, heatmap = scenes[index % len(scenes)]
                rgb = cv2.resize(cv2.cvtColor(cv2.imread(still), cv2.COLOR_BGR2RGB), (S, S))
                image = np.ascontiguousarray((rgb.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1))
                m = (cv2.resize(cv2.imread(mask, cv2.IMREAD_GRAYSCALE), (S, S)).astype(np.float32) / 255 > 0.5).astype(np.float32)
                a = cv2.resize(cv2.imread(heatmap, cv2.IMREAD_GRAYSCALE), (S, S)).astype(np.float32) / 255
                window = index % 3
                for v in range(7):
                    if v == 6:
                        b = placebo(a, m, 1.5)
                    elif v == 4 or (1 <= v <= 3 and v - 1 == window):
                        b = modify_attention(a, m, 1.5)
                    elif v == 5 and window == 1:
                        b = modify_attention(a, m, 0.5)
                    else:
                        b = a.copy()
                    score = float((b * m).mean())
                    control = np.stack([m, b]).astype(np.float32)
                    cv2.imwrite('%s/%d-%d.jpg' % (out, index % 1000, v), (b * 255 + 0.5).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 95])
                return image, control, score

            print(json.dumps({'versions': 'Python %d.%d, NumPy %s, OpenCV %s' % (
                sys.version_info[0], sys.version_info[1], np.__version__, cv2.__version__)}), flush=True)
            for line in sys.stdin:
                start, count = map(int, line.split())
                wall, cpu = time.perf_counter(), time.process_time()
                for index in range(start, start + count):
                    one(index)
                print(json.dumps({'cpu': time.process_time() - cpu, 'wall': time.perf_counter() - wall,
                    'peak': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)
            """;

        readonly Process _process;

        Reference(Process process, string versions) => (_process, Versions) = (process, versions);

        public string Versions { get; }

        public long PeakMegabytes { get; private set; }

        /// <summary>Starts it; null where it cannot run.</summary>
        public static Reference? Start(string folder, SceneRecord[] records)
        {
            string script = Path.Combine(folder, "reference.py"), list = Path.Combine(folder, "scenes.tsv"),
                to = Directory.CreateDirectory(Path.Combine(folder, "theirs")).FullName;
            File.WriteAllText(script, Script);
            File.WriteAllLines(list, records.Select(r => $"{r.SceneImagePath}\t{r.KeywordMaskPath}\t{r.AttentionHeatmapPath}"));
            foreach (string python in new[] { "/usr/bin/python3", "python3" })
            {
                try
                {
                    var start = new ProcessStartInfo(python)
                    {
                        RedirectStandardInput = true,
                        RedirectStandardOutput = true,
                        RedirectStandardError = true
                    };
                    foreach (string argument in new[] { script, list, to }) start.ArgumentList.Add(argument);
                    Process process = Process.Start(start)!;
                    process.ErrorDataReceived += (_, _) => { };
                    process.BeginErrorReadLine();
                    if (process.StandardOutput.ReadLine() is { } line) return new(process,
                        JsonDocument.Parse(line).RootElement.GetProperty("versions").GetString()!);
                    process.Dispose();
                }
                catch (System.ComponentModel.Win32Exception)
                {
                    // No such program.
                }
            }
            return null;
        }

        /// <summary>Processor and wall-clock seconds of a batch.</summary>
        public (double Cpu, double Wall) Turn(int from, int count)
        {
            _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{from} {count}"));
            _process.StandardInput.Flush();
            using var json = JsonDocument.Parse(
                _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The reference ended."));
            PeakMegabytes = json.RootElement.GetProperty("peak").GetInt64();
            return (json.RootElement.GetProperty("cpu").GetDouble(), json.RootElement.GetProperty("wall").GetDouble());
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(5000)) _process.Kill();
            _process.Dispose();
        }
    }
}
