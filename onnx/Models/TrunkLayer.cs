namespace Alignment.Onnx.Models;

/// <summary>As torchvision numbers them in <c>features</c>.</summary>
abstract record TrunkLayer
{
    // A square convolution with bias.
    public sealed record Conv(int Channels, int Kernel, int Stride = 1, int Padding = 0) : TrunkLayer;

    public sealed record Relu : TrunkLayer;

    /// <summary><paramref name="Ceil"/> keeps the window that the edge cuts off.</summary>
    public sealed record MaxPool(int Kernel, int Stride, bool Ceil = false) : TrunkLayer;

    /// <summary>
    /// SqueezeNet's fire module (Iandola et al. 2016): 1x1, then 1x1 and 3x3 concatenated; a ReLU after each convolution.
    /// </summary>
    public sealed record Fire(int Squeeze, int Expand) : TrunkLayer;
}
