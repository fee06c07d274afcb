using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Alignment.MLNet.Charts;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Diffusion.Schedulers;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>
/// Writes a report: <c>held-out.md</c>, <c>held-out.json</c>, <c>held-out.csv</c> with every measurement, <c>pictures/</c> and their
/// sheet <c>held-out.png</c>.
/// </summary>
static class HeldOutFiles
{
    static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        // the t of differences that do not vary, the PSNR of equal pictures
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes the files to <paramref name="folder"/>, each complete or not at all.</summary>
    public static void Write(HeldOutReport report, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        Directory.CreateDirectory(folder);
        WriteSheet(report, folder, cancellationToken);
        AtomicFile.Write(Path.Combine(folder, "held-out.csv"), stream =>
        {
            using StreamWriter to = CsvRows.To(stream);
            CsvRows.Write(to, ["scene_id", "seed", "control", .. report.Measures.Select(m => m.Predictor), "background_difference",
                "asked"]);
            foreach (HeldOutRow row in report.Rows)
                CsvRows.Write(to,
                    [row.SceneId, Text($"{row.Seed}"), row.Control, .. row.Shares.Select(s => Text($"{s:R}")),
                    Text($"{row.BackgroundDifference}"), Text($"{row.Asked:R}")]);
        });
        AtomicFile.WriteText(Path.Combine(folder, "held-out.json"), JsonSerializer.Serialize(report, s_json) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "held-out.md"), Markdown(report));
    }

    /// <summary>The report as tables.</summary>
    public static string Markdown(HeldOutReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        HeldOutOptions o = report.Options;
        var text = new StringBuilder();
        void Line(Phrase line) => text.Append(line.ToString()).Append('\n');

        Line($"# Held-out scenes: {report.Model}\n");
        Line($"{o.Scenes} drawn scenes of {o.Edit.Width}x{o.Edit.Height} at presence {o.Presence:0.##} (scene seed {o.SceneSeed}), "
            + $"{o.Seeds} noise seeds from {o.Edit.Seed}; strength {o.Edit.EffectiveStrength:0.##}, guidance "
            + $"{o.Edit.EffectiveGuidanceScale:0.##}, {o.Edit.EffectiveSteps} steps, {SchedulerNames.NameOf(o.Edit.Scheduler)}, control "
            + $"scale {o.Edit.ConditioningScale:0.##}, prompt \"{o.Edit.PromptTemplate}\". Model {report.ModelSha256}.");
        Line($"Attention in training and in the controls: {o.TrainingPredictor}.smoothed (sigma {o.Smoothing.SigmaHeights:0.####} of the "
            + $"height). Not used in training: {o.HeldOutPredictor}. All shares are of the edited 8-bit picture. Scene is the unit: a "
            + $"scene's seeds are averaged before the paired t-test (n = {o.Scenes}). Placebos of the product's whole size and change: "
            + $"{report.WholePlacebos} of {o.Scenes}.\n");

        string[] controls = [HeldOutRow.Source, .. HeldOutControls.Names];
        Line($"## Mean attention share on the product\n");
        Line($"| predictor | {string.Join(" | ", controls)} |\n| --- |{string.Concat(controls.Select(_ => " ---: |"))}");
        foreach (HeldOutMeasure m in report.Measures) Line(
            $"| {Name(m)} | {string.Join(" | ", controls.Select(c => Text($"{m.MeanShares[c]:0.0000}")))} |");

        Line($"| asked for by the map | {string.Join(" | ", controls.Select(c => Text($"{report.MeanAsked[c]:0.0000}")))} |");

        Line($"\n## Paired differences\n");
        Line($"| predictor | difference | mean | t | p | each seed alone: mean (p) |\n| --- | --- | ---: | ---: | ---: | --- |");
        foreach (HeldOutMeasure m in report.Measures)
            foreach (HeldOutEffect e in m.Effects)
                Line($"| {Name(m)} | {e.Name} | {Signed(e.Test)} | {e.Test.T:0.00} | {e.Test.P:0.0e+0} | "
                    + $"{string.Join(", ", e.BySeed.Select(s => Text($"{Signed(s)} ({s.P:0.0e+0})")))} |");

        Line($"\n| predictor | placebo's effect ÷ full_boost's | full_boost's with another scene's map ÷ its own |\n| --- | ---: | ---: |");
        foreach (HeldOutMeasure m in report.Measures) Line($"| {Name(m)} | {m.PlaceboRatio:0.000} | {m.ShuffledRatio:0.000} |");

        HeldOutReconstruction r = report.Reconstruction;
        Line($"\n## Reconstruction\n");
        Line($"PSNR within the mask of an unchanged scene, baseline's control, strength {r.Strength:0.##}: mean {r.MeanPsnr:0.00} dB, "
            + $"worst {r.WorstPsnr:0.00}. The VAE alone: mean {r.VaeMeanPsnr:0.00}, worst {r.VaeWorstPsnr:0.00}. Background: largest "
            + $"difference to the source {report.BackgroundDifference}.\n");
        Line($"## Bars\n");
        Line($"| | condition | found | |\n| --- | --- | --- | --- |");
        foreach (HeldOutBar bar in report.Bars) Line(
            $"| {bar.Measure} | {bar.Condition} | {bar.Found} | {(bar.Met ? "met" : "**not met**")} |");
        return text.ToString();
    }

    static void WriteSheet(HeldOutReport report, string folder, CancellationToken cancellationToken)
    {
        if (report.Pictures.Count == 0) return;
        string pictures = Path.Combine(folder, "pictures");
        Directory.CreateDirectory(pictures);
        string[] columns = ["source", "mask", "attention", HeldOutControls.Baseline, HeldOutControls.FullBoost, HeldOutControls.Reduction,
            HeldOutControls.Placebo];
        string File(int row, int column) => Path.Combine(pictures, $"{report.Pictures[row].Scene.Id}.{columns[column]}.png");
        for (int r = 0; r < report.Pictures.Count; r++)
        {
            var (scene, edited) = report.Pictures[r];
            PictureFile.WritePng(File(r, 0), new(scene.Width, scene.Height, scene.Rgb));
            PictureFile.WritePngGrey(File(r, 1), scene.Width, scene.Height, Grey(scene.Mask));
            PictureFile.WritePngGrey(File(r, 2), scene.Width, scene.Height, Grey(scene.Attention));
            for (int c = 3; c < columns.Length; c++) PictureFile.WritePng(File(r, c), new(scene.Width, scene.Height, edited[c - 3]));
        }
        ContactSheet.Write(Path.Combine(folder, "held-out.png"),
            [.. report.Pictures.Select(p => $"{p.Scene.Still.Colour} {p.Scene.Still.Keyword}")], columns, File,
            Math.Max(96, report.Options.Edit.Width), cancellationToken);
    }

    static ReadOnlySpan<byte> Grey(float[] map) => Array.ConvertAll(map, RgbPicture.ToByte);

    static string Name(HeldOutMeasure m) => m.Trained ? $"{m.Predictor} (training)" : m.Predictor;

    static string Signed(PairedTTest t) => Text($"{t.MeanDifference:+0.00000;-0.00000;0.00000}");

    static string Text(Phrase text) => text.ToString();
}
