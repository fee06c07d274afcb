using Alignment.Onnx.Weights;

namespace Alignment.MLNet.Training;

// A ControlNet in training, as far as the loop needs it: gradients of a batch, a step of the optimizer, and its state.
interface ITrainingStep : IDisposable
{
    // The parts of the loss that are computed; the first is loss, their weighted sum.
    IReadOnlyList<string> LossParts { get; }

    // Computes a batch's losses, in the order of LossParts, and adds its gradients to those waiting for Apply.
    double[] Accumulate(TrainingBatch batch);

    void Abandon();

    // One step by the mean of the gradients that wait. Returns the norm of that mean, before clipping. Where it is not finite, nothing
    // changed.
    double Apply(double learningRate);

    double[] Evaluate(TrainingBatch batch);

    // Number of trained values.
    long Length { get; }

    // Some of the trained values, in place.
    Span<float> Values(long start, int count);

    // The trained values by the names they have in controlnet.onnx.
    IWeights Weights { get; }

    void Save(string folder);

    void Load(string folder, long steps);
}
