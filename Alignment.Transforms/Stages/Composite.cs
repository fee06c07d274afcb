using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="CompositeEstimator"/>.</summary>
public sealed record CompositeOptions : IStageOptions
{
    /// <summary>text (a path) or image – the still.</summary>
    public string StillColumn { get; init; } = SceneColumns.Still;

    /// <summary>float vector – the weight of the edit at each pixel of the still.</summary>
    public string RegionColumn { get; init; } = SceneColumns.Region;

    /// <summary>float [3,H,W] in 0..1 – the edited scene, of any size; not read where the region is empty.</summary>
    public string EditedColumn { get; init; } = SceneColumns.Edited;

    /// <summary>image – of the still's size.</summary>
    public string OutputColumn { get; init; } = SceneColumns.EditedImage;

    /// <summary>Most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <inheritdoc/>
    public void Check() => this.RequirePixels(MaxPixels);
}

/// <summary>Puts the edit into the still at the still's own size; where the region's weight is 0 the still's bytes stay. The result is an
/// image, so that ML.NET's image stages can follow.</summary>
public sealed class CompositeEstimator : SceneEstimator<CompositeTransformer>
{
    internal CompositeEstimator(CompositeOptions options) : base(new CompositeTransformer(options)) { }
}

/// <inheritdoc cref="CompositeEstimator"/>
public sealed class CompositeTransformer : SceneTransformer<CompositeOptions>
{
    internal const string Name = "Composite";

    internal CompositeTransformer(CompositeOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        StageInput still = columns.PathOrImage(Options.StillColumn), region = columns.AnyFloats(Options.RegionColumn),
            edited = columns.Picture(Options.EditedColumn);
        var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
        var composite = StageColumns.Together<RgbPicture>([still, region, edited], row =>
        {
            var (picture, edit) = (row.Picture(still, limits), row.Floats(edited));
            Func<int, int, EditRegion> weights = row.Region(region);
            return () =>
            {
                RgbPicture source = picture();
                EditRegion where = weights(source.Width, source.Height);
                return where.IsEmpty ? source : source with
                {
                    Pixels = Compositor.Composite(source.Pixels, edit(), edited.Width, edited.Height, where),
                };
            };
        });
        columns.MakePicture(Options.OutputColumn, composite.Reads, row => row.Once(composite));
    }
}
