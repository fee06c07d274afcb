using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>A held-out scene: its picture, mask and attention, and where it may be edited.</summary>
sealed class HeldOutScene
{
    (float[] Map, bool Whole)? _placebo;

    public HeldOutScene(DrawnStill still, float presence, ISaliencyPredictor saliency, EditOptions edit)
    {
        (Still, Width, Height) = (still, still.Width, still.Height);
        int n = Width * Height;
        (Rgb, Image, Mask, Attention) = (new byte[3 * n], new float[3 * n], new float[n], new float[n]);
        still.Fill(presence, saliency, Image, Mask, Attention, Rgb);
        Region = EditRegion.FromMask(Mask, Width, Height, edit.Region);
    }

    public DrawnStill Still { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Decides the noise of its edits.</summary>
    public string Id => FormattableString.Invariant($"held_out-Scene-{Still.Index + 1:000}");

    /// <summary>8-bit, interleaved: the source.</summary>
    public byte[] Rgb { get; }

    /// <summary>[3,H,W] in −1..1.</summary>
    public float[] Image { get; }

    /// <summary>M [H,W], 0 or 1.</summary>
    public float[] Mask { get; }

    /// <summary>A [H,W].</summary>
    public float[] Attention { get; }

    public EditRegion Region { get; }

    /// <summary>A' for a multiplier, by the variants' own formula.</summary>
    public float[] Changed(double alpha)
    {
        float[] changed = new float[Attention.Length];
        AttentionChange.Apply(Attention, Mask, alpha, preserveMass: false, changed);
        return changed;
    }

    /// <summary>The boost's change on background of the product's size; whether a whole region was found and bore it in full.</summary>
    public (float[] Map, bool Whole) Placebo => _placebo ??= MakePlacebo();

    /// <summary>An edit put into the source.</summary>
    public byte[] Composite(float[] edited) => Compositor.Composite(Rgb, edited, Width, Height, Region);

    /// <summary>The largest difference to the source, in levels, where nothing may change.</summary>
    public int BackgroundDifference(byte[] picture)
    {
        int worst = 0;
        for (int y = 0, at = 0; y < Height; y++)
            for (int x = 0; x < Width; x++, at += 3)
                if (!(Region[x, y] > 0))
                    for (int c = 0; c < 3; c++) worst = Math.Max(worst, Math.Abs(picture[at + c] - Rgb[at + c]));
        return worst;
    }

    /// <summary>10 log₁₀(255² / mean squared difference to the source) over the mask's pixels; infinite where they are equal.</summary>
    public double PsnrInMask(byte[] picture)
    {
        double squares = 0;
        long values = 0;
        for (int i = 0; i < Mask.Length; i++)
        {
            if (!(Mask[i] > 0)) continue;
            for (int c = 0; c < 3; c++) squares += Math.Pow(picture[3 * i + c] - Rgb[3 * i + c], 2);
            values += 3;
        }
        return 10 * Math.Log10(255.0 * 255 * values / squares);
    }

    (float[] Map, bool Whole) MakePlacebo()
    {
        float[] changed = new float[Attention.Length];
        PlaceboPlacement place = PlaceboRegion.Find(Attention, Mask, Width, Height, 0, Id);
        PlaceboBalance balance = PlaceboChange.Apply(Attention, Mask, Width, Height, place, Variant.BoostAlpha, changed);
        return (changed, place.IsWhole && balance.Strength >= 1);
    }
}
