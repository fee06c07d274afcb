using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

// A bundle's ControlNet in training, without files: graphs in memory, frozen weights from the unchanged bundle.
static class ControlNetTraining
{
    // The bundle's own ControlNet; moments are zero.
    public static ParameterBuffers Start(ModelBundle bundle)
    {
        return Disposables.Guard(TrainingArtifact.Buffers(bundle), buffers =>
        {
            using var weights = new OnnxWeights(bundle.PathOf(BundleFiles.ControlNet));
            buffers.Fill(MixedWeights.Scoped((ControlNetTrainingGraph.Control, weights)));
            return buffers;
        });
    }

    // Under their names in controlnet.onnx.
    public static IWeights Weights(ParameterBuffers buffers) => new BufferWeights(buffers, ControlNetTrainingGraph.Control);

    /// <summary>Without <paramref name="gradients"/>: the losses alone. The buffers must outlive the session.</summary>
    public static TrainingSession Open(ModelBundle bundle, ParameterBuffers buffers, TrainingArtifactOptions options, bool gradients,
        SessionSettings? settings = null)
    {
        using var models = new FrozenModels(bundle, options.Losses);
        OnnxModel model = ControlNetTrainingGraph.Author(models.Configs, bundle.Manifest.PredictionType, models.Weights, options,
            gradients);
        string name = $"{model.Graph.Name} of '{bundle.Folder}'";
        return TrainingSession.Over(OrtSessions.Open(model.ToBytes(bundle.Folder), name, bundle.Folder, settings), buffers, name,
            settings?.Device);
    }
}
