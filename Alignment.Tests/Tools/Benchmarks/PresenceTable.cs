using System.Globalization;
using Alignment.MLNet.Charts;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>How the attention on the product follows its presence in drawn stills: the table of docs/held-out.md, and a sheet of pictures
/// to look at.</summary>
static class PresenceTable
{
    public const string Switch = "presence";
    const int Scenes = 200, Shown = 24, Cell = 96;

    public static readonly float[] Levels = [0, 0.25f, 0.5f, 0.75f, 1];

    /// <summary>The mean attention share over the first <paramref name="scenes"/> stills at each of <see cref="Levels"/>.</summary>
    public static double[] MeanShares(ISaliencyPredictor saliency, int size, int scenes, StillUse use = StillUse.HeldOut)
    {
        var stills = new DrawnStills(new() { Use = use, Width = size, Height = size });
        double[] sums = new double[Levels.Length];
        float[] image = new float[3 * size * size], mask = new float[size * size], attention = new float[size * size];
        byte[] rgb = new byte[3 * size * size];
        for (int i = 0; i < scenes; i++)
        {
            DrawnStill still = stills.Still(i);
            for (int k = 0; k < Levels.Length; k++)
            {
                still.Fill(Levels[k], saliency, image, mask, attention, rgb);
                sums[k] += AttentionScore.Of(attention, mask).Share;
            }
        }
        return [.. sums.Select(s => s / scenes)];
    }

    public static int Run(string[] args)
    {
        Console.WriteLine("| pixels | predictor | p = 0 | 0.25 | 0.5 | 0.75 | 1 | last ÷ first |\n| ---: | --- | ---: | ---: | ---: | "
            + "---: | ---: | ---: |");
        foreach (int size in new[] { 96, 128 })
            foreach (string name in SaliencyPredictors.Names)
            {
                double[] shares = MeanShares(SaliencyPredictors.Parse(name), size, Scenes);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size} | {name} | "
                    + $"{string.Join(" | ", shares.Select(s => s.ToString("0.000", CultureInfo.InvariantCulture)))} | "
                    + $"{shares[^1] / shares[0]:0.00} |"));
            }
        Times();
        if (args is [var sheet]) Sheet(sheet);
        return 0;
    }

    static void Times()
    {
        foreach (int size in new[] { 64, 96, 128 })
        {
            var stills = new DrawnStills(new() { Width = size, Height = size });
            byte[] rgb = new byte[3 * size * size];
            float[] map = new float[size * size];
            long next = 0;
            DrawnStill still = stills.Still(0);
            double[] seconds = Timing.Medians(200, [() => stills.Still(next++), () => still.Render(0.5f, rgb),
                .. SaliencyPredictors.Names.Select<string, Action>(n =>
            {
                ISaliencyPredictor saliency = SaliencyPredictors.Parse(n);
                return () => saliency.Predict(rgb, size, size, map);
            })]);
            string[] what = ["plan and background", "render", .. SaliencyPredictors.Names];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size}x{size}, µs: "
                + $"{string.Join(", ", what.Zip(seconds, (w, s) => string.Create(CultureInfo.InvariantCulture, $"{w} {1e6 * s:0}")))}"));
        }
    }

    /// <summary>Stills at p = 0, ½ and 1, and what the smoothed predictors make of them.</summary>
    static void Sheet(string path)
    {
        string folder = Directory.CreateTempSubdirectory("alignment-presence-").FullName;
        var stills = new DrawnStills(new() { Use = StillUse.HeldOut });
        DrawnStill[] shown = [.. Enumerable.Range(0, Shown).Select(i => stills.Still(i))];
        float[] levels = [0, 0.5f, 1];
        string[] predictors = ["spectral_residual.smoothed", "fine_grained.smoothed"];
        string[] columns = [.. levels.Select(p => string.Create(CultureInfo.InvariantCulture, $"p {p}")),
            .. predictors.SelectMany(n => levels.Select(p => string.Create(CultureInfo.InvariantCulture, $"{n[..8]} {p}")))];
        string File(int r, int c) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{r}-{c}.png"));
        for (int r = 0; r < shown.Length; r++)
        {
            var (width, height) = (shown[r].Width, shown[r].Height);
            for (int c = 0; c < columns.Length; c++)
            {
                byte[] rgb = new byte[3 * width * height];
                float[] map = new float[width * height];
                shown[r].Render(levels[c % 3], rgb);
                if (c < 3) PictureFile.WritePng(File(r, c), new(width, height, rgb));
                else
                {
                    SaliencyPredictors.Parse(predictors[c / 3 - 1]).Predict(rgb, width, height, map);
                    PictureFile.WritePngGrey(File(r, c), width, height, Array.ConvertAll(map, a => (byte)(a * 255 + 0.5f)));
                }
            }
        }
        ContactSheet.Write(path, [.. shown.Select(s => s.Prompt)], columns, File, Cell);
        Directory.Delete(folder, recursive: true);
        Console.WriteLine($"Written to {path}");
    }
}
