using Alignment.MLNet.Dataset;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Training;

namespace Alignment.MLNet.Training;

// What the loop does at certain steps besides training.
interface ITrainingMonitor
{
    // A sample sheet with the weights as they are now.
    void Sample(long step);

    // Whether that step has its sheet.
    bool HasSample(long step);

    // The plot of all losses so far.
    void Plot();
}

// Plots from the table of losses, and sheets from a bundle with the weights of the moment.
sealed class TrainingMonitor(
    TrainingFolder folder, ControlNetTrainingOptions options, ModelBundle bundle, VideoSplit split, ITrainingStep model,
    WeightAverage? average, IProgress<WorkProgress>? progress, CancellationToken cancellationToken) : ITrainingMonitor
{
    readonly List<SceneRecord> _scenes = Choose(split, options.SampleScenes);

    public void Plot() => LossTable.Plot(folder.Losses);

    public bool HasSample(long step) => _scenes.Count == 0 || File.Exists(folder.Sample(step));

    public void Sample(long step)
    {
        if (_scenes.Count == 0) return;
        try
        {
            ModelBundle now;
            using (WeightAverage.InPlace(average)) now = TrainedBundle.Write(bundle, folder.SampleModel, model.Weights,
                new() { Force = true }, null, cancellationToken);
            Draw(now, folder.Sample(step));
        }
        finally
        {
            if (Directory.Exists(folder.SampleModel)) Directory.Delete(folder.SampleModel, recursive: true);
        }
    }

    public void Draw(ModelBundle trained, string path)
    {
        if (_scenes.Count > 0) SampleSheet.Write(path, trained, _scenes, options, progress, cancellationToken);
    }

    // The scenes on a sheet: those one did not train on, where there are any; evenly over them.
    static List<SceneRecord> Choose(VideoSplit split, int most)
    {
        IReadOnlyList<SceneRecord> from = split.Validation.Count > 0 ? split.Validation : split.Train;
        int count = Math.Min(most, from.Count);
        return [.. Enumerable.Range(0, count).Select(i => from[(int)((long)i * from.Count / count)])];
    }
}
