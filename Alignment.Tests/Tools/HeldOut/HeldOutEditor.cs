using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>What the experiment needs of an editor with fixed options.</summary>
interface IHeldOutEditor : IDisposable
{
    /// <summary>A picture [3,H,W] in 0..1 for each control.</summary>
    IReadOnlyList<float[]> Edit(EditInput scene, CancellationToken cancellationToken);

    /// <summary>What the VAE alone makes of a picture [3,H,W] in −1..1: as [3,H,W] in 0..1.</summary>
    float[] Reconstruct(float[] image);
}

/// <summary>The product's own editor.</summary>
sealed class BundleHeldOutEditor(ModelBundle bundle, EditOptions options) : IHeldOutEditor
{
    readonly DiffusionEditor _editor = new(bundle, options);

    public IReadOnlyList<float[]> Edit(EditInput scene, CancellationToken cancellationToken) =>
        _editor.Edit(scene, cancellationToken: cancellationToken);

    public float[] Reconstruct(float[] image)
    {
        float[] latents = new float[_editor.Shape.LatentLength];
        // Without noise the draw is the mean.
        _editor.EncodeImage(image).Sample((float)bundle.Manifest.ScalingFactor, latents, latents);
        return DiffusionEditor.FromModelRange(_editor.Decode(latents));
    }

    public void Dispose() => _editor.Dispose();
}
