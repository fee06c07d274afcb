using Alignment.Onnx.Bundles;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>The weights of a bundle's models that stay as they are while its ControlNet is trained, as far as the losses need them.</summary>
sealed class FrozenModels : IDisposable
{
    readonly List<OnnxWeights> _open = [];

    internal FrozenModels(ModelBundle bundle, TrainingLosses losses)
    {
        BundleConfigs configs = BundleConfigs.Read(bundle);
        try
        {
            var parts = new List<(string, IWeights)> { (ControlNetTrainingGraph.UNet, Open(bundle, BundleFiles.Unet)) };
            if ((losses & ~TrainingLosses.Noise) != 0)
            {
                OnnxWeights vae = Open(bundle, BundleFiles.VaeDecoder);
                parts.Add((ControlNetTrainingGraph.Vae, vae));
                configs = configs with { NewVaeNames = vae.Infos.Keys.Any(n => n.EndsWith("mid_block.attentions.0.to_q.weight", StringComparison.Ordinal)) };
            }
            if (losses.HasFlag(TrainingLosses.Lpips) && bundle.Has(BundleFiles.Lpips)) parts.Add((ControlNetTrainingGraph.Lpips, Open(bundle, BundleFiles.Lpips)));
            (Configs, Weights) = (configs, new([.. parts]));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal BundleConfigs Configs { get; }

    /// <summary>Under the scopes of the training graph.</summary>
    internal ScopedWeights Weights { get; }

    OnnxWeights Open(ModelBundle bundle, string model)
    {
        var weights = new OnnxWeights(bundle.PathOf(model));
        _open.Add(weights);
        return weights;
    }

    public void Dispose()
    {
        foreach (OnnxWeights weights in _open) weights.Dispose();
    }
}
