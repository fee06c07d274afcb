namespace Alignment.Onnx.Models;

/// <summary>What stands between a UNet's halves (<c>mid_block_type</c>).</summary>
enum MiddleBlock
{
    // Two resnets around a transformer: Stable Diffusion 1.5.
    Transformer,

    // One resnet ("UNetMidBlock2D").
    Resnet,

    // Distilled models.
    None,
}
