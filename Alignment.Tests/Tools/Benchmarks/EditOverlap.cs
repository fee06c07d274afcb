using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Synthetic;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>The demo's 54 edits with and without overlap of the codecs' and the VAE's work with the denoising, in turns; ratio of the
/// medians.</summary>
static class EditOverlap
{
    public const string Switch = "edit-overlap";

    public static int Run(string[] args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5,
            batch = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2;
        string work = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        try
        {
            string data = Path.Combine(work, "data"), made = Path.Combine(work, "variants");
            DrawnDataSet.Write(data, AdDrawing.Set(3, new() { Seed = 1 }));
            string csv = Path.Combine(work, ValidScenesCsv.FileName);
            ValidationJob.Run(data, csv);
            VariantJob.Run(csv, made, new() { Width = 128, Height = 72 });
            VariantSet set = VariantSet.Open(made);
            ModelBundle bundle = ModelBundle.Open(Path.Combine(Shared.Repository, "onnx", "bundles", "tiny"));
            int[] aheads = [0, 1, 2];
            double[][] seconds = [.. aheads.Select(_ => new double[rounds])];
            EditTiming?[] timing = new EditTiming?[aheads.Length];
            long edits = 0;
            for (int r = -1; r < rounds; r++)   // one round first, to warm up
                for (int i = 0; i < aheads.Length; i++)
                {
                    string to = Path.Combine(work, "out");
                    EditResult? result = null;
                    double took = Timing.Seconds(() => result = EditJob.Run(set, bundle, to,
                        new() { Edit = new() { InferenceSteps = 20, Batch = batch, Seed = 1 }, Ahead = aheads[i] }));
                    if (r >= 0) seconds[i][r] = took;
                    (timing[i], edits) = (result!.Timing, result.EditsMade);
                    Directory.Delete(to, recursive: true);
                }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{edits} edits of the demo's scenes at 128x72, batch {batch}, "
                + $"medians of {rounds} rounds in turns, loading and looking at what is there included; {Environment.ProcessorCount} "
                + $"cores, load {Load()}"));
            Console.WriteLine("| scenes ahead | s | edits/s | of none ahead | last round: denoising, s | reading and encoding, s | "
                + "decoding and writing, s |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            for (int i = 0; i < aheads.Length; i++)
            {
                double median = Timing.Median(seconds[i]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {aheads[i]} | {median:f2} | {edits / median:f2} | "
                    + $"{median / Timing.Median(seconds[0]):f3} | {timing[i]!.DenoiseSeconds:f2} | {timing[i]!.PrepareSeconds:f2} | "
                    + $"{timing[i]!.FinishSeconds:f2} |"));
            }
            return 0;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    public static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3))
        : "unknown";
}
