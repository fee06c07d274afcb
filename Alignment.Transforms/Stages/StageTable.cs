using System.Text.Json.Nodes;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

// Every stage that can be loaded from a model file. A stage missing here fails a test.
static class StageTable
{
    public static IReadOnlyList<StageKind> All { get; } =
    [
        StageKind.Of(AssignTemporalWindowTransformer.Name, AssignTemporalWindowTransformer.Load),
        Of(BinarizeMaskTransformer.Name, (BinarizeMaskOptions o) => new BinarizeMaskTransformer(o)),
        Of(BuildControlTransformer.Name, (BuildControlOptions o) => new BuildControlTransformer(o)),
        Of(ComparePicturesTransformer.Name, (ComparePicturesOptions o) => ComparePicturesTransformer.Open(o)),
        Of(CompositeTransformer.Name, (CompositeOptions o) => new CompositeTransformer(o)),
        Of(DrawFixationsTransformer.Name, (DrawFixationsOptions o) => new DrawFixationsTransformer(o)),
        Of(EditSceneTransformer.Name, (EditSceneOptions o) => EditSceneTransformer.Load(o), EditSceneTransformer.Newest,
            EditSceneTransformer.Upgrade),
        Of(ExpandVariantsTransformer.Name, (ExpandVariantsOptions o) => new ExpandVariantsTransformer(o)),
        Of(LoadMapTransformer.Name, (LoadMapOptions o) => new LoadMapTransformer(o)),
        Of(LoadStillTransformer.Name, (LoadStillOptions o) => new LoadStillTransformer(o)),
        Of(MarkRegionTransformer.Name, (MarkRegionOptions o) => new MarkRegionTransformer(o)),
        Of(MaskKeywordTransformer.Name, (MaskKeywordOptions o) => MaskKeywordTransformer.Load(o)),
        Of(MeasureDoseTransformer.Name, (MeasureDoseOptions o) => MeasureDoseTransformer.Open(o)),
        Of(ModifyAttentionTransformer.Name, (ModifyAttentionOptions o) => new ModifyAttentionTransformer(o)),
        Of(NormalizeHeatmapTransformer.Name, (NormalizeHeatmapOptions o) => new NormalizeHeatmapTransformer(o)),
        Of(PredictAttentionTransformer.Name, (PredictAttentionOptions o) => PredictAttentionTransformer.Open(o)),
        Of(ScoreAgreementTransformer.Name, (ScoreAgreementOptions o) => new ScoreAgreementTransformer(o), ScoreAgreementTransformer.Newest,
            ScoreAgreementTransformer.Upgrade),
        Of(ScoreAlignmentTransformer.Name, (ScoreAlignmentOptions o) => new ScoreAlignmentTransformer(o)),
        Of(SizeImageTransformer.Name, (SizeImageOptions o) => new SizeImageTransformer(o)),
        Of(SizeMapTransformer.Name, (SizeMapOptions o) => new SizeMapTransformer(o)),
    ];

    // Of a stage that is what its options say.
    static StageKind Of<TOptions, T>(string name, Func<TOptions, T> make, int newest = StageModel.FirstVersion,
        Action<JsonObject, int>? upgrade = null) where TOptions : class where T : ITransformer =>
        StageKind.Of(name, from => make(StageModel.ReadOptions<TOptions>(from, name, newest, upgrade)));

    /// <summary>Lets <c>ml.Model.Load</c> find every stage. Cheap to repeat, but once per context is enough.</summary>
    public static void Register(MLContext ml)
    {
        foreach (var kind in All) kind.Register(ml);
    }
}

// A loadable stage: its transformer and the name its part of a model file carries (at most 24 characters).
sealed record StageKind(Type Transformer, string Name, Action<MLContext> Register)
{
    public static StageKind Of<T>(string name, Func<BinaryReader, T> load) where T : ITransformer =>
        new(typeof(T), name, ml => MlNetReflection.Register(ml, name, load));
}
