using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>Sizes in pixels and latents; <paramref name="ControlChannels"/> are mask and attention.</summary>
sealed record EditShape(int Width, int Height, int LatentChannels, int LatentWidth, int LatentHeight, int ControlChannels)
{
    public int ImageLength => 3 * Height * Width;

    public int LatentLength => LatentChannels * LatentHeight * LatentWidth;

    public int ControlLength => ControlChannels * Height * Width;

    // Throws where the sides are no multiples of the bundle's, naming the nearest sizes that are.
    public static EditShape Of(ModelBundle bundle, int width, int height)
    {
        BundleManifest m = bundle.Manifest;
        if (width % m.ImageMultiple != 0 || height % m.ImageMultiple != 0)
            throw UsageException.For("The size of an edit", Text(width, height),
                $"both sides a multiple of {m.ImageMultiple.ToString(CultureInfo.InvariantCulture)}, which this model needs",
                $"Use {string.Join(" or ", Nearest(width, height, m.ImageMultiple))}.");
        return new EditShape(width, height, m.LatentChannels, width / m.VaeFactor, height / m.VaeFactor, m.ControlChannels);
    }

    static IEnumerable<string> Nearest(int width, int height, int multiple)
    {
        int Down(int side) => Math.Max(multiple, side / multiple * multiple);
        int Up(int side) => (side + multiple - 1) / multiple * multiple;
        return new[] { Text(Down(width), Down(height)), Text(Up(width), Up(height)) }.Distinct();
    }

    static string Text(int width, int height) => $"{width}x{height}";
}
