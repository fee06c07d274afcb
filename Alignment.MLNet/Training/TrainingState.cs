using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Training;

/// <summary>Where a run is; with the weights and moments beside it, all that is needed to go on exactly.</summary>
sealed record TrainingState
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Optimizer steps done. The order of the data and all noise follow from it.</summary>
    public long Step { get; init; }

    /// <summary>The step with the least validation loss; 0 before any validation.</summary>
    public long BestStep { get; init; }

    public double? BestLoss { get; init; }

    /// <summary>The first validation's, to tell later what training brought.</summary>
    public double? FirstValidationLoss { get; init; }

    public double? LastValidationLoss { get; init; }

    public double? FirstTrainingLoss { get; init; }

    public double? LastTrainingLoss { get; init; }

    /// <summary>True where the run was cancelled between the step and the validation that follows it.</summary>
    public bool ValidationPending { get; init; }

    /// <summary>Validations since the best one.</summary>
    public int WithoutImprovement { get; init; }

    /// <summary>What the run was begun with.</summary>
    public SortedDictionary<string, string> Run { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The other files of the checkpoint.</summary>
    public SortedDictionary<string, BundleFile> Files { get; init; } = new(StringComparer.Ordinal);
}
