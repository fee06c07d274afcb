namespace Alignment.Transforms.Attention;

/// <summary>
/// Where the product's mask, shifted, lies. <paramref name="Coverage"/>: the part of the product's area left by frame and product, 0 where
/// there is no region. Attentions are Σ A.
/// </summary>
readonly record struct PlaceboPlacement(int Dx, int Dy, double Coverage, double ProductAttention, double RegionAttention)
{
    // The product is absent or fills the frame, or the background has no attention.
    public static PlaceboPlacement None(double productAttention) => new(0, 0, 0, productAttention, 0);

    // There is a region.
    public bool Exists => Coverage > 0;

    // The region has the product's full size and shape.
    public bool IsWhole => Coverage >= 1;
}
