using System.Globalization;
using Alignment.MLNet.Data;
using Alignment.Transforms.Diffusion;

namespace Alignment.MLNet.Editing;

/// <summary>What all edits did to their stills, in one line of the manifest.</summary>
/// <param name="Pictures">Edited pictures that were measured; scenes without product are none.</param>
/// <param name="MeanPsnrDb">Over those with a finite ratio; null where there are none.</param>
/// <param name="MeanSsim">Over those large enough for it; null where there are none.</param>
/// <param name="BackgroundMaxDifference">The largest of all. It must be 0.</param>
sealed record EditQualitySummary(long Pictures, double? MeanPsnrDb, double? MeanSsim, int BackgroundMaxDifference);

/// <summary><c>edited_scenes/edit_quality.csv</c>: a row for every edited picture, from the records beside them, in the order of the variants' scenes.</summary>
static class EditQualityTable
{
    public const string FileName = "edit_quality.csv";

    static readonly string[] s_columns = ["video_id", "scene_id", "variant", "region_pixels", "psnr_db", "ssim", "red_drift", "green_drift", "blue_drift", "background_max_difference", "prompt", "seed"];

    /// <summary>Writes the table, row by row.</summary>
    public static EditQualitySummary Write(EditedFolder folder, IScenesToEdit scenes, EditOptions edit, CancellationToken cancel)
    {
        long pictures = 0, withPsnr = 0, withSsim = 0;
        double psnr = 0, ssim = 0;
        int background = 0;
        AtomicFile.Write(Path.Combine(folder.Root, FileName), stream =>
        {
            using StreamWriter to = CsvRows.To(stream);
            CsvRows.Write(to, s_columns);
            foreach (SceneToEdit scene in scenes.Scenes())
                foreach (VariantMap map in scene.Maps)
                {
                    cancel.ThrowIfCancellationRequested();
                    if (OutputRecord.FactsOf<EditFacts>(folder.Record(map.Variant, scene.VideoId, scene.SceneId)) is not { Quality: { } q } facts) continue;
                    pictures++;
                    background = Math.Max(background, q.BackgroundMaxDifference);
                    if (q.PsnrDb is { } p) (psnr, withPsnr) = (psnr + p, withPsnr + 1);
                    if (q.Ssim is { } s) (ssim, withSsim) = (ssim + s, withSsim + 1);
                    CsvRows.Write(to, scene.VideoId, scene.SceneId, map.Variant, Number(facts.RegionPixels), Number(q.PsnrDb), Number(q.Ssim), Number(q.ColourDrift.ElementAtOrDefault(0)), Number(q.ColourDrift.ElementAtOrDefault(1)), Number(q.ColourDrift.ElementAtOrDefault(2)),
                        Number(q.BackgroundMaxDifference), edit.PromptFor(scene.Keyword), edit.Seed.ToString(CultureInfo.InvariantCulture));
                }
        }, keepEqual: true);
        return new(pictures, Mean(psnr, withPsnr), Mean(ssim, withSsim), background);
    }

    static double? Mean(double sum, long count) => count == 0 ? null : Math.Round(sum / count, 4);

    static string Number(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
