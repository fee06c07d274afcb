using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;

namespace Alignment.MLNet.Dose;

/// <summary>What came of a scene: its facts, measured now or found, or why there are none.</summary>
sealed record MeasuredScene(DoseScene Scene, SceneRecipe? Recipe, SceneFacts? Facts, bool IsNew, string? Failure);

/// <summary>
/// Writes the record of each scene from the rows of <see cref="DosePipeline"/>. Columns are read only where the record is not current, and
/// once for the variants of a scene that share map and picture.
/// </summary>
sealed class DoseWriter(VariantSet set, EditedFolder edited, DoseFolder folder, DosePipeline pipeline, DoseOptions options)
{
    const int Digits = 4, LpipsDigits = 6;

    readonly SceneRecipe _recipe = new()
    {
        SceneId = "",
        Size = FormattableString.Invariant($"{set.Width}x{set.Height}"),
        Predictors = [.. pipeline.Predictors.Select(p => new PredictorRecipe(p.Name, string.Join(AttentionPredictorOptions.Plus,
            p.Options.Parts().Select(x => AttentionPredictorOptions.IsModel(x) ? Path.GetFileName(x) : x)), p.Options.CentreWeight,
            p.ModelSha256))],
        FixatedPart = options.FixationFraction,
        LpipsSha256 = pipeline.Lpips?.Sha256,
        SourceSha256 = "",
        RegionSha256 = "",
        Variants = [],
    };

    /// <summary>The columns it reads.</summary>
    public IReadOnlyList<string> Columns { get; } =
    [
        DosePipeline.Row, SceneColumns.HasProduct, SceneColumns.ControlId, SceneColumns.AttentionScoreModified, SceneColumns.Unchanged,
        SceneColumns.Psnr, SceneColumns.Ssim, SceneColumns.Lpips, SceneColumns.LargestOutside,
        .. pipeline.Predictors.SelectMany((_, i) => (string[])[DosePipeline.Scores(i), DosePipeline.Agreement(i, ofBaseline: false),
            DosePipeline.Agreement(i, ofBaseline: true)]),
    ];

    /// <summary>Reads the row at hand, whenever it is called; with the last row of a scene its result is complete.</summary>
    public Func<MeasuredScene> Open(DataViewRow at)
    {
        var row = new RowReader(at);
        var read = row.Value<DoseRow>(DosePipeline.Row);
        var columns = new SceneReader(row, pipeline.Predictors.Count);
        MeasuredScene result = null!;
        var variants = new List<VariantFacts>();
        return () =>
        {
            DoseRow now = read();
            try
            {
                if (now.Variant == 0)
                {
                    variants.Clear();
                    result = Begin(now.Scene);
                }
                if (result is not { Facts: null, Failure: null, Recipe: { } recipe }) return result;
                VariantRecipe of = recipe.Variants[now.Variant];
                int same = variants.FindIndex(v => (v.PictureSha256, v.ControlSha256) == (of.PictureSha256, of.ControlSha256));
                variants.Add(same >= 0 ? variants[same] : columns.Read(now, of, recipe.Variants[0]));
                if (variants.Count == recipe.Variants.Count)
                {
                    result = result with { Facts = Facts(recipe, columns, variants), IsNew = true };
                    OutputRecord.WriteHashed(folder.Scene(now.Scene.VideoId, now.Scene.SceneId), recipe, result.Facts, []);
                }
            }
            catch (BadDataException e)
            {
                result = new(now.Scene, null, null, false, e.Message);
            }
            return result;
        };
    }

    MeasuredScene Begin(DoseScene scene)
    {
        SceneRecipe recipe = scene.Find(edited, _recipe);
        return new(scene, recipe, OutputRecord.FactsFrom<SceneFacts>(folder.Scene(scene.VideoId, scene.SceneId), recipe), false, null);
    }

    SceneFacts Facts(SceneRecipe recipe, SceneReader columns, List<VariantFacts> variants) => new()
    {
        HasProduct = variants[0].HasProduct,
        Pictures = recipe.Variants.Select(v => v.PictureSha256).Append(recipe.SourceSha256).Distinct().Count(),
        Artifact = variants[0].Artifact!,
        Targets = [.. variants.Select(v => v.Target)],
        Predictors = [.. pipeline.Predictors.Select((_, p) => new PredictorFacts(
            variants[0].Predictors[p].Untouched,
            [.. variants.Select(v => v.Predictors[p].Edit)],
            [.. variants.Select(v => v.Predictors[p].Agreement)],
            [.. variants.Select(v => v.Predictors[p].AgreementOfBaseline)]))],
    };

