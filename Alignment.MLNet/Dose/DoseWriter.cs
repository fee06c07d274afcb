using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention.Metrics;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Dose;

// What came of a scene: its facts, measured now or found, or why there are none.
sealed record MeasuredScene(DoseScene Scene, SceneRecipe? Recipe, SceneFacts? Facts, bool IsNew, string? Failure);

/// <summary>
/// Writes the record of each scene from the rows of <see cref="DosePipeline"/>. Columns are read only where the record is not current, and
/// once for the variants of a scene that share map and picture.
/// </summary>
sealed class DoseWriter(VariantSet set, EditedFolder edited, DoseFolder folder, DosePipeline pipeline, DoseOptions options)
{
    const int Digits = 4, LpipsDigits = 6;

    readonly SceneRecipe _recipe = new(SceneRecipe.CurrentFormat, "", FormattableString.Invariant($"{set.Width}x{set.Height}"),
        [.. pipeline.Predictors.Select(p => new PredictorRecipe(p.Name, string.Join(AttentionPredictorOptions.Plus,
            p.Options.Parts().Select(x => AttentionPredictorOptions.IsModel(x) ? Path.GetFileName(x) : x)), p.Options.CentreWeight,
            p.ModelSha256))],
        options.FixationFraction, pipeline.Lpips?.Sha256, "", "", []);

    public IReadOnlyList<string> Columns { get; } =
    [
        DosePipeline.Row, SceneColumns.HasProduct, SceneColumns.ControlId, SceneColumns.AttentionScoreModified, SceneColumns.Unchanged,
        SceneColumns.Psnr, SceneColumns.Ssim, SceneColumns.Lpips, SceneColumns.LargestOutside,
        .. pipeline.Predictors.SelectMany((_, i) => new[] { DosePipeline.Scores(i), DosePipeline.Agreement(i, ofBaseline: false),
            DosePipeline.Agreement(i, ofBaseline: true) }),
    ];

    // What a row says that no other row of the scene has said.
    sealed record RowFacts(string PictureSha256, string ControlSha256, ScorePair Target, PredictorFacts[] Predictors);

    // Reads the row at hand, whenever it is called; with the last row of a scene its result is complete.
    public Func<MeasuredScene> Open(DataViewRow at)
    {
        var row = new RowReader(at);
        Func<DoseRow> read = row.Value<DoseRow>(DosePipeline.Row);
        Func<ArtifactFacts> readArtifact = Artifact(row);
        Func<DoseRow, VariantRecipe, bool, RowFacts> readVariant = Variant(row);
        Func<bool> hasProduct = row.Value<bool>(SceneColumns.HasProduct);
        MeasuredScene result = null!;
        ArtifactFacts? artifact = null;
        var rows = new List<RowFacts>();
        return () =>
        {
            DoseRow now = read();
            DoseScene scene = now.Scene;
            try
            {
                if (now.Variant == 0)
                {
                    rows.Clear();
                    SceneRecipe found = scene.Find(edited, _recipe);
                    SceneFacts? known = OutputRecord.FactsFrom<SceneFacts>(folder.Scene(scene.VideoId, scene.SceneId), found);
                    result = new(scene, found, known?.AreWhole() == true ? known : null, false, null);
                }
                if (result is not { Facts: null, Recipe: { } recipe }) return result;
                VariantRecipe of = recipe.Variants[now.Variant];
                Require(now);
                // Compared first: then the still and the baseline's edit are decoded once for this and for what is predicted of them.
                if (now.Variant == 0) artifact = readArtifact();
                rows.Add(rows.Find(r => (r.PictureSha256, r.ControlSha256) == (of.PictureSha256, of.ControlSha256))
                    ?? readVariant(now, of, of.PictureSha256 == recipe.Variants[0].PictureSha256));
                if (rows.Count < recipe.Variants.Count) return result;
                result = result with
                {
                    IsNew = true,
                    Facts = new(hasProduct(), recipe.Variants.Select(v => v.PictureSha256).Append(recipe.SourceSha256).Distinct().Count(),
                        artifact!, [.. rows.Select(r => r.Target)], [.. pipeline.Predictors.Select((_, p) => new PredictorFacts(
                            rows[0].Predictors[p].Untouched, [.. rows.SelectMany(r => r.Predictors[p].Edits)],
                            [.. rows.SelectMany(r => r.Predictors[p].Agreement)],
                            [.. rows.SelectMany(r => r.Predictors[p].AgreementOfBaseline)]))]),
                };
                OutputRecord.WriteHashed(folder.Scene(scene.VideoId, scene.SceneId), recipe, result.Facts, []);
            }
            catch (BadDataException e)
            {
                result = new(scene, null, null, false, e.Message);
            }
            return result;
        };
    }

