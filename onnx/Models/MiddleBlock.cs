namespace Alignment.Onnx.Models;

/// <summary>What stands between a UNet's halves (<c>mid_block_type</c>).</summary>
enum MiddleBlock
{
    /// <summary>Two resnets around a transformer: Stable Diffusion 1.5.</summary>
    Transformer,

    /// <summary>One resnet ("UNetMidBlock2D").</summary>
    Resnet,

    /// <summary>Distilled models.</summary>
    None,
}
