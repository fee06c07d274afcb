using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Editing;

/// <summary>A scene in memory, ready to be denoised.</summary>
/// <param name="Plan">What it needs.</param>
/// <param name="Still">As decoded.</param>
/// <param name="Region">Where edits show.</param>
/// <param name="Allowed">The same as bytes.</param>
/// <param name="Pixels">Of the region; with none there is nothing to denoise.</param>
/// <param name="Image">[3,H,W] in −1..1 at the edit's size; empty where there is nothing to denoise.</param>
/// <param name="Encoded">By the model.</param>
/// <param name="Missing">The controls whose edits are to be made.</param>
sealed record PreparedScene(ScenePlan Plan, RgbPicture Still, EditRegion Region, byte[] Allowed, long Pixels, float[] Image,
    object? Encoded, IReadOnlyList<ControlGroup> Missing);
