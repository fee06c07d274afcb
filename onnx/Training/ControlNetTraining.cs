using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>
/// A bundle's ControlNet in training, without files: the graphs of <see cref="ControlNetTrainingGraph"/> are authored in memory and read
/// the frozen weights from the bundle, which stays unchanged.
/// </summary>
static class ControlNetTraining
{
    /// <summary>Buffers with the bundle's own ControlNet; moments are zero.</summary>
    /// <exception cref="BadDataException">The bundle does not record its architectures, or its ControlNet does not fit them.</exception>
    public static ParameterBuffers Start(ModelBundle bundle)
    {
        return Disposables.Guard(TrainingArtifact.Buffers(bundle), buffers =>
        {
            using var weights = new OnnxWeights(bundle.PathOf(BundleFiles.ControlNet));
            buffers.Fill(new ScopedWeights((ControlNetTrainingGraph.Control, weights)));
            return buffers;
        });
    }

    /// <summary>The values in the buffers under the names they have in controlnet.onnx.</summary>
    public static IWeights Weights(ParameterBuffers buffers) => new BufferWeights(buffers, ControlNetTrainingGraph.Control);

    /// <summary>Loads the training graph (without <paramref name="gradients"/>: the losses alone) over the buffers, which must outlive the
    /// session.</summary>
    /// <exception cref="BadDataException">The bundle does not record its architectures, or a model's weights do not fit them.</exception>
    /// <exception cref="UsageException">A loss that this bundle cannot have.</exception>
    public static TrainingSession Open(ModelBundle bundle, ParameterBuffers buffers, TrainingArtifactOptions options, bool gradients,
        SessionSettings? settings = null)
    {
        using var models = new FrozenModels(bundle, options.Losses);
        OnnxModel model = ControlNetTrainingGraph.Author(models.Configs, bundle.Manifest.PredictionType, models.Weights, options,
            gradients);
        string name = $"{model.Graph.Name} of '{bundle.Folder}'";
        return TrainingSession.Over(OrtSessions.Open(model.ToBytes(bundle.Folder), name, bundle.Folder, settings), buffers, name,
            device: settings?.Device);
    }
}