    static void Require(DoseRow row)
    {
        PictureHeader still = PictureFile.ReadHeader(row.Scene.Source);
        foreach (var (what, path) in new[] { ("edit", row.Scene.Picture(row.Variant)), ("region", row.Scene.Region) })
            if (PictureFile.ReadHeader(path) is var other && (other.Width, other.Height) != (still.Width, still.Height))
                throw BadDataException.For($"The {what} '{path}'", FormattableString.Invariant($"{other.Width}x{other.Height}"),
                    FormattableString.Invariant($"{still.Width}x{still.Height}, as the still"), "Run `alignment edit` again.");
    }

    static Func<ArtifactFacts> Artifact(RowReader row)
    {
        Func<bool> unchanged = row.Value<bool>(SceneColumns.Unchanged);
        Func<double> psnr = row.Value<double>(SceneColumns.Psnr), ssim = row.Value<double>(SceneColumns.Ssim),
            lpips = row.Value<double>(SceneColumns.Lpips);
        Func<int> outside = row.Value<int>(SceneColumns.LargestOutside);
        return () => new(unchanged(), Number(psnr(), Digits), Number(ssim(), Digits), Number(lpips(), LpipsDigits), outside());

        static double? Number(double value, int digits) => double.IsNaN(value) ? null : Math.Round(value, digits);
    }

    // Reads the scores of a row's variant; of the baseline's own picture the agreement is read once.
    Func<DoseRow, VariantRecipe, bool, RowFacts> Variant(RowReader row)
    {
        Func<string> control = row.Text(SceneColumns.ControlId);
        ReadDoubles target = row.Doubles(SceneColumns.AttentionScoreModified);
        (ReadDoubles Scores, ReadDoubles Own, ReadDoubles OfBaseline)[] columns = [.. pipeline.Predictors.Select((_, i) => (
            row.Doubles(DosePipeline.Scores(i)), row.Doubles(DosePipeline.Agreement(i, ofBaseline: false)),
            row.Doubles(DosePipeline.Agreement(i, ofBaseline: true))))];
        return (at, variant, isBaseline) =>
        {
            if (control() != variant.ControlSha256)
                throw BadDataException.For($"The map '{SafePath.Shorten(at.Scene.Variants[at.Variant].AttentionMapPath, 300)}' and the "
                    + $"mask of {SafePath.Shorten(at.Scene.SceneId)}", "another control than the variants' table has",
                    "both as they were when the variants were made",
                    "One of them changed since: make the variants again, then edit again.");
            return new(variant.PictureSha256, variant.ControlSha256, new(target()[1], target()[0]), [.. columns.Select(c =>
            {
                ReadOnlySpan<double> scores = c.Scores();
                var (untouched, edit) = (new ScorePair(scores[0], scores[1]), new ScorePair(scores[4], scores[5]));
                Dictionary<string, double?> own = ByMetric(c.Own());
                return new PredictorFacts(untouched, [edit], [own], [isBaseline ? own : ByMetric(c.OfBaseline())]);
            })]);
        };
    }

    static Dictionary<string, double?> ByMetric(ReadOnlySpan<double> values)
    {
        var numbers = new Dictionary<string, double?>();
        foreach (var (i, metric) in SaliencyMetrics.All.Index())
            numbers.Add(metric.Name, double.IsFinite(values[i]) ? values[i] : null);
        return numbers;
    }
}
