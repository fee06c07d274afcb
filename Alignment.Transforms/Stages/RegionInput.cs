using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

// Regions as stages read them: weights of a still's size.
static class RegionInput
{
    // Reads the region of a still of a given width and height.
    public static Func<int, int, EditRegion> Region(this StageRow row, StageInput region)
    {
        if (row.Lent<Func<EditRegion>>(region) is { } lent) return (_, _) => lent();
        var get = row.Getter<VBuffer<float>>(region);
        VBuffer<float> weights = default;
        return (width, height) =>
        {
            get(ref weights);
            if (weights.Length != (long)width * height)
                throw BadDataException.For(FormattableString.Invariant($"Row {row.Position}, column '{region.Name}'"),
                    FormattableString.Invariant($"{weights.Length} values"),
                    FormattableString.Invariant($"{width}x{height}, as the still has"),
                    "Mark the region at the still's own size.");
            return EditRegion.FromWeights([.. weights.DenseValues()], width, height);
        };
    }
}
