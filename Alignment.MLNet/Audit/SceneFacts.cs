using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Audit;

// A scene in numbers, without pixels.
sealed record SceneFacts(PictureHeader Still, PictureHeader Mask, PictureHeader Heatmap, PixelFacts? Pixels);

sealed record PixelFacts
{
    public double ProductShare { get; init; }

    public double MaskBetween { get; init; }

    public double MaskUndecided { get; init; }

    // The mask's brightest value, 0..1.
    public float MaskMost { get; init; }

    public long ProductPixels { get; init; }

    // The heatmap's darkest and brightest value, 0..1, and its share of white pixels.
    public float HeatmapLeast { get; init; }

    public float HeatmapMost { get; init; }
    public double HeatmapWhite { get; init; }

    // Mean difference between the highest and the lowest channel, levels of 255; 0 for grey files.
    public double MaskColour { get; init; }

    public double HeatmapColour { get; init; }
    public AttentionScore Before { get; init; }
    public AttentionScore Boosted { get; init; }
    public ulong Hash { get; init; }
    public double Spread { get; init; }
    public CopyTrace Trace { get; init; } = new();
    public bool HasProduct => ProductPixels > 0;
}

// What is compared between scenes to find copies.
sealed record CopyTrace
{
    public const int ColourSide = 4, HeatmapSide = 8;

    // First half of the SHA-256 of the decoded pixels.
    public UInt128 Still { get; init; }

    public UInt128 Heatmap { get; init; }

    // Red, green and blue planes [3,4,4].
    public byte[] Colours { get; init; } = [];

    // Shares of the attention in 8 x 8 cells, of 65535; empty where there is none or it is constant.
    public ushort[] Attention { get; init; } = [];

    public HeatmapMoments Moments { get; init; }
}
