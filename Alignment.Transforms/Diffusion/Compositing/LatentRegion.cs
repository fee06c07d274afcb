namespace Alignment.Transforms.Diffusion.Compositing;

// The region of an edit on the grid of its latents.
static class LatentRegion
{
    /// <summary>
    /// 1 for every latent whose square of pixels holds a pixel of the region, else 0. Nothing between: the soft border is the composite's,
    /// and a latent that is half one picture and half another decodes to neither.
    /// </summary>
    public static float[] Weights(ReadOnlySpan<float> mask, int width, int height, int latentWidth, int latentHeight,
        EditRegionOptions options)
    {
        EditRegion region = EditRegion.FromMask(mask, width, height, options with { Feather = 0 });
        float[] weights = new float[latentWidth * latentHeight];
        int across = width / latentWidth, down = height / latentHeight;
        for (int y = region.Top; y < region.Top + region.BoundsHeight; y++)
        {
            ReadOnlySpan<float> row = region.Row(y);
            Span<float> into = weights.AsSpan(Math.Min(y / down, latentHeight - 1) * latentWidth, latentWidth);
            for (int x = 0; x < row.Length; x++)
                if (row[x] > 0) into[Math.Min((region.Left + x) / across, latentWidth - 1)] = 1;
        }
        return weights;
    }
}
