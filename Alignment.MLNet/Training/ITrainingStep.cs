using Alignment.Onnx.Weights;

namespace Alignment.MLNet.Training;

/// <summary>A ControlNet in training, as far as the loop needs it: gradients of a batch, a step of the optimizer, and its state.</summary>
interface ITrainingStep : IDisposable
{
    /// <summary>The parts of the loss that are computed; the first is <c>loss</c>, their weighted sum.</summary>
    IReadOnlyList<string> LossParts { get; }

    /// <summary>Computes a batch's losses, in the order of <see cref="LossParts"/>, and adds its gradients to those waiting for
    /// <see cref="Apply"/>.</summary>
    double[] Accumulate(TrainingBatch batch);

    /// <summary>Forgets the gradients that wait.</summary>
    void Abandon();

    /// <summary>One step by the mean of the gradients that wait.</summary>
    /// <returns>The norm of that mean, before clipping. Where it is not finite, nothing changed.</returns>
    double Apply(double learningRate);

    /// <summary>A batch's losses alone.</summary>
    double[] Evaluate(TrainingBatch batch);

    /// <summary>Number of trained values.</summary>
    long Length { get; }

    /// <summary>Some of the trained values, in place.</summary>
    Span<float> Values(long start, int count);

    /// <summary>The trained values by the names they have in controlnet.onnx.</summary>
    IWeights Weights { get; }

    /// <summary>Writes values and moments into a folder.</summary>
    void Save(string folder);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <remarks><paramref name="steps"/>: optimizer steps taken until then.</remarks>
    void Load(string folder, long steps);
}
