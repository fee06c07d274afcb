using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

// Every stage that can be loaded from a model file. A stage missing here fails a test.
static class StageTable
{
    public static IReadOnlyList<StageKind> All { get; } =
    [
        StageKind.Of<AssignTemporalWindowTransformer>(AssignTemporalWindowTransformer.Name),
        StageKind.Of<BinarizeMaskTransformer>(BinarizeMaskTransformer.Name),
        StageKind.Of<BuildControlTransformer>(BuildControlTransformer.Name),
        StageKind.Of<ComparePicturesTransformer>(ComparePicturesTransformer.Name),
        StageKind.Of<CompositeTransformer>(CompositeTransformer.Name),
        StageKind.Of<DrawFixationsTransformer>(DrawFixationsTransformer.Name),
        StageKind.Of<EditSceneTransformer>(EditSceneTransformer.Name),
        StageKind.Of<ExpandVariantsTransformer>(ExpandVariantsTransformer.Name),
        StageKind.Of<LoadMapTransformer>(LoadMapTransformer.Name),
        StageKind.Of<LoadStillTransformer>(LoadStillTransformer.Name),
        StageKind.Of<MarkRegionTransformer>(MarkRegionTransformer.Name),
        StageKind.Of<MaskKeywordTransformer>(MaskKeywordTransformer.Name),
        StageKind.Of<MeasureDoseTransformer>(MeasureDoseTransformer.Name),
        StageKind.Of<ModifyAttentionTransformer>(ModifyAttentionTransformer.Name),
        StageKind.Of<NormalizeHeatmapTransformer>(NormalizeHeatmapTransformer.Name),
        StageKind.Of<PredictAttentionTransformer>(PredictAttentionTransformer.Name),
        StageKind.Of<ScoreAgreementTransformer>(ScoreAgreementTransformer.Name),
        StageKind.Of<ScoreAlignmentTransformer>(ScoreAlignmentTransformer.Name),
        StageKind.Of<SizeImageTransformer>(SizeImageTransformer.Name),
        StageKind.Of<SizeMapTransformer>(SizeMapTransformer.Name),
    ];

    /// <summary>Lets <c>ml.Model.Load</c> find every stage. Cheap to repeat, but once per context is enough.</summary>
    public static void Register(MLContext ml)
    {
        foreach (var kind in All) kind.Register(ml);
    }
}

// A loadable stage: its transformer and the name its part of a model file carries (at most 24 characters).
sealed record StageKind(Type Transformer, string Name, Action<MLContext> Register)
{
    public static StageKind Of<T>(string name) where T : ITransformer, IStageLoader =>
        new(typeof(T), name, ml => MlNetReflection.Register<T, T>(ml, name));
}
