using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="MarkRegionEstimator"/>.</summary>
public sealed record MarkRegionOptions : IStageOptions
{
    /// <summary>text – the path of the keyword mask.</summary>
    public string InputColumn { get; init; } = SceneColumns.KeywordMaskPath;

    /// <summary>int32 – the still's pixels across.</summary>
    public string WidthColumn { get; init; } = SceneColumns.StillWidth;

    /// <summary>int32 – the still's pixels down.</summary>
    public string HeightColumn { get; init; } = SceneColumns.StillHeight;

    /// <summary>float vector, still_height · still_width values in 0..1 – the weight of the edit at each pixel.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Region;

    /// <summary>int64 – pixels whose weight is above 0.</summary>
    public string PixelsColumn { get; init; } = SceneColumns.RegionPixels;

    /// <summary>Mask values strictly above this are product.</summary>
    public float Threshold { get; init; } = 0.5f;

    /// <summary>How far the region reaches beyond the mask, and how soft its border is.</summary>
    public EditRegionOptions Region { get; init; } = new();

    /// <summary>Most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(Threshold, float.IsFinite(Threshold), "a finite number", "0.5 is the usual value.");
        this.RequirePixels(MaxPixels);
        Region.Check();
    }
}

/// <summary>Marks where an edit may change the still: the keyword mask at the still's own size, grown and feathered.</summary>
public sealed class MarkRegionEstimator : SceneEstimator<MarkRegionTransformer>
{
    internal MarkRegionEstimator(MarkRegionOptions options) : base(new MarkRegionTransformer(options)) { }
}

/// <inheritdoc cref="MarkRegionEstimator"/>
public sealed class MarkRegionTransformer : SceneTransformer<MarkRegionOptions>
{
    internal const string Name = "MarkRegion";

    internal MarkRegionTransformer(MarkRegionOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        StageInput path = columns.Text(Options.InputColumn), width = columns.Int(Options.WidthColumn),
            height = columns.Int(Options.HeightColumn);
        var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
        var region = StageColumns.Together<EditRegion>([path, width, height], row =>
        {
            var (read, across, down) = (row.Text(path), row.Value<int>(width), row.Value<int>(height));
            return () =>
            {
                (int w, int h) = (across(), down());
                float[] mask = new float[checked(w * h)];
                MapFile.Read(read(), w, h, mask, limits: limits);
                BinarizeMaskTransformer.Binarize(mask, Options.Threshold, mask);
                return EditRegion.FromMask(mask, w, h, Options.Region);
            };
        });
        columns.Make<VBuffer<float>>(Options.OutputColumn, new VectorDataViewType(NumberDataViewType.Single), region.Reads,
            row => new RegionColumn(row.Once(region)).Get);
        columns.Make(Options.PixelsColumn, region, r => r.CountPixels());
    }

    sealed class RegionColumn(Func<EditRegion> read) : ILentColumn
    {
        public void Get(ref VBuffer<float> to)
        {
            EditRegion region = read();
            VBufferEditor<float> editor = VBufferEditor.Create(ref to, region.Width * region.Height);
            region.CopyWeights(editor.Values);
            to = editor.Commit();
        }

        public Delegate Lend() => read;
    }
}
