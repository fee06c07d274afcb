using System.Globalization;
using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>Sizes that belong together in one edit.</summary>
/// <param name="Width">Of the picture and of the control, in pixels.</param>
/// <param name="Height">Of the picture and of the control, in pixels.</param>
/// <param name="LatentChannels">4 in Stable Diffusion.</param>
/// <param name="LatentWidth">Of the latent.</param>
/// <param name="LatentHeight">Of the latent.</param>
/// <param name="ControlChannels">Planes of the control: mask and attention.</param>
sealed record EditShape(int Width, int Height, int LatentChannels, int LatentWidth, int LatentHeight, int ControlChannels)
{
    /// <summary>Values in a picture [3,H,W].</summary>
    public int ImageLength => 3 * Height * Width;

    /// <summary>Values in a latent [4,h,w].</summary>
    public int LatentLength => LatentChannels * LatentHeight * LatentWidth;

    /// <summary>Values in a control [planes,H,W].</summary>
    public int ControlLength => ControlChannels * Height * Width;

    /// <exception cref="UsageException">The sides are no multiples of the bundle's; the message names the nearest sizes that
    /// are.</exception>
    public static EditShape Of(ModelBundle bundle, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        BundleManifest m = bundle.Manifest;
        if (width % m.ImageMultiple != 0 || height % m.ImageMultiple != 0)
            throw UsageException.For("The size of an edit", Text(width, height),
                $"both sides a multiple of {m.ImageMultiple.ToString(CultureInfo.InvariantCulture)}, which this model needs",
                $"Use {string.Join(" or ", Nearest(width, height, m.ImageMultiple))}.");
        return new EditShape(width, height, m.LatentChannels, width / m.VaeFactor, height / m.VaeFactor, m.ControlChannels);
    }

    /// <summary>Each side rounded down, and up, to a multiple.</summary>
    static IEnumerable<string> Nearest(int width, int height, int multiple)
    {
        int Down(int side) => Math.Max(multiple, side / multiple * multiple);
        int Up(int side) => (side + multiple - 1) / multiple * multiple;
        return new[] { Text(Down(width), Down(height)), Text(Up(width), Up(height)) }.Distinct();
    }

    static string Text(int width, int height) => string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
}
