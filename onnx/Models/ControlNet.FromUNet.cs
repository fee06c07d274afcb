using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

// The ControlNet to start training from.
static partial class ControlNet
{
    /// <summary>
    /// Initialised as in the paper: the encoder half is that of <paramref name="unet"/>, which must stay open; the conditioning embedding
    /// is seeded; zero convolutions are zero (or of a small gain), so that it changes nothing until trained.
    /// </summary>
    public static IWeights FromUNet(IWeights unet, ControlNetConfig config, SeededWeightsOptions? options = null)
    {
        var wanted = Weights(config);
        WeightCheck.Demand("unet", [.. wanted.Where(w => !IsOwn(w.Name))], unet);
        var own = new SeededWeights(wanted, options);
        return new MixedWeights(own.Infos, name => (IsOwn(name) ? own : unet, name));
    }

    // Whether a tensor is a ControlNet's, not its UNet's.
    static bool IsOwn(string name) => name.StartsWith("controlnet_", StringComparison.Ordinal);
}
