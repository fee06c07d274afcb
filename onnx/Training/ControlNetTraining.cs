using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>
/// A bundle's ControlNet in training, without files: the graphs of <see cref="ControlNetTrainingGraph"/> are authored in memory and loaded with the
/// frozen weights where they lie in the bundle, which is left as it is.
/// </summary>
static class ControlNetTraining
{
    /// <summary>Buffers with the bundle's own ControlNet in them, moments zero.</summary>
    /// <exception cref="BadDataException">The bundle does not record its architectures, or its ControlNet does not fit them.</exception>
    public static ParameterBuffers Start(ModelBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        IReadOnlyList<WeightInfo> parameters = Models.ControlNet.Weights(BundleConfigs.Read(bundle).ControlNet);
        var buffers = new ParameterBuffers(parameters.Select(p => p with { Name = $"{ControlNetTrainingGraph.Control}.{p.Name}" }));
        try
        {
            using var weights = new OnnxWeights(bundle.PathOf(BundleFiles.ControlNet));
            buffers.Fill(new ScopedWeights((ControlNetTrainingGraph.Control, weights)));
            return buffers;
        }
        catch
        {
            buffers.Dispose();
            throw;
        }
    }

    /// <summary>The values in the buffers under the names they have in controlnet.onnx.</summary>
    public static IWeights Weights(ParameterBuffers buffers) => new BufferWeights(buffers, ControlNetTrainingGraph.Control);

    /// <summary>Loads the training graph, or the one that evaluates, over the buffers.</summary>
    /// <param name="bundle">The frozen models.</param>
    /// <param name="buffers">See <see cref="Start"/>; they must outlive the session.</param>
    /// <param name="options">Which losses.</param>
    /// <param name="gradients">False: losses alone.</param>
    /// <param name="settings">How to load it.</param>
    /// <exception cref="BadDataException">The bundle does not record its architectures, or a model's weights do not fit them.</exception>
    /// <exception cref="UsageException">A loss that this bundle cannot have.</exception>
    public static TrainingSession Open(ModelBundle bundle, ParameterBuffers buffers, TrainingArtifactOptions options, bool gradients, SessionSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(buffers);
        ArgumentNullException.ThrowIfNull(options);
        using var models = new FrozenModels(bundle, options.Losses);
        OnnxModel model = ControlNetTrainingGraph.Author(models.Configs, bundle.Manifest.PredictionType, models.Weights, options, gradients);
        string name = $"{model.Graph.Name} of '{bundle.Folder}'";
        return TrainingSession.Make(OrtSessions.Open(model.ToBytes(bundle.Folder), name, bundle.Folder, settings), buffers, name, device: settings?.Device);
    }
}
