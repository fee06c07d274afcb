using Alignment.Onnx.Bundles;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

// What training does not change of a bundle, as far as the losses need it.
sealed class FrozenModels : IDisposable
{
    readonly Disposables _open = new();

    public FrozenModels(ModelBundle bundle, TrainingLosses losses)
    {
        BundleConfigs configs = BundleConfigs.Read(bundle);
        try
        {
            var parts = new List<(string, IWeights)> { (ControlNetTrainingGraph.UNet, Open(bundle, BundleFiles.Unet)) };
            if ((losses & ~TrainingLosses.Noise) != 0)
            {
                OnnxWeights vae = Open(bundle, BundleFiles.VaeDecoder);
                parts.Add((ControlNetTrainingGraph.Vae, vae));
                configs = configs with { NewVaeNames = AutoencoderKL.HasNewNames(vae) };
            }
            if (losses.HasFlag(TrainingLosses.Lpips) && bundle.Has(BundleFiles.Lpips))
                parts.Add((ControlNetTrainingGraph.Lpips, Open(bundle, BundleFiles.Lpips)));
            (Configs, Weights) = (configs, MixedWeights.Scoped([.. parts]));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BundleConfigs Configs { get; }
    public MixedWeights Weights { get; }

    OnnxWeights Open(ModelBundle bundle, string model) => _open.Add(new OnnxWeights(bundle.PathOf(model)));

    public void Dispose() => _open.Dispose();
}
