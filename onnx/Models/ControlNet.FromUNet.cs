using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>The ControlNet to start training from.</summary>
static partial class ControlNet
{
    /// <summary>
    /// Weights of a new ControlNet for a UNet, as the paper initialises it: conv_in, time embedding and the encoder
    /// half are the UNet's own; the conditioning embedding is seeded; its last convolution and the zero convolutions
    /// are zero, so that it changes nothing until it is trained. Reads from <paramref name="unet"/> when it is read.
    /// </summary>
    /// <param name="unet">The UNet's weights; must stay open while these are used.</param>
    /// <param name="config">See <see cref="ControlNetConfig.For"/>.</param>
    /// <param name="options">Seed of the conditioning embedding, and a gain for the zero convolutions when they must not be zero.</param>
    /// <exception cref="BadDataException">The UNet lacks tensors of the encoder half, or has them in another shape.</exception>
    public static IWeights FromUNet(IWeights unet, ControlNetConfig config, SeededWeightsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(unet);
        var wanted = Weights(config);
        WeightCheck.Demand("unet", [.. wanted.Where(w => !IsOwn(w.Name))], unet);
        return new Joined(unet, new SeededWeights(wanted, options));
    }

    /// <summary>True for what a ControlNet has and its UNet has not.</summary>
    static bool IsOwn(string name) => name.StartsWith("controlnet_", StringComparison.Ordinal);

    sealed class Joined(IWeights unet, SeededWeights own) : IWeights
    {
        public IReadOnlyDictionary<string, WeightInfo> Infos => own.Infos;

        public void Read(string name, long start, Span<float> into) => Of(name).Read(name, start, into);

        public void Read(string name, long start, Span<Half> into) => Of(name).Read(name, start, into);

        IWeights Of(string name) => IsOwn(name) ? own : unet;
    }
}
