using System.Text.Json.Nodes;
using Alignment.Transforms.Attention.Metrics;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="ScoreAgreementEstimator"/>.</summary>
public sealed record ScoreAgreementOptions : IStageOptions
{
    /// <summary>float vector – the map that is judged.</summary>
    public string PredictedColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>float vector as long – the map that is the truth, or the target of an edit.</summary>
    public string TargetColumn { get; init; } = SceneColumns.HeatmapModified;

    /// <summary>The part of the target's pixels, the highest, that stand for fixations in NSS and AUC; above 0, at most 1.</summary>
    public double FixationFraction { get; init; } = PeakPixels.DefaultFraction;

    /// <summary>float – one column a metric, named by this and the metric: <c>agreement_cc</c>; NaN where it does not exist.</summary>
    public string ColumnPrefix { get; init; } = SceneColumns.AgreementPrefix;

    /// <summary>double vector – all of them before they are rounded to float, in the metrics' order.</summary>
    public string DetailColumn { get; init; } = SceneColumns.Agreement;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(FixationFraction, FixationFraction is > 0 and <= 1, "above 0 and at most 1",
            $"{PeakPixels.DefaultFraction} is the default.");
    }
}

/// <summary>Scores how well two maps agree by the metrics of the field: correlation (CC), similarity (SIM), Kullback–Leibler divergence
/// (KL), normalised scanpath saliency (NSS) and AUC-Judd.</summary>
public sealed class ScoreAgreementEstimator : SceneEstimator<ScoreAgreementTransformer>
{
    internal ScoreAgreementEstimator(ScoreAgreementOptions options) : base(new ScoreAgreementTransformer(options)) { }
}

/// <inheritdoc cref="ScoreAgreementEstimator"/>
public sealed class ScoreAgreementTransformer : SceneTransformer<ScoreAgreementOptions>
{
    internal const string Name = "ScoreAgreement";

    // 2: a prefix instead of a column name for each metric.
    internal const int Newest = 2;

    internal ScoreAgreementTransformer(ScoreAgreementOptions options) : base(Name, options) { }

    private protected override int Version => Newest;

    internal static void Upgrade(JsonObject options, int version)
    {
        foreach (var (old, metric) in new[] { ("Cc", "cc"), ("Sim", "sim"), ("Kl", "kl"), ("Nss", "nss"), ("Auc", "auc_judd") })
        {
            if (!options.Remove(old + "Column", out JsonNode? column)) continue;
            if ((string?)column != SceneColumns.AgreementPrefix + metric)
                throw BadDataException.For($"The saved stage '{Name}'",
                    $"the column '{SafePath.Shorten((string?)column ?? "")}' for {metric}", "columns of one prefix",
                    $"Save the model again with {nameof(ScoreAgreementOptions.ColumnPrefix)}.");
        }
    }

    internal override void Describe(StageColumns columns)
    {
        var predicted = columns.Floats(Options.PredictedColumn);
        var target = columns.Floats(Options.TargetColumn);
        columns.RequireSameLength(predicted, target);
        var score = StageColumns.Together<double[]>([predicted, target], row =>
        {
            var (p, t) = (row.Floats(predicted), row.Floats(target));
            return () =>
            {
                try
                {
                    return SaliencyMetrics.Of(p(), t(), Options.FixationFraction);
                }
                catch (ArgumentException e)
                {
                    throw BadRow(row, e.Message, "two maps of finite numbers", "Predict, load or normalize both first.", e);
                }
            };
        });
        int count = SaliencyMetrics.All.Count;
        for (int i = 0; i < count; i++)
        {
            int metric = i;
            columns.Make(Options.ColumnPrefix + SaliencyMetrics.All[i].Name, score, s => (float)s[metric]);
        }
        columns.MakeDoubles(Options.DetailColumn, score, s => s, count);
    }
}
