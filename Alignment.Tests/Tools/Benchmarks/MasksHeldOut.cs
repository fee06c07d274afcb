using System.Globalization;
using System.Text;
using Alignment.MLNet.Charts;
using Alignment.MLNet.Masks;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Images;
using Alignment.Transforms.Masks;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// What a bundle's CLIPSeg makes of drawn scenes that no training has seen: IoU of the masks of the product that is there, area of the
/// masks of products that are not, by size, product and wording; see docs/masks.md.
/// </summary>
static class MasksHeldOut
{
    public const string Switch = "masks-held-out";

    const int Scenes = 100, Shown = 24;
    const double LeastIou = 0.7, MostAbsent = 0.02;
    const float LeastPresence = 0.3f;

    static readonly (int Width, int Height)[] s_sizes = [(128, 128), (128, 72), (96, 96), (640, 360)];

    /// <summary>Ways to name what is there; {0} the product, {1} its colour.</summary>
    static readonly (string Name, Func<DrawnStill, string> Text)[] s_wordings =
    [
        ("bottle", s => s.Keyword), ("Bottle", s => char.ToUpperInvariant(s.Keyword[0]) + s.Keyword[1..]),
            ("BOTTLE", s => s.Keyword.ToUpperInvariant()), ("a bottle", s => $"a {s.Keyword}"),
                ("bottles", s => s.Keyword + (s.Keyword == "box" ? "es" : "s")),
        ("red bottle", s => $"{s.Colour} {s.Keyword}"), ("a red bottle", s => $"a {s.Colour} {s.Keyword}"),
            ("the red bottle", s => $"the {s.Colour} {s.Keyword}"),
    ];

    /// <summary>What is not in any drawing.</summary>
    static readonly string[] s_others = ["car", "dog", "person", "laptop", "pizza", "tree"];

    /// <param name="bundle">Whose CLIPSeg is measured.</param>
    /// <param name="output">Gets table, rows and pictures.</param>
    /// <param name="scenes">How many of each size.</param>
    /// <param name="seed">Of the scenes; any but 0 draws other ones than the documented table's, to choose settings on.</param>
    /// <returns>0 where both bars are met at every size, else 1.</returns>
    public static int Run(string bundle, string output, string? scenes, string? seed)
    {
        ulong of = seed is null ? 0 : ulong.Parse(seed, CultureInfo.InvariantCulture);
        int count = scenes is null ? Scenes : int.Parse(scenes, CultureInfo.InvariantCulture);
        ClipSegPart part = ClipSegPart.Open(ModelBundle.Open(bundle));
        var text = new StringBuilder();
        var csv = new StringBuilder("width,height,scene,product,colour,presence,coverage,iou,absent,absent_area,empty_area\n");
        bool met = true;
        Line(text, "| scenes | IoU, mean | median | least | below ½ | absent product, mean area | largest | no product at all, mean area "
            + "|\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var byProduct = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
        using var masker = new KeywordMasker(part, new());
        foreach (var (width, height) in s_sizes)
        {
            var stills = new DrawnStills(new() { Seed = of, Use = StillUse.HeldOut, Width = width, Height = height });
            var rows = Enumerable.Range(0, count).Select(i => Measure(masker, stills.Still(i), csv)).ToList();
            foreach (var row in rows) (byProduct.TryGetValue(row.Still.Keyword, out List<double>? list) ? list
                : byProduct[row.Still.Keyword] = []).Add(row.Iou);
            double[] sorted = [.. rows.Select(r => r.Iou).Order()];
            double mean = sorted.Average(), absent = rows.Average(r => r.Absent);
            met &= mean >= LeastIou && absent < MostAbsent;
            Line(text, string.Create(CultureInfo.InvariantCulture, $"| {count} of {width}x{height} | {mean:0.000} | "
                + $"{sorted[sorted.Length / 2]:0.000} | {sorted[0]:0.000} | {sorted.Count(x => x < 0.5)} | {100 * absent:0.00} % | "
                + $"{100 * rows.Max(r => r.Absent):0.0} % | {100 * rows.Average(r => r.Empty):0.00} % |"));
        }
        Line(text, "\n| product | " + string.Join(" | ", byProduct.Keys) + " |\n| --- |" + string.Concat(byProduct.Select(_ => " ---: |")));
        Line(text, "| IoU, mean | " + string.Join(" | ",
            byProduct.Values.Select(v => v.Average().ToString("0.000", CultureInfo.InvariantCulture))) + " |");
        Wordings(text, masker, count, of);
        Finishes(text, part, count, of);
        Directory.CreateDirectory(output);
        AtomicFile.WriteText(Path.Combine(output, "masks-held-out.md"), text.ToString());
        AtomicFile.WriteText(Path.Combine(output, "masks-held-out.csv"), csv.ToString());
        Sheet(Path.Combine(output, "masks-held-out.png"), masker, of);
        Console.Write(text);
        return met ? 0 : 1;
    }

    static float PresenceOf(long index) => LeastPresence + (1 - LeastPresence) * (index % 8) / 7;

    static string AbsentOf(DrawnStill still) =>
        DrawnStills.Keywords[(int)((int)still.Product + 1 + still.Index % (DrawnStills.Keywords.Count - 1)) % DrawnStills.Keywords.Count];

    static (DrawnStill Still, double Iou, double Absent, double Empty) Measure(KeywordMasker masker, DrawnStill still, StringBuilder csv)
    {
        float presence = PresenceOf(still.Index);
        string absent = AbsentOf(still);
        RgbPicture picture = Picture(still, presence);
        IReadOnlyList<KeywordMask> masks = masker.Make(picture, [still.Keyword, absent]);
        byte[] empty = new byte[picture.Pixels.Length];
        still.RenderWithout(empty);
        double iou = Iou(masks[0].Mask, still.Mask()), area = masks[1].Mask.Average(),
            none = masker.Make(picture with { Pixels = empty }, [still.Keyword])[0].Mask.Average();
        csv.Append(CultureInfo.InvariantCulture,
            $"{still.Width},{still.Height},{still.Index},{still.Keyword},{still.Colour},{presence:0.00},{still.Coverage:0.0000},"
            + $"{iou:0.0000},{absent},{area:0.0000},{none:0.0000}\n");
        return (still, iou, area, none);
    }

    static void Wordings(StringBuilder text, KeywordMasker masker, int count, ulong of)
    {
        var stills = new DrawnStills(new() { Seed = of, Use = StillUse.HeldOut });
        string[] names = [.. s_wordings.Select(w => w.Name)];
        double[] ious = new double[names.Length], areas = new double[s_others.Length];
        for (int i = 0; i < count; i++)
        {
            DrawnStill still = stills.Still(i);
            IReadOnlyList<KeywordMask> masks = masker.Make(Picture(still, PresenceOf(i)),
                [.. s_wordings.Select(w => w.Text(still)), .. s_others]);
            byte[] truth = still.Mask();
            for (int k = 0; k < names.Length; k++) ious[k] += Iou(masks[k].Mask, truth) / count;
            for (int k = 0; k < s_others.Length; k++) areas[k] += masks[names.Length + k].Mask.Average() / count;
        }
        Line(text, "\n| named as | " + string.Join(" | ", names) + " |\n| --- |" + string.Concat(names.Select(_ => " ---: |")));
        Line(text, "| IoU, mean | " + string.Join(" | ", ious.Select(v => v.ToString("0.000", CultureInfo.InvariantCulture))) + " |");
        Line(text, "\n| never drawn | " + string.Join(" | ", s_others) + " |\n| --- |" + string.Concat(s_others.Select(_ => " ---: |")));
        Line(text, "| mean area, % | " + string.Join(" | ", areas.Select(v => (100 * v).ToString("0.00", CultureInfo.InvariantCulture)))
            + " |");
    }

    /// <summary>What refinement and the choice of pieces do, on scenes larger than the model's pictures.</summary>
    static void Finishes(StringBuilder text, ClipSegPart part, int count, ulong of)
    {
        (string Name, KeywordMaskOptions Options)[] ways = [("plain", new()),
            ("bare prompt only", new() { Prompts = [KeywordMaskOptions.KeywordPlaceholder] }), ("--refine", new() { Refine = true }),
                ("--largest-components 1", new() { LargestComponents = 1 }), ("both", new() { Refine = true, LargestComponents = 1 })];
        var stills = new DrawnStills(new() { Seed = of, Use = StillUse.HeldOut, Width = 640, Height = 360 });
        Line(text, "\n| 640x360 | " + string.Join(" | ", ways.Select(w => w.Name)) + " |\n| --- |"
            + string.Concat(ways.Select(_ => " ---: |")));
        var means = new List<string>();
        foreach (var (_, options) in ways)
        {
            using var masker = new KeywordMasker(part, options);
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                DrawnStill still = stills.Still(i);
                sum += Iou(masker.Make(Picture(still, PresenceOf(i)), [still.Keyword])[0].Mask, still.Mask());
            }
            means.Add((sum / count).ToString("0.000", CultureInfo.InvariantCulture));
        }
        Line(text, $"| IoU, mean | {string.Join(" | ", means)} |");
    }

