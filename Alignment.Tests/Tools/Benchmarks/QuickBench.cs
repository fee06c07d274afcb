using System.Globalization;
using Alignment.MLNet.Synthetic;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;
using SkiaSharp;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// The measurements that tell within five minutes whether something became slow: what an edit costs, reading pictures, variants,
/// validation.
/// </summary>
static class QuickBench
{
    public const string Switch = "quick";

    const int Side = 128, LoopRounds = 9, SplitRounds = 31, Pictures = 24, ReadRounds = 9, ReadSide = 512, VariantSide = 512;

    const double MostLoopSeconds = 60;

    /// <returns>0 where the bar on the loop's overhead is met, else 1.</returns>
    public static int Run()
    {
        var table = new BenchTable();
        string folder = Path.Combine(Shared.Repository, "onnx", "bundles", "tiny");

        LoopOverhead.Result loop = LoopOverhead.Measure(folder, Side, LoopRounds, MostLoopSeconds);
        table.Add("edit ÷ the same runs alone", $"{loop.Ratio:f4} (allowed {LoopOverhead.MostAllowed:f2})",
            $"medians {loop.Edit * 1000:f0} ms ÷ {loop.Runs * 1000:f0} ms, tiny bundle, {Side}x{Side}, {LoopOverhead.Steps} steps, "
            + $"{loop.Rounds} rounds in turns");
        table.Add("edit, per step", $"{loop.Edit / LoopOverhead.Steps * 1000:f1} ms",
            $"the edit above ÷ {LoopOverhead.Steps}, encoding and decoding included");

        EditSplit split = EditSplit.Measure(ModelBundle.Open(folder), Side, SplitRounds, pictures: 1, WeightPrepacking.On,
            loaded: _ => { });
        table.Add("step: ControlNet, UNet", $"{split.ControlNet * 1000:f1} ms, {(split.Step - split.ControlNet) * 1000:f1} ms",
            $"a batch of two; medians of {SplitRounds}; UNet = both − ControlNet");
        table.Add("once a scene: VAE encoder, decoder", $"{split.VaeEncoder * 1000:f1} ms, {split.VaeDecoder * 1000:f1} ms",
            $"the decoder once an edit");
        table.Add("once a prompt: text encoder", $"{split.TextEncoder * 1000:f1} ms", $"77 tokens");

        Reading(table);
        MakingVariants(table);
        var scenes = new ManyScenes();
        try
        {
            var (valid, seconds, peak) = scenes.Validate();
            table.Add($"validate {valid.ToString("n0", CultureInfo.InvariantCulture)} scenes", $"{seconds:f1} s, {peak} MB",
                $"headers only, files just written; private memory above the start");
        }
        finally
        {
            scenes.Remove();
        }
        table.Write(Path.Combine(Shared.Repository, "artifacts", "bench.md"), "./build.sh --target=Bench");
        return loop.Ratio <= LoopOverhead.MostAllowed ? 0 : 1;
    }

    static void Reading(BenchTable table)
    {
        using var folder = new TempFolder();
        var ad = new AdDrawingOptions { Width = 1280, Height = 720, Scenes = 4 };
        var drawn = AdDrawing.Draw(ad);
        byte[] rgb = new byte[ad.Width * ad.Height * 3];
        string[] files = [.. Enumerable.Range(0, Pictures).Select(i => folder[FormattableString.Invariant($"{i}.jpg")])];
        for (int i = 0; i < Pictures; i++)
        {
            drawn.Render(i * (drawn.Frames - 1) / Pictures, rgb);
            PictureFile.WriteJpeg(files[i], new RgbPicture(ad.Width, ad.Height, rgb));
        }
        float[] to = new float[3 * ReadSide * ReadSide];
        double[] medians = Timing.Medians(ReadRounds, () =>
        {
            foreach (string file in files) PictureFile.ReadRgb(file, ReadSide, ReadSide, to);
        }, () =>
        {
            foreach (string file in files) SKBitmap.Decode(file).Dispose();
        });
        table.Add("read a still, one thread", $"{Pictures / medians[0]:f0} a second",
            $"JPEG 1280x720 → float [3,{ReadSide},{ReadSide}], area-averaged; {ReadRounds} rounds of {Pictures}");
        table.Add("… ÷ Skia's bare decode", $"{medians[0] / medians[1]:f2}", $"SKBitmap.Decode alone: {Pictures / medians[1]:f0} a second");
    }

    static void MakingVariants(BenchTable table)
    {
        using var folder = new TempFolder();
        var ads = AdDrawing.Set(2, new() { Width = 640, Height = 360, Scenes = 12 });
        DrawnDataSet.Write(folder["data"], ads);
        VariantJob.Run(folder["data"], folder["warm"], new() { Width = VariantSide, Height = VariantSide });
        VariantResult? report = null;
        double seconds = Timing.Seconds(() =>
            report = VariantJob.Run(folder["data"], folder["out"], new() { Width = VariantSide, Height = VariantSide }));
        table.Add("make the seven variants", $"{report!.Scenes / seconds:f1} scenes a second",
            $"{report.Scenes} scenes at {VariantSide}x{VariantSide}, maps, JPEGs and tables written");
    }
}
