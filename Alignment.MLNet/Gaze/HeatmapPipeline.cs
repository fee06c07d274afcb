using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Gaze;

/// <summary>A heatmap to be written: a row of the view. Without gaze it is predicted; fixations are x, y and weight in turn, none where
/// nobody looked.</summary>
sealed record HeatmapPlan(string VideoId, int SceneNumber, string Still, SceneGaze? Gaze, double[] Fixations);

/// <summary>Scenes to finished heatmap files, by two chains of stages: DrawFixations or PredictAttention, and NormalizeHeatmap behind
/// either. Several cursors read them at once.</summary>
sealed class HeatmapPipeline(AttentionOptions options, GazeSource? gaze, PredictAttentionTransformer? predict)
{
    const float White16 = 65535f;

    static readonly RowColumn<HeatmapPlan>[] s_still = [RowColumn<HeatmapPlan>.Text(SceneColumns.SceneImagePath, p => p.Still)];

    static readonly RowColumn<HeatmapPlan>[] s_gaze =
    [
        RowColumn<HeatmapPlan>.Int(SceneColumns.StillWidth, p => p.Gaze!.Scene.Width),
        RowColumn<HeatmapPlan>.Int(SceneColumns.StillHeight, p => p.Gaze!.Scene.Height),
        new(SceneColumns.FixationSigmaX, NumberDataViewType.Double,
            row => (ValueGetter<double>)((ref double to) => to = row().Gaze!.SigmaX)),
        new(SceneColumns.FixationSigmaY, NumberDataViewType.Double,
            row => (ValueGetter<double>)((ref double to) => to = row().Gaze!.SigmaY)),
        new(SceneColumns.Fixations, new VectorDataViewType(NumberDataViewType.Double), row =>
            (ValueGetter<VBuffer<double>>)((ref VBuffer<double> to) => to = new(row().Fixations.Length, row().Fixations))),
    ];

    readonly HeatmapNormalization _normalizeMeasured = options.Normalize ?? HeatmapNormalization.DivideByMax;

    readonly DrawFixationsTransformer _draw = new(new() { OutputColumn = SceneColumns.HeatmapRaw, Smoothing = options.Smoothing });

    // The stage that predicts at the still's own size; null where nothing is predicted.
    public static PredictAttentionTransformer? Predictor(AttentionOptions options)
    {
        if (options.Predict is null && options.GazeFile is not null) return null;
        return PredictAttentionTransformer.Open(new()
        {
            InputColumn = SceneColumns.SceneImagePath,
            OutputColumn = SceneColumns.HeatmapRaw,
            Width = 0,
            Height = 0,
            Smoothing = options.Smoothing,
            Predictor = options.Predict ?? new(),
        });
    }

    public HeatmapMethod Predicted { get; } = new()
    {
        Kind = ProvenanceKind.Predicted,
        By = predict?.Predictor.Name ?? "",
        Method = predict is null ? null : SaliencyPredictors.MethodsOf(predict.Predictor.Name),
        ModelSha256 = predict is { Predictor.ModelSha256.Count: > 0 } ? predict.Predictor.ModelSha256 : null,
        CentreWeight = predict is { Predictor.Options.CentreWeight: > 0 } ? predict.Predictor.Options.CentreWeight : null,
        Normalization = Text(options.Normalize, options.LowPercentile, options.HighPercentile),
        Smoothing = options.Smoothing,
    };

    public HeatmapMethod? Measured { get; } = gaze is null ? null : new()
    {
        Kind = ProvenanceKind.Measured,
        By = $"{gaze.File}, sigma {options.Gaze.Sigma}",
        GazeFile = gaze.File,
        GazeSha256 = gaze.Sha256,
        Coordinates = options.Gaze.Coordinates.ToString(),
        Frame = options.Gaze.FrameWidth is null ? null
            : Invariant($"{options.Gaze.FrameWidth}x{options.Gaze.FrameHeight}"),
        Sigma = options.Gaze.Sigma.ToString(),
        ViewingDistanceCm = options.Gaze.Sigma.IsDegrees ? options.Gaze.ViewingDistanceCm : null,
        ScreenWidthCm = options.Gaze.Sigma.IsDegrees ? options.Gaze.ScreenWidthCm : null,
        Normalization = Text(options.Normalize ?? HeatmapNormalization.DivideByMax, options.LowPercentile, options.HighPercentile),
        Smoothing = options.Smoothing,
    };