    /// <summary>Stills with the mask of the product and of an absent one drawn over them, and the probabilities.</summary>
    static void Sheet(string path, KeywordMasker masker, ulong of)
    {
        using var folder = new TempFolder();
        var stills = new DrawnStills(new() { Seed = of, Use = StillUse.HeldOut });
        DrawnStill[] shown = [.. Enumerable.Range(0, Shown).Select(i => stills.Still(i))];
        string File(int row, int column) => folder[string.Create(CultureInfo.InvariantCulture, $"{row}-{column}.png")];
        for (int r = 0; r < shown.Length; r++)
        {
            RgbPicture still = Picture(shown[r], PresenceOf(r));
            IReadOnlyList<KeywordMask> masks = masker.Make(still, [shown[r].Keyword, AbsentOf(shown[r])]);
            PictureFile.WritePng(File(r, 0), still);
            for (int k = 0; k < 2; k++)
            {
                RgbPicture tinted = still with { Pixels = [.. still.Pixels] };
                MaskSheet.Tint(tinted, masks[k].Mask);
                PictureFile.WritePng(File(r, 1 + 2 * k), tinted);
                PictureFile.WritePngGrey(File(r, 2 + 2 * k), still.Width, still.Height,
                    Array.ConvertAll(masks[k].Probability, p => (byte)(255 * p + 0.5f)));
            }
        }
        ContactSheet.Write(path, [.. shown.Select(s => $"{s.Colour} {s.Keyword} / {AbsentOf(s)}")],
            ["still", "mask", "probability", "absent: mask", "absent: probability"], File, cellWidth: 128);
    }

    static RgbPicture Picture(DrawnStill still, float presence)
    {
        byte[] rgb = new byte[3 * still.Width * still.Height];
        still.Render(presence, rgb);
        return new(still.Width, still.Height, rgb);
    }

    static double Iou(float[] mask, byte[] truth)
    {
        long both = 0, any = 0;
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i] > 0 && truth[i] > 0) both++;
            if (mask[i] > 0 || truth[i] > 0) any++;
        }
        return any == 0 ? 1 : (double)both / any;
    }

    static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
