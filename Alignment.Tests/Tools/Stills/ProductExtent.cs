using Alignment.MLNet.Synthetic;

namespace Alignment.Tests.Tools.Stills;

/// <summary>How large a product is in its own units, found by looking at every place on a grid once.</summary>
/// <param name="Area">Of the product.</param>
/// <param name="HalfWidth">How far it reaches to the left or right of its origin.</param>
/// <param name="HalfHeight">How far it reaches up or down.</param>
readonly record struct ProductExtent(float Area, float HalfWidth, float HalfHeight)
{
    static readonly ProductExtent[] s_all = [.. Enum.GetValues<ProductKind>().Select(Measure)];

    public static ProductExtent Of(ProductKind kind) => s_all[(int)kind];

    static ProductExtent Measure(ProductKind kind)
    {
        const int Steps = 75;
        const float Cell = Products.Reach / Steps;
        float area = 0, width = 0, height = 0;
        for (int j = -Steps; j <= Steps; j++)
        {
            for (int i = -Steps; i <= Steps; i++)
            {
                if (Products.Distance(kind, i * Cell, j * Cell) > 0) continue;
                area += Cell * Cell;
                width = MathF.Max(width, MathF.Abs(i * Cell) + Cell);
                height = MathF.Max(height, MathF.Abs(j * Cell) + Cell);
            }
        }
        return new(area, width, height);
    }
}
