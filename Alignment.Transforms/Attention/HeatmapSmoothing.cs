using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Transforms.Attention;

// The border is reflected without repeating the edge, so that a constant map stays constant.
static class HeatmapSmoothing
{
    // In pixels.
    public const float MostSigma = 2000;

    // Blurs [H,W] in place.
    public static void Apply(Span<float> map, int width, int height, float sigma)
    {
        if (!map.ContainsAnyExcept(map[0])) return;   // a blur would make differences of its rounding
        SmoothedSaliency.Blur(map, width, height, SmoothedSaliency.Kernel(sigma));
    }
}
