using Alignment.Transforms.Attention.Metrics;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="ScoreAgreementEstimator"/>.</summary>
public sealed record ScoreAgreementOptions : IStageOptions
{
    /// <summary>float vector – the map that is judged.</summary>
    public string PredictedColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>float vector as long – the map that is the truth, or what was asked for.</summary>
    public string TargetColumn { get; init; } = SceneColumns.HeatmapModified;

    /// <summary>The part of the target's pixels, the highest, that stand for fixations in NSS and AUC (<see cref="PeakPixels"/>).</summary>
    public double FixationFraction { get; init; } = PeakPixels.DefaultFraction;

    /// <summary>float – Pearson's correlation (<see cref="CorrelationCoefficient"/>); NaN for a constant target.</summary>
    public string CcColumn { get; init; } = SceneColumns.AgreementCc;

    /// <summary>float – <see cref="Similarity"/>.</summary>
    public string SimColumn { get; init; } = SceneColumns.AgreementSim;

    /// <summary>float – <see cref="KullbackLeibler"/>, nats.</summary>
    public string KlColumn { get; init; } = SceneColumns.AgreementKl;

    /// <summary>float – <see cref="NormalizedScanpathSaliency"/>; NaN for a constant target.</summary>
    public string NssColumn { get; init; } = SceneColumns.AgreementNss;

    /// <summary>float – <see cref="AreaUnderCurve.Judd"/>; NaN for a constant target.</summary>
    public string AucColumn { get; init; } = SceneColumns.AgreementAuc;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(FixationFraction, FixationFraction is > 0 and <= 1, "above 0 and at most 1",
            $"{PeakPixels.DefaultFraction} is the default.");
    }
}

/// <summary>Scores how well two maps agree, by CC, SIM, KL, NSS and AUC-Judd (see <see cref="SaliencyMetrics"/>).</summary>
public sealed class ScoreAgreementEstimator : SceneEstimator<ScoreAgreementTransformer>
{
    internal ScoreAgreementEstimator(ScoreAgreementOptions options) : base(new ScoreAgreementTransformer(options))
    {
    }
}

/// <inheritdoc cref="ScoreAgreementEstimator"/>
public sealed class ScoreAgreementTransformer : SceneTransformer<ScoreAgreementOptions>, IStageLoader
{
    internal const string Name = "ScoreAgreement";

    internal ScoreAgreementTransformer(ScoreAgreementOptions options) : base(Name, options)
    {
    }

    static ITransformer IStageLoader.Load(BinaryReader from) =>
        new ScoreAgreementTransformer(StageModel.ReadOptions<ScoreAgreementOptions>(from, Name, StageModel.FirstVersion));

    internal override void Describe(StageColumns columns)
    {
        var predicted = columns.Floats(Options.PredictedColumn);
        var target = columns.Floats(Options.TargetColumn);
        columns.RequireSameLength(predicted, target);
        var score = StageColumns.Together<SaliencyMetrics>([predicted, target], row =>
        {
            var p = row.Floats(predicted);
            var t = row.Floats(target);
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
        columns.Make(Options.CcColumn, NumberDataViewType.Single, score, s => (float)s.Cc);
        columns.Make(Options.SimColumn, NumberDataViewType.Single, score, s => (float)s.Sim);
        columns.Make(Options.KlColumn, NumberDataViewType.Single, score, s => (float)s.Kl);
        columns.Make(Options.NssColumn, NumberDataViewType.Single, score, s => (float)s.Nss);
        columns.Make(Options.AucColumn, NumberDataViewType.Single, score, s => (float)s.AucJudd);
    }
}
