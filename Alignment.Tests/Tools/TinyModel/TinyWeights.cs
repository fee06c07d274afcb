using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>The numbers of the tiny model's parts, named as its architectures name them.</summary>
/// <param name="Text">Of the text encoder.</param>
/// <param name="UNet">Of the UNet.</param>
/// <param name="Control">Of the ControlNet.</param>
/// <param name="Vae">Of both halves of the autoencoder.</param>
sealed record TinyWeights(IWeights Text, IWeights UNet, IWeights Control, IWeights Vae)
{
    /// <summary>Of the perceptual distance; null for none.</summary>
    public IWeights? Trunk { get; init; }

    /// <summary>Of CLIPSeg; null for none.</summary>
    public IWeights? Masks { get; init; }

    /// <summary>What the denoiser's latents are multiplied by.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Where the numbers come from.</summary>
    public string Origin { get; init; } = "";

    /// <summary>What a user must know before trusting the pictures.</summary>
    public string Note { get; init; } = "";

    /// <summary>Initial numbers.</summary>
    /// <param name="vocabulary">Tokens of the text encoder.</param>
    /// <param name="options">The seed, and how large the numbers are.</param>
    public static TinyWeights Seeded(int vocabulary, SeededWeightsOptions options) => new(
        new SeededWeights(ClipTextModel.Weights(TinyBundle.Text(vocabulary)), options),
        new SeededWeights(UNet2DCondition.Weights(TinyBundle.UNet), options),
        new SeededWeights(ControlNet.Weights(TinyBundle.Control), options),
        new SeededWeights(AutoencoderKL.Weights(TinyBundle.Vae), options));
}
