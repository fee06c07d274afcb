using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.HeldOut;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;
using Alignment.Transforms.Images.Quality;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// What latent blending and the region's options do to edits of held-out drawn scenes: the seam along the region's border, PSNR and SSIM
/// inside it (baseline's map), and how far the control moves attention (boost and reduction against baseline, by both predictors).
/// </summary>
static class BlendStudy
{
    public const string Switch = "blend-study";

    const int ShownScenes = 3;

    static readonly EditRegionOptions s_region = new();

    static readonly (string What, Func<EditOptions, EditOptions> Change)[] s_ways =
    [
        ("no blending", o => o with { BlendLatents = false }),
        ("blending", o => o),
    ];

    static readonly (string What, EditRegionOptions Region)[] s_regions =
    [
        ("feather 0", s_region with { Feather = 0 }),
        ("feather 2", s_region with { Feather = 2 }),
        ("feather 8", s_region with { Feather = 8 }),
        ("feather 16", s_region with { Feather = 16 }),
        ("dilation 4", s_region with { Dilation = 4 }),
        ("dilation 8", s_region with { Dilation = 8 }),
        ("dilation 16", s_region with { Dilation = 16 }),
    ];

    public static int Run(string[] args)
    {
        ModelBundle bundle = ModelBundle.Open(Path.Combine(Shared.Repository, "onnx", "bundles", "tiny"));
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 24,
            side = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 128;
        HeldOutScene[] scenes = HeldOutEdits.Scenes(count, side);
        ISaliencyPredictor[] predictors = [SaliencyPredictors.Parse("spectral_residual"), SaliencyPredictors.Parse("fine_grained")];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} scenes of {side}x{side}, the bundle's strength and guidance; means\n"));
        Console.WriteLine("| way | seam, levels | PSNR inside, dB | SSIM | boost − baseline: trained, other | reduction − baseline: "
            + "trained, other |\n| --- | ---: | ---: | ---: | --- | --- |");
        List<byte[]>[] sheet = [.. scenes.Take(ShownScenes).Select(s => new List<byte[]> { s.Rgb })];
        foreach (var (what, change) in s_ways)
        {
            EditOptions options = change(new EditOptions { Width = side, Height = side, Batch = 3 });
            using var editor = new DiffusionEditor(bundle, options);
            float[][][] edits = [.. scenes.Select(s => editor.Edit(Scene(editor, s)).ToArray())];
            Row(what, options.Region, scenes, edits, predictors, sheet);
            if (what is not "blending") continue;
            foreach (var (name, region) in s_regions) Row(what + ", " + name, region, scenes, edits, predictors, sheet);
        }
        if (args.Length > 2) WriteSheet(args[2], sheet, side);
        return 0;
    }

    /// <summary>A row a scene: the source, then the boost's edit of every way, twice as large.</summary>
    static void WriteSheet(string path, List<byte[]>[] rows, int side)
    {
        const int Scale = 2, Gap = 4;
        int cell = Scale * side + Gap, width = rows[0].Count * cell - Gap, height = rows.Length * cell - Gap;
        byte[] sheet = new byte[3 * width * height];
        sheet.AsSpan().Fill(byte.MaxValue);
        for (int r = 0; r < rows.Length; r++)
            for (int c = 0; c < rows[r].Count; c++)
                for (int y = 0; y < Scale * side; y++)
                    for (int x = 0; x < Scale * side; x++)
                        rows[r][c].AsSpan(3 * (y / Scale * side + x / Scale), 3)
                            .CopyTo(sheet.AsSpan(3 * ((r * cell + y) * width + c * cell + x)));
        PictureFile.WritePng(path, new RgbPicture(width, height, sheet));
    }

    static EditInput Scene(DiffusionEditor editor, HeldOutScene s) => new()
    {
        SceneId = s.Id,
        Prompt = editor.Options.PromptFor(s.Still.Keyword),
        Image = s.Image,
        Controls = [Control(s, s.Attention), Control(s, s.Changed(Variant.BoostAlpha)), Control(s, s.Changed(Variant.ReductionAlpha))],
    };

    static ReadOnlyMemory<float> Control(HeldOutScene s, float[] map) => (float[])[.. s.Mask, .. map];

    static void Row(string what, EditRegionOptions options, HeldOutScene[] scenes, float[][][] edits, ISaliencyPredictor[] predictors,
        List<byte[]>[] sheet)
    {
        double seam = 0, psnr = 0, ssim = 0;
        double[][] share = [new double[3], new double[3]];
        for (int i = 0; i < scenes.Length; i++)
        {
            HeldOutScene s = scenes[i];
            EditRegion region = EditRegion.FromMask(s.Mask, s.Width, s.Height, options);
            byte[][] made = [.. edits[i].Select(e => Compositor.Composite(s.Rgb, e, s.Width, s.Height, region))];
            byte[] inside = [.. s.Mask.Select(m => (byte)(m > 0.5f ? 255 : 0))];
            seam += Seam(s, region, made[0]) / scenes.Length;
            psnr += PixelChange.Of(s.Rgb, made[0], inside).PsnrDb!.Value / scenes.Length;
            ssim += StructuralSimilarity.Mean(s.Rgb, made[0], s.Width,
                (region.Left, region.Top, region.BoundsWidth, region.BoundsHeight))!.Value / scenes.Length;
            float[] map = new float[s.Mask.Length];
            for (int p = 0; p < predictors.Length; p++)
                for (int c = 0; c < 3; c++)
                {
                    predictors[p].Predict(made[c], s.Width, s.Height, map);
                    share[p][c] += AttentionScore.Of(map, s.Mask).Share / scenes.Length;
                }
            if (i < sheet.Length) sheet[i].Add(made[1]);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {seam:f2} | {psnr:f2} | {ssim:f4} | "
            + $"{share[0][1] - share[0][0]:+0.0000;-0.0000}, {share[1][1] - share[1][0]:+0.0000;-0.0000} | "
            + $"{share[0][2] - share[0][0]:+0.0000;-0.0000}, {share[1][2] - share[1][0]:+0.0000;-0.0000} |"));
    }

    /// <summary>
    /// How much more two neighbours across the region's border differ than they did in the source: the mean over all pairs of a pixel
    /// inside and a 4-neighbour outside, and over the colours, of |(edit inside − outside) − (source inside − outside)|. Outside nothing
    /// changed, so it is the change of the border's inner pixels.
    /// </summary>
    static double Seam(HeldOutScene s, EditRegion region, byte[] made)
    {
        double sum = 0;
        long pairs = 0;
        for (int y = 0; y < s.Height; y++)
            for (int x = 0; x < s.Width; x++)
            {
                if (!(region[x, y] > 0)) continue;
                foreach (var (dx, dy) in new[] { (1, 0), (-1, 0), (0, 1), (0, -1) })
                {
                    if (x + dx < 0 || y + dy < 0 || x + dx >= s.Width || y + dy >= s.Height || region[x + dx, y + dy] > 0) continue;
                    pairs += 3;
                    for (int c = 0; c < 3; c++) sum += Math.Abs(made[3 * (y * s.Width + x) + c] - s.Rgb[3 * (y * s.Width + x) + c]);
                }
            }
        return pairs == 0 ? 0 : sum / pairs;
    }
}
