using Alignment.MLNet.Training;
using Alignment.MLNet.Variants;

namespace Alignment.MLNet.Audit;

/// <summary>The audit's limits. The defaults are those of <c>variants</c> and <c>train</c>.</summary>
public sealed record AuditOptions
{
    /// <summary>A mask pixel above this is product, as in <see cref="VariantOptions.MaskThreshold"/>.</summary>
    public float MaskThreshold { get; init; } = new VariantOptions().MaskThreshold;

    /// <summary>Decodes the pictures; without it names, tables and headers are audited.</summary>
    public bool Deep { get; init; } = true;

    /// <summary>The size at which attention is measured: the variants' own.</summary>
    public int Width { get; init; } = new VariantOptions().Width;

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; } = new VariantOptions().Height;

    /// <summary>The boost whose effect is forecast.</summary>
    public double BoostAlpha { get; init; } = new VariantOptions().BoostAlpha;

    /// <summary>Relative difference of width ÷ height from which a map is distorted; less is rounding of odd sizes.</summary>
    public double AspectTolerance { get; init; } = 0.01;

    /// <summary>Share of mask pixels neither black nor white from which the mask is not binary: a smooth edge or a JPEG's fringe, not a
    /// stray pixel.</summary>
    public double BetweenShare { get; init; } = 0.001;

    /// <summary>Share of mask pixels between a quarter and three quarters from which that is a warning: they may fall on either side of the
    /// threshold.</summary>
    public double UndecidedShare { get; init; } = 0.005;

    /// <summary>Share of the picture from which a mask is full: no background is left for the placebo or to pay for a boost.</summary>
    public double FullMaskShare { get; init; } = 0.95;

    /// <summary>Product pixels at <see cref="Width"/> x <see cref="Height"/> below which a product is tiny: one latent cell of Stable
    /// Diffusion is 8 x 8 pixels.</summary>
    public int TinyMaskPixels { get; init; } = 64;

    /// <summary>Range of a heatmap, in levels of 255, up to which it is constant (a JPEG's rounding moves a flat picture by one or
    /// two).</summary>
    public int ConstantLevels { get; init; } = 4;

    /// <summary>Share of heatmap pixels at white (254 of 255 and above) from which it is saturated: peaks are cut off, and a boost has no
    /// room there.</summary>
    public double SaturatedShare { get; init; } = 0.02;

    /// <summary>Mean difference between a map's highest and lowest colour channel, in levels of 255, from which it is coloured.</summary>
    public double ColourLevels { get; init; } = 16;

    /// <summary>Least attention share that a boost must move: one percentage point.</summary>
    public double LeastShareMoved { get; init; } = 0.01;

    /// <summary>Share of a map's total lost to clipping from which a boost is saturated.</summary>
    public double MostClipped { get; init; } = 0.05;

    /// <summary>
    /// Most differing bits, of 64, of two near copies (<see cref="PictureHash"/>). Re-encoded, resized or slightly brightened copies differ
    /// by 0 to 4; bits of unrelated pictures agree like coin tosses: fewer than one pair in 10¹⁰ comes that close.
    /// At most <see cref="HashIndex.MostBits"/>.
    /// </summary>
    public int CopyBits { get; init; } = HashIndex.MostBits;

    /// <summary>Mean difference of 4 x 4 colours, in levels of 255, up to which such pictures are near copies: the hash does not see
    /// colour.</summary>
    public double CopyColourLevels { get; init; } = 16;

    /// <summary>Part of the attention that may lie elsewhere (total variation over 8 x 8 cells) in heatmaps that are near copies.</summary>
    public double HeatmapDistance { get; init; } = 0.02;

    /// <summary>How far apart the centre and the spread (means of x, y, x², y², in picture sides) of such heatmaps may be.</summary>
    public double HeatmapMoments { get; init; } = 0.005;

    /// <summary>Luminance spread (standard deviation of 255 levels) below which a still has no features to compare: a black or white
    /// frame.</summary>
    public double FlatLevels { get; init; } = 4;

    /// <summary>Share of videos trained on and the seed of the split: the trainer's own.</summary>
    public double TrainShare { get; init; } = new ControlNetTrainingOptions().TrainShare;

    /// <inheritdoc cref="TrainShare"/>
    public ulong SplitSeed { get; init; } = new ControlNetTrainingOptions().Seed;

    /// <summary>Findings of each kind with pictures on the page; the tables have all.</summary>
    public int SamplesPerKind { get; init; } = 8;

    /// <summary>Videos on the page; the JSON file has all.</summary>
    public int VideosShown { get; init; } = 50;
}
