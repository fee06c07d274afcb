using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Training;

// Where a run is; with the weights and moments beside it, all that is needed to go on exactly.
sealed record TrainingState
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    // Optimizer steps done. The order of the data and all noise follow from it.
    public long Step { get; init; }

    // The step with the least validation loss; 0 before any validation.
    public long BestStep { get; init; }

    public double? BestLoss { get; init; }

    // The first validation's, to tell later what training brought.
    public double? FirstValidationLoss { get; init; }

    public double? LastValidationLoss { get; init; }

    public double? FirstTrainingLoss { get; init; }

    public double? LastTrainingLoss { get; init; }

    // True where the run was cancelled between the step and the validation that follows it.
    public bool ValidationPending { get; init; }

    // Validations since the best one.
    public int WithoutImprovement { get; init; }

    public SortedDictionary<string, string> Run { get; init; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, BundleFile> Files { get; init; } = new(StringComparer.Ordinal);
}
