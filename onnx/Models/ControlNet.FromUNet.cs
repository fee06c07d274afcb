using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>The ControlNet to start training from.</summary>
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
        return new Joined(unet, new SeededWeights(wanted, options));
    }

    /// <summary>Whether a tensor is a ControlNet's, not its UNet's.</summary>
    static bool IsOwn(string name) => name.StartsWith("controlnet_", StringComparison.Ordinal);

    sealed class Joined(IWeights unet, SeededWeights own) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos => own.Infos;

        public void Read(string name, long start, Span<float> into) => Of(name).Read(name, start, into);

        public void Read(string name, long start, Span<Half> into) => Of(name).Read(name, start, into);

        IWeights Of(string name) => IsOwn(name) ? own : unet;
    }
}
