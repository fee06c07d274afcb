using Alignment.MLNet;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Attention.Metrics;
using Alignment.Transforms.Stages;
using Microsoft.ML;

namespace Alignment.Tests.Transforms.Contract;

/// <summary>
/// One stage in the shared contract: built with options of which none that matters has its default, reading columns of
/// <see cref="ContractRow"/> and making columns of <see cref="ContractResult"/>.
/// </summary>
/// <param name="Name">The catalog method, and what tells two cases of one stage apart.</param>
/// <param name="Estimator">The stage.</param>
/// <param name="Make">Builds it.</param>
/// <param name="Reads">The columns it reads.</param>
/// <param name="Makes">The columns it makes, with their types in words.</param>
public sealed record StageCase(string Name, Type Estimator, Func<MLContext, IEstimator<ITransformer>> Make, string[] Reads,
    (string Column, string Type)[] Makes)
{
    public override string ToString() => Name;

    static StageCase Of<T>(string name, Func<AlignmentCatalog, T> make, string[] reads, params (string, string)[] makes)
        where T : IEstimator<ITransformer> =>
        new(name, typeof(T), ml => make(ml.Alignment), reads, makes);

    /// <summary>The type of a map at its still's own size.</summary>
    const string OwnSize = "float vector of varying length";

    /// <summary>Every stage of the product. A stage without a row fails <c>StageContractTests.EveryStage_HasACase</c>.</summary>
    public static StageCase[] All { get; } =
    [
        Of("SizeImage", a => a.SizeImage(new() { OutputColumn = "made", Width = 5, Height = 7,
            Filter = Alignment.Transforms.Images.ResizeFilter.Bilinear }),
            [SceneColumns.SceneImagePath], ("made", "float [3,7,5]")),
        Of("LoadMap", a => a.LoadMap(LoadMapOptions.Mask with { OutputColumn = "made", Width = 6, Height = 9, White = 2f }),
            [SceneColumns.KeywordMaskPath], ("made", "float [9,6]")),
        Of("NormalizeHeatmap", a => a.NormalizeHeatmap(new() { OutputColumn = "made", Mode = HeatmapNormalization.SumToOne }),
            [SceneColumns.HeatmapRaw], ("made", "float [16,24]")),
        Of("NormalizeHeatmap percentile",
            a => a.NormalizeHeatmap(new() { OutputColumn = "made", Mode = HeatmapNormalization.Percentile, LowPercentile = 5,
            HighPercentile = 90, Smoothing = 1.5f }),
            [SceneColumns.HeatmapRaw], ("made", "float [16,24]")),
        Of("SizeMap", a => a.SizeMap(new() { InputColumn = "own_size", OutputColumn = "made", Width = 6, Height = 9 }),
            ["own_size", SceneColumns.StillWidth, SceneColumns.StillHeight], ("made", "float [9,6]")),
        Of("NormalizeHeatmap varying length",
            a => a.NormalizeHeatmap(new() { InputColumn = "own_size", OutputColumn = "made", Mode = HeatmapNormalization.MinMax }),
            ["own_size"], ("made", OwnSize)),
        Of("PredictAttention image",
            a => a.PredictAttention(new() { OutputColumn = "made",
            Predictor = new() { Predictor = "fine_grained+spectral_residual.smoothed", CentreWeight = 0.25 } }),
            [SceneColumns.Image], ("made", "float [16,24]")),
        Of("PredictAttention path",
            a => a.PredictAttention(new() { InputColumn = SceneColumns.SceneImagePath, OutputColumn = "made", Width = 6, Height = 9,
            Predictor = new() { Predictor = "fine_grained.smoothed" } }),
            [SceneColumns.SceneImagePath], ("made", "float [9,6]")),
        Of("PredictAttention own size",
            a => a.PredictAttention(new() { InputColumn = SceneColumns.SceneImagePath, OutputColumn = "made", Width = 0, Height = 0,
            Smoothing = 1.5f, WidthColumn = "made_int", HeightColumn = "made_int2" }),
            [SceneColumns.SceneImagePath], ("made", OwnSize), ("made_int", "int32"), ("made_int2", "int32")),
        Of("DrawFixations", a => a.DrawFixations(new() { OutputColumn = "made", Smoothing = 0.75f }),
            [SceneColumns.Fixations, SceneColumns.StillWidth, SceneColumns.StillHeight, SceneColumns.FixationSigmaX,
            SceneColumns.FixationSigmaY], ("made", OwnSize)),
        Of("BinarizeMask", a => a.BinarizeMask(new() { OutputColumn = "made", HasProductColumn = "made_bool", Threshold = 0.25f }),
            [SceneColumns.MaskSoft], ("made", "float [16,24]"), ("made_bool", "boolean")),
        Of("ScoreAlignment", a => a.ScoreAlignment(new() { HeatmapColumn = SceneColumns.HeatmapModified, ScoreColumn = "made_float",
            ShareColumn = "made_float2", DetailColumn = "made_doubles" }),
            [SceneColumns.Mask, SceneColumns.HeatmapModified], ("made_float", "float"), ("made_float2", "float"),
            ("made_doubles", "double [4]")),
        Of("ScoreAgreement", a => a.ScoreAgreement(new() { TargetColumn = SceneColumns.MaskSoft, FixationFraction = 0.2,
            ColumnPrefix = "made_", DetailColumn = "made_doubles" }),
            [SceneColumns.Heatmap, SceneColumns.MaskSoft],
            [.. SaliencyMetrics.All.Select(m => ("made_" + m.Name, "float")),
                ("made_doubles", $"double [{SaliencyMetrics.All.Count}]")]),
        Of("MeasureDose", a => a.MeasureDose(new() { BeforeColumn = SceneColumns.SceneImagePath, AfterColumn = SceneColumns.Image,
            AfterRange = PictureRange.MinusOneToOne, Predictor = new() { Predictor = "fine_grained", CentreWeight = 0.25 },
            ShareBeforeColumn = "made_float", ShareAfterColumn = "made_float2", ShareDifferenceColumn = "made_float3",
                AlignmentBeforeColumn = "made_float4", AlignmentAfterColumn = "made_float5", AlignmentDifferenceColumn = "made_float6",
            ScoresColumn = "made_doubles", AttentionColumn = "made" }),
            [SceneColumns.SceneImagePath, SceneColumns.Image, SceneColumns.Mask], ("made_float", "float"), ("made_float2", "float"),
            ("made_float3", "float"), ("made_float4", "float"), ("made_float5", "float"), ("made_float6", "float"),
            ("made_doubles", "double [3,2]"), ("made", "float [16,24]")),
        Of("MeasureDose with baseline", a => a.MeasureDose(new() { BeforeColumn = SceneColumns.SceneImagePath,
            BaselineColumn = SceneColumns.AttentionHeatmapPath, AfterColumn = SceneColumns.KeywordMaskPath,
            ShareBeforeColumn = "made_float", ShareAfterColumn = "made_float2", ShareDifferenceColumn = "made_float3",
                AlignmentBeforeColumn = "made_float4", AlignmentAfterColumn = "made_float5", AlignmentDifferenceColumn = "made_float6",
            ScoresColumn = "made_doubles", AttentionColumn = "made", BaselineAttentionColumn = "made2" }),
            [SceneColumns.SceneImagePath, SceneColumns.AttentionHeatmapPath, SceneColumns.KeywordMaskPath, SceneColumns.Mask],
            ("made_float", "float"), ("made_float2", "float"), ("made_float3", "float"), ("made_float4", "float"),
            ("made_float5", "float"), ("made_float6", "float"), ("made_doubles", "double [3,2]"), ("made", "float [16,24]"),
            ("made2", "float [16,24]")),
        Of("ComparePictures", a => a.ComparePictures(new() { AfterColumn = SceneColumns.AttentionHeatmapPath,
            RegionColumn = SceneColumns.KeywordMaskPath, Bundle = BundledModels.Tiny, LeastSide = 16,
            Scale = Alignment.Transforms.Images.Quality.PerceptualScale.Megapixel, UnchangedColumn = "made_bool",
            PsnrColumn = "made_double", SsimColumn = "made_double2", LpipsColumn = "made_double3", ColourDriftColumn = "made_doubles",
            LargestOutsideColumn = "made_int" }),
            [SceneColumns.SceneImagePath, SceneColumns.AttentionHeatmapPath, SceneColumns.KeywordMaskPath], ("made_bool", "boolean"),
            ("made_double", "double"), ("made_double2", "double"), ("made_double3", "double"), ("made_doubles", "double [3]"),
            ("made_int", "int32")),
        Of("AssignTemporalWindow", a => a.AssignTemporalWindow(new() { OutputColumn = "made_int", Unseen = UnseenScene.MinusOne }),
            [SceneColumns.VideoId, SceneColumns.SceneNumber], ("made_int", "int32")),
        Of("ModifyAttention baseline", a => a.ModifyAttention(new ModifyAttentionOptions { OutputColumn = "made", Variant = "baseline" }),
            [SceneColumns.Heatmap], ("made", "float [16,24]")),
        Of("ModifyAttention late_boost",
            a => a.ModifyAttention(new ModifyAttentionOptions { OutputColumn = "made", Variant = "late_boost", BoostAlpha = 3,
            PreserveMass = true }),
            [SceneColumns.Heatmap, SceneColumns.Mask, SceneColumns.TemporalWindow], ("made", "float [16,24]")),
        Of("ModifyAttention full_boost",
            a => a.ModifyAttention(new ModifyAttentionOptions { OutputColumn = "made", Variant = "full_boost", BoostAlpha = 1.25 }),
            [SceneColumns.Heatmap, SceneColumns.Mask], ("made", "float [16,24]")),
        Of("ModifyAttention reduction",
            a => a.ModifyAttention(new ModifyAttentionOptions { OutputColumn = "made", Variant = "reduction", ReductionAlpha = 0.1 }),
            [SceneColumns.Heatmap, SceneColumns.Mask, SceneColumns.TemporalWindow], ("made", "float [16,24]")),
        Of("ModifyAttention placebo",
            a => a.ModifyAttention(new ModifyAttentionOptions { OutputColumn = "made", Variant = "placebo", BoostAlpha = 2, Seed = 77 }),
            [SceneColumns.Heatmap, SceneColumns.Mask, SceneColumns.VideoId, SceneColumns.SceneNumber], ("made", "float [16,24]")),
        Of("ModifyAttention by column", a => a.ModifyAttention(new ModifyAttentionOptions
        {
            OutputColumn = "made", ControlIdColumn = "made_text", ModifiedColumn = "made_bool", ClippedColumn = "made_long",
                PlaceboDxColumn = "made_int", PlaceboDyColumn = "made_int2",
            PlaceboCoverageColumn = "made_double", PlaceboRatioColumn = "made_double2", PlaceboStrengthColumn = "made_double3",
                BoostAlpha = 2, ReductionAlpha = 0.25, Seed = 77,
        }),
            [SceneColumns.Heatmap, SceneColumns.Mask, SceneColumns.Variant, SceneColumns.TemporalWindow, SceneColumns.VideoId,
            SceneColumns.SceneNumber],
            ("made", "float [16,24]"), ("made_text", "text"), ("made_bool", "boolean"), ("made_long", "int64"), ("made_int", "int32"),
            ("made_int2", "int32"),
            ("made_double", "double"), ("made_double2", "double"), ("made_double3", "double")),
        Of("BuildControl", a => a.BuildControl(new() { HeatmapColumn = SceneColumns.Heatmap, OutputColumn = "made",
            ControlIdColumn = "made_text" }),
            [SceneColumns.Mask, SceneColumns.Heatmap], ("made", "float [2,16,24]"), ("made_text", "text")),
        Of("MaskKeyword", a => a.MaskKeyword(new() { Bundle = Masks.MaskBundles.Seeded,
            Mask = new() { Prompts = ["a {keyword}"], Threshold = 0.45f, LargestComponents = 1, Refine = true,
                Synonyms = new Dictionary<string, IReadOnlyList<string>> { ["SHOE"] = ["sneaker"] } }, SoftColumn = "made2",
                    OutputColumn = "made" }),
            [SceneColumns.Image, SceneColumns.Keyword], ("made", "float [16,24]"), ("made2", "float [16,24]")),
        Of("MaskKeyword path", a => a.MaskKeyword(new() { Bundle = Masks.MaskBundles.Seeded, ImageColumn = SceneColumns.SceneImagePath,
            Mask = new() { Threshold = 0.45f }, SoftColumn = "made2", OutputColumn = "made",
            WidthColumn = "made_int", HeightColumn = "made_int2", SimilarityColumn = "made_double" }),
            [SceneColumns.SceneImagePath, SceneColumns.Keyword], ("made", OwnSize), ("made2", OwnSize), ("made_int", "int32"),
            ("made_int2", "int32"), ("made_double", "double")),
        Of("LoadStill", a => a.LoadStill(new() { OutputColumn = "made_image", WidthColumn = "made_int", HeightColumn = "made_int2" }),
            [SceneColumns.SceneImagePath], ("made_image", "image"), ("made_int", "int32"), ("made_int2", "int32")),
        Of("MarkRegion", a => a.MarkRegion(new() { OutputColumn = "made", PixelsColumn = "made_long", Threshold = 0.3f,
            Region = new() { Dilation = 40, Feather = 60 } }),
            [SceneColumns.KeywordMaskPath, SceneColumns.StillWidth, SceneColumns.StillHeight], ("made", OwnSize), ("made_long", "int64")),
        Of("Composite", a => a.Composite(new() { StillColumn = SceneColumns.SceneImagePath, EditedColumn = SceneColumns.Image,
            OutputColumn = "made_image" }),
            [SceneColumns.SceneImagePath, SceneColumns.Region, SceneColumns.Image], ("made_image", "image")),
        Of("EditScene", a => a.EditScene(new() { Bundle = BundledModels.Tiny,
            Edit = new() { InferenceSteps = 2, GuidanceScale = 3, Strength = 1, Seed = 5 }, OutputColumn = "made" }),
            [SceneColumns.Image, SceneColumns.Control, SceneColumns.Keyword, SceneColumns.VideoId, SceneColumns.SceneNumber],
            ("made", "float [3,16,24]")),
    ];
}
