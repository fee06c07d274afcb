using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Models;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images.Quality;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Dose;

sealed record DoseRow(DoseScene Scene, int Variant);

/// <summary>
/// The chain from a run's files to the dose: mask and variant's map, what editing did to the still, and for each predictor the attention
/// predicted of still, baseline's edit and variant's edit with its agreement. Predicted maps have the picture's own size first and are
/// brought to the maps' size, so that target and achieved are counted on the same pixels with the same mask.
/// </summary>
sealed class DosePipeline : IDisposable
{
    public const string Row = "row", SourcePath = "source_path";

    const string MapPath = "attention_map_path", BaselinePath = "baseline_path";

    const int LeastSideOfSmallTrunk = 16;

    static readonly RowColumn<DoseRow>[] s_columns =
    [
        RowColumn<DoseRow>.Row(Row),
        RowColumn<DoseRow>.Text(SceneColumns.KeywordMaskPath, r => r.Scene.Variants[r.Variant].Scene.KeywordMaskPath),
        RowColumn<DoseRow>.Text(MapPath, r => r.Scene.Variants[r.Variant].AttentionMapPath),
        RowColumn<DoseRow>.Text(SourcePath, r => r.Scene.Source),
        RowColumn<DoseRow>.Text(SceneColumns.RegionPath, r => r.Scene.Region),
        RowColumn<DoseRow>.Text(BaselinePath, r => r.Scene.Picture(0)),
        RowColumn<DoseRow>.Text(SceneColumns.EditedPath, r => r.Scene.Picture(r.Variant)),
    ];

    readonly List<ITransformer> _chain = [];

    public DosePipeline(VariantSet set, DoseOptions options)
    {
        try
        {
            LoadMapOptions mask = LoadMapOptions.Mask with { Width = set.Width, Height = set.Height };
            Lpips = Trunk(options.Model);
            _chain.AddRange(
            [
                new LoadMapTransformer(mask),
                new BinarizeMaskTransformer(new() { Threshold = set.MaskThreshold }),
                new LoadMapTransformer(mask with { InputColumn = MapPath, OutputColumn = SceneColumns.HeatmapModified }),
                new BuildControlTransformer(new() { ControlIdColumn = SceneColumns.ControlId }),
                new ScoreAlignmentTransformer(ScoreAlignmentOptions.Modified),
                ComparePicturesTransformer.Open(new()
                {
                    BeforeColumn = SourcePath,
                    AfterColumn = BaselinePath,
                    Bundle = options.Model,
                    Scale = PerceptualScale.Megapixel,
                    LeastSide = Lpips is { Published: false } ? LeastSideOfSmallTrunk : PerceptualDistance.LeastSide,
                }),
            ]);
            Predictors = [.. options.Predictors.Select((p, i) => Add(MeasureDoseTransformer.Open(new()
            {
                BeforeColumn = SourcePath,
                BaselineColumn = BaselinePath,
                AfterColumn = SceneColumns.EditedPath,
                Predictor = p,
                ScoresColumn = Scores(i),
                AttentionColumn = Attention(i),
                BaselineAttentionColumn = Attention(i, ofBaseline: true),
            }), options.FixationFraction, i))];
            if (Predictors.GroupBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw UsageException.For($"{OptionName.Of<DoseOptions>(nameof(DoseOptions.Predictors))}",
                    $"two predictors called '{SafePath.Shorten(twice.Key)}'", "different names",
                    "Give the models different names in their descriptions.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<AttentionPredictor> Predictors { get; } = [];

    public LpipsModel? Lpips { get; }

    // double [3,2]: share and alignment score of still, baseline's and variant's edit by a predictor.
    public static string Scores(int predictor) => FormattableString.Invariant($"{SceneColumns.PredictedScores}_{predictor}");

    // double vector: the agreement of the attention predicted of an edit with the variant's map.
    public static string Agreement(int predictor, bool ofBaseline) =>
        FormattableString.Invariant($"{SceneColumns.Agreement}{(ofBaseline ? "_of_baseline" : "")}_{predictor}");

    public IDataView Over(IEnumerable<DoseScene> scenes)
    {
        IDataView view = new RowsView<DoseRow>(scenes.Select(s =>
            (IReadOnlyList<DoseRow>)[.. Enumerable.Range(0, Math.Max(1, s.Variants.Count)).Select(v => new DoseRow(s, v))]), s_columns);
        foreach (ITransformer stage in _chain) view = stage.Transform(view);
        return view;
    }

    public void Dispose()
    {
        foreach (IDisposable stage in _chain.OfType<IDisposable>()) stage.Dispose();
    }

    static string Attention(int predictor, bool ofBaseline = false) => FormattableString.Invariant(
        $"{(ofBaseline ? SceneColumns.PredictedAttentionBaseline : SceneColumns.PredictedAttention)}_{predictor}");

    AttentionPredictor Add(MeasureDoseTransformer stage, double fixationFraction, int predictor)
    {
        _chain.Add(stage);
        foreach (bool ofBaseline in new[] { false, true })
            _chain.Add(new ScoreAgreementTransformer(new()
            {
                PredictedColumn = Attention(predictor, ofBaseline),
                FixationFraction = fixationFraction,
                DetailColumn = Agreement(predictor, ofBaseline),
            }));
        return stage.Predictor;
    }

    static LpipsModel? Trunk(string? folder)
    {
        if (folder is null || ModelBundle.Open(folder) is not { } bundle || !bundle.Has(BundleFiles.Lpips)) return null;
        string trunk = bundle.Has(BundleFiles.LpipsConfig) ? LpipsConfigText.Read(bundle.PathOf(BundleFiles.LpipsConfig)).Name : "unknown";
        return new(SafePath.Shorten(trunk, 40), trunk is "squeeze" or "alex" or "vgg", FileHash.OfFile(bundle.PathOf(BundleFiles.Lpips)));
    }
}
