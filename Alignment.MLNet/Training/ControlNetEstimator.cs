using Alignment.MLNet.Dataset;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Training;

/// <summary>Fine-tuning as an ML.NET estimator: Fit trains on the scenes of a data view, whose pictures are read by their paths in the
/// training's own order and size, and returns the stage that edits with what was learned.</summary>
public sealed class ControlNetEstimator : IEstimator<EditSceneTransformer>
{
    static readonly string[] s_read = [SceneColumns.VideoId, SceneColumns.SceneNumber, SceneColumns.Keyword, SceneColumns.SceneImagePath,
        SceneColumns.KeywordMaskPath, SceneColumns.AttentionHeatmapPath];

    readonly MLContext _ml;
    readonly ControlNetTrainingOptions _options;
    readonly IProgress<WorkProgress>? _progress;
    readonly CancellationToken _cancellationToken;

    internal ControlNetEstimator(MLContext ml, ControlNetTrainingOptions options, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_ml, _options, _progress, _cancellationToken) = (ml, options, progress, cancellationToken);
        _ = TrainingJob.Open(options);
    }

    /// <summary>Trains; see <see cref="TrainingJob"/> for what it writes and how it fails.</summary>
    /// <exception cref="UsageException">A column is missing.</exception>
    public EditSceneTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (s_read.FirstOrDefault(c => input.Schema.GetColumnOrNull(c) is null) is { } missing)
            throw UsageException.For($"ControlNet: column '{missing}'", "no column of that name", "the columns of a scene record",
                $"Columns present: {string.Join(", ", input.Schema.Select(c => $"'{c.Name}'"))}. Load scenes with ValidScenesCsv.Read.");
        IEnumerable<SceneRecord> scenes = _ml.Data.CreateEnumerable<Row>(input, reuseRowObject: true).Select(r => new SceneRecord
        {
            VideoId = r.VideoId,
            SceneNumber = r.SceneNumber,
            Keyword = r.Keyword,
            SceneImagePath = r.SceneImagePath,
            KeywordMaskPath = r.KeywordMaskPath,
            AttentionHeatmapPath = r.AttentionHeatmapPath,
            Filename = Path.GetFileName(r.SceneImagePath),
        });
        TrainingResult result = TrainingJob.Run(scenes, _options, _progress, _cancellationToken);
        return EditSceneTransformer.Open(Stage(result.Model));
    }

    /// <summary>The columns there will be: those of the editing stage.</summary>
    /// <exception cref="UsageException">A column it reads is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        new EditSceneEstimator(Stage(_options.Model)).GetOutputSchema(inputSchema);

    EditSceneOptions Stage(string bundle) => new() { Bundle = bundle, Edit = _options.Edit with { Device = _options.Device } };

    sealed class Row
    {
        [ColumnName(SceneColumns.VideoId)] public string VideoId { get; set; } = "";

        [ColumnName(SceneColumns.SceneNumber)] public int SceneNumber { get; set; }

        [ColumnName(SceneColumns.Keyword)] public string Keyword { get; set; } = "";

        [ColumnName(SceneColumns.SceneImagePath)] public string SceneImagePath { get; set; } = "";

        [ColumnName(SceneColumns.KeywordMaskPath)] public string KeywordMaskPath { get; set; } = "";

        [ColumnName(SceneColumns.AttentionHeatmapPath)] public string AttentionHeatmapPath { get; set; } = "";
    }
}
