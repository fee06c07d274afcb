namespace Alignment.MLNet.Training;

/// <summary>What a training came to; the same whether it ran at once or was continued.</summary>
public sealed record TrainingResult
{
    /// <summary>Full path of the output folder.</summary>
    public required string Output { get; init; }

    /// <summary>Full path of the trained bundle, to be used with <c>--model</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The trained bundle's hash.</summary>
    public required string ModelHash { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public required long Steps { get; init; }

    /// <summary>Those that this call did; the others were done before.</summary>
    public required long StepsMade { get; init; }

    /// <summary>The step whose weights the bundle has: the one with the least validation loss, or the last where nothing is
    /// validated.</summary>
    public required long ChosenStep { get; init; }

    /// <summary>True where training ended before its last step, because validation no longer improved.</summary>
    public required bool StoppedEarly { get; init; }

    public required int TrainVideos { get; init; }

    public required int TrainScenes { get; init; }

    public required int ValidationVideos { get; init; }

    public required int ValidationScenes { get; init; }

    /// <summary>The first step's loss, of its few scenes.</summary>
    public double? FirstTrainingLoss { get; init; }

    public double? LastTrainingLoss { get; init; }

    public double? FirstValidationLoss { get; init; }

    public double? BestValidationLoss { get; init; }

    public double? LastValidationLoss { get; init; }

    /// <summary>Every step's loss parts, as CSV.</summary>
    public required string LossesFile { get; init; }

    /// <summary>Sample sheets, in order of steps, the one of the trained bundle last.</summary>
    public required IReadOnlyList<string> Samples { get; init; }

    /// <summary>What the user should know: that there was nothing to validate with, say.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