    sealed record VariantFacts(string PictureSha256, string ControlSha256, bool HasProduct, ArtifactFacts? Artifact, ScorePair Target,
        (ScorePair Untouched, ScorePair Edit, MapAgreement Agreement, MapAgreement AgreementOfBaseline)[] Predictors);

    /// <summary>The dear columns of a row.</summary>
    sealed class SceneReader(RowReader row, int predictors)
    {
        readonly Func<bool> _hasProduct = row.Value<bool>(SceneColumns.HasProduct), _unchanged = row.Value<bool>(SceneColumns.Unchanged);
        readonly Func<string> _control = row.Text(SceneColumns.ControlId);
        readonly ReadDoubles _target = row.Doubles(SceneColumns.AttentionScoreModified);
        readonly Func<double> _psnr = row.Value<double>(SceneColumns.Psnr), _ssim = row.Value<double>(SceneColumns.Ssim),
            _lpips = row.Value<double>(SceneColumns.Lpips);
        readonly Func<int> _outside = row.Value<int>(SceneColumns.LargestOutside);
        readonly (ReadDoubles Scores, ReadDoubles Agreement, ReadDoubles OfBaseline)[] _predictors =
        [
            .. Enumerable.Range(0, predictors).Select(i => (row.Doubles(DosePipeline.Scores(i)),
                row.Doubles(DosePipeline.Agreement(i, ofBaseline: false)), row.Doubles(DosePipeline.Agreement(i, ofBaseline: true)))),
        ];

        public VariantFacts Read(DoseRow at, VariantRecipe variant, VariantRecipe baseline)
        {
            Require(at, variant);
            bool isBaseline = variant.PictureSha256 == baseline.PictureSha256;
            // In the order that decodes every picture once: the still and the baseline's edit are compared, then predicted of.
            ArtifactFacts? artifact = at.Variant > 0 ? null
                : new(_unchanged(), Number(_psnr(), Digits), Number(_ssim(), Digits), Number(_lpips(), LpipsDigits), _outside());
            return new(variant.PictureSha256, variant.ControlSha256, _hasProduct(), artifact, new(_target()[1], _target()[0]),
            [
                .. _predictors.Select(p =>
                {
                    ReadOnlySpan<double> scores = p.Scores();
                    var (untouched, edit) = (new ScorePair(scores[0], scores[1]), new ScorePair(scores[4], scores[5]));
                    MapAgreement agreement = Agreement(p.Agreement());
                    return (untouched, edit, agreement, isBaseline ? agreement : Agreement(p.OfBaseline()));
                }),
            ]);
        }

        void Require(DoseRow at, VariantRecipe variant)
        {
            VariantScene scene = at.Scene.Variants[at.Variant];
            if (_control() != variant.ControlSha256)
                throw BadDataException.For(
                    $"The map '{SafePath.Shorten(scene.AttentionMapPath, 300)}' and the mask of {SafePath.Shorten(at.Scene.SceneId)}",
                    "another control than the variants' table has", "both as they were when the variants were made",
                    "One of them changed since: make the variants again, then edit again.");
            PictureHeader still = PictureFile.ReadHeader(at.Scene.Source);
            RequireSize("edit", at.Scene.Picture(at.Variant));
            RequireSize("region", at.Scene.Region);

            void RequireSize(string what, string path)
            {
                PictureHeader other = PictureFile.ReadHeader(path);
                if ((other.Width, other.Height) != (still.Width, still.Height))
                    throw BadDataException.For($"The {what} '{path}'", FormattableString.Invariant($"{other.Width}x{other.Height}"),
                        FormattableString.Invariant($"{still.Width}x{still.Height}, as the still"), "Run `alignment edit` again.");
            }
        }

        static MapAgreement Agreement(ReadOnlySpan<double> values)
        {
            var numbers = new double?[values.Length];
            for (int i = 0; i < numbers.Length; i++) numbers[i] = double.IsFinite(values[i]) ? values[i] : null;
            return new(numbers);
        }

        static double? Number(double value, int digits) => double.IsNaN(value) ? null : Math.Round(value, digits);
    }
}
