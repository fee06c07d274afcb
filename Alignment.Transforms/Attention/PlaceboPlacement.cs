namespace Alignment.Transforms.Attention;

/// <summary>Where a scene's placebo region lies: the product's mask, shifted.</summary>
/// <param name="Dx">Columns the mask is shifted to the right.</param>
/// <param name="Dy">Rows the mask is shifted down.</param>
/// <param name="Coverage">Part of the product's area that the region has, after what leaves the frame or meets the product is taken away: 1
/// = whole, 0 = there is no region.</param>
/// <param name="ProductAttention">Σ A over the product.</param>
/// <param name="RegionAttention">Σ A over the region.</param>
public readonly record struct PlaceboPlacement(int Dx, int Dy, double Coverage, double ProductAttention, double RegionAttention)
{
    /// <summary>No region: the product is absent or fills the frame, or the background has no attention.</summary>
    public static PlaceboPlacement None(double productAttention) => new(0, 0, 0, productAttention, 0);

    /// <summary>True when there is a region at all.</summary>
    public bool Exists => Coverage > 0;

    /// <summary>True when the region has the product's full size and shape.</summary>
    public bool IsWhole => Coverage >= 1;
}
