namespace Alignment.Transforms.Diffusion.Compositing;

/// <summary>The region of an edit on the grid of its latents.</summary>
static class LatentRegion
{
    /// <summary>
    /// 1 for every latent whose square of pixels holds a pixel of the region, 0 for the others. No latent between: the soft border is the
    /// composite's, at full resolution, and a latent that is half one picture and half another decodes to neither.
    /// </summary>
    /// <param name="mask">M of the control, [height, width]; above 0.5 is product.</param>
    /// <param name="width">Of the edit, in pixels.</param>
    /// <param name="height">Of the edit, in pixels.</param>
    /// <param name="latentWidth">Of the latents; a divisor of <paramref name="width"/>.</param>
    /// <param name="latentHeight">Of the latents; a divisor of <paramref name="height"/>.</param>
    /// <param name="options">How far the region reaches.</param>
    /// <returns>[latentHeight, latentWidth].</returns>
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