    public IReadOnlyList<(ReadyHeatmap? Ready, string? Failure)> Run(IReadOnlyList<HeatmapPlan> plans, CancellationToken cancellationToken)
    {
        var results = new (ReadyHeatmap?, string?)[plans.Count];
        foreach (var chain in plans.Select((plan, at) => (plan, at)).GroupBy(p => p.plan.Gaze is not null))
        {
            HeatmapPlan[] rows = [.. chain.Select(p => p.plan)];
            int[] places = [.. chain.Select(p => p.at)];
            int next = 0;
            // Without normalisation the map is as predicted.
            string map = chain.Key || options.Normalize is not null ? SceneColumns.Heatmap : SceneColumns.HeatmapRaw;
            string[] columns = [SceneColumns.StillWidth, SceneColumns.StillHeight, map];
            IDataView view = chain.Key ? MeasuredView(rows) : PredictedView(rows);
            foreach (var group in GroupReader.Read(view, columns, row => Open(row, map, rows),
                Math.Min(rows.Length, Environment.ProcessorCount), cancellationToken))
                foreach (var result in group.Rows) results[places[next++]] = result;
        }
        return results;
    }

    IDataView MeasuredView(IReadOnlyList<HeatmapPlan> plans) =>
        Normalized(_draw.Transform(new RowsView<HeatmapPlan>(plans, s_gaze)), _normalizeMeasured);

    IDataView PredictedView(IReadOnlyList<HeatmapPlan> plans) =>
        Normalized(predict!.Transform(new RowsView<HeatmapPlan>(plans, s_still)), options.Normalize);

    // The predictor's own scale is kept unless another is wanted.
    IDataView Normalized(IDataView view, HeatmapNormalization? mode) => mode is { } m
        ? new NormalizeHeatmapTransformer(new()
        {
            Mode = m,
            LowPercentile = options.LowPercentile,
            HighPercentile = options.HighPercentile
        }).Transform(view)
        : view;

    Func<(ReadyHeatmap?, string?)> Open(DataViewRow row, string map, HeatmapPlan[] plans)
    {
        ValueGetter<int> readWidth = row.GetGetter<int>(row.Schema[SceneColumns.StillWidth]),
            readHeight = row.GetGetter<int>(row.Schema[SceneColumns.StillHeight]);
        ValueGetter<VBuffer<float>> readMap = row.GetGetter<VBuffer<float>>(row.Schema[map]);
        VBuffer<float> values = default;
        int width = 0, height = 0;
        return () =>
        {
            try
            {
                readWidth(ref width);
                readHeight(ref height);
                readMap(ref values);
                return (Finish(plans[row.Position], values.GetValues(), width, height), null);
            }
            catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
            {
                return (null, SafePath.Shorten(e.Message, 500));
            }
        };
    }

    ReadyHeatmap Finish(HeatmapPlan plan, ReadOnlySpan<float> map, int width, int height)
    {
        HeatmapNormalization? normalize = plan.Gaze is null ? options.Normalize : _normalizeMeasured;
        // A distribution's values are far below a 16-bit step: its file holds it stretched to 1, and the record what white stands for.
        float max = TensorPrimitives.Max(map), white = normalize == HeatmapNormalization.SumToOne && max > 0 ? max : 1;
        ushort[] words = new ushort[map.Length];
        for (int i = 0; i < words.Length; i++) words[i] = (ushort)(Math.Clamp(map[i] / white, 0f, 1f) * White16 + 0.5f);
        byte[] png = PngWriter.Grey16(words, width, height);
        var entry = new HeatmapEntry(plan.SceneNumber, VideoHeatmaps.FileOf(plan.VideoId, plan.SceneNumber), FileHash.OfBytes(png),
            0)
        { White = white };
        return plan.Gaze is not { } gaze ? new(png, Predicted, entry with { StillSha256 = FileHash.OfFile(plan.Still) })
            : new(png, Measured!, entry with
            {
                Rows = gaze.Rows,
                Participants = gaze.Participants,
                Weight = gaze.Weight,
                SigmaPixels = gaze.SigmaX,
                Place = GazeSource.PlaceOf(gaze.Scene)
            });
    }

    static string Text(HeatmapNormalization? mode, double low, double high) => mode switch
    {
        null => "as predicted",
        HeatmapNormalization.Percentile => Invariant($"percentiles {low} to {high}"),
        { } m => m.ToString(),
    };
}
