using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;
using Alignment.Transforms.Images.Quality;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML.Transforms.Image;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="ComparePicturesEstimator"/>.</summary>
public sealed record ComparePicturesOptions : IStageOptions
{
    /// <summary>text (a path) or image – the picture before.</summary>
    public string BeforeColumn { get; init; } = SceneColumns.SceneImagePath;

    /// <summary>text (a path) or image of the same size – the picture after.</summary>
    public string AfterColumn { get; init; } = SceneColumns.EditedPath;

    /// <summary>text (a path) or image of the same size, red above 0 where pixels may change; or float vector, the weights of a
    /// region.</summary>
    public string RegionColumn { get; init; } = SceneColumns.RegionPath;

    /// <summary>The folder of the model bundle whose LPIPS is used; null, or a bundle without it: none.</summary>
    public string? Bundle { get; init; }

    /// <summary>How LPIPS sees a large region.</summary>
    public PerceptualScale Scale { get; init; } = PerceptualScale.Blocks;

    /// <summary>The least side of what LPIPS sees, in pixels: published trunks leave nothing of less than 64.</summary>
    public int LeastSide { get; init; } = PerceptualDistance.LeastSide;

    /// <summary>Most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <summary>bool – whether all pixels are equal.</summary>
    public string UnchangedColumn { get; init; } = SceneColumns.Unchanged;

    /// <summary>double – PSNR inside the region, dB; NaN for equal pixels and for no region.</summary>
    public string PsnrColumn { get; init; } = SceneColumns.Psnr;

    /// <summary>double – mean SSIM within the rectangle around the region; NaN where no window fits, or for no region.</summary>
    public string SsimColumn { get; init; } = SceneColumns.Ssim;

    /// <summary>double – LPIPS within the same rectangle; NaN without a model, for too small a picture, and for no region.</summary>
    public string LpipsColumn { get; init; } = SceneColumns.Lpips;

    /// <summary>double [3] – mean change of red, green and blue inside the region, in levels of 255.</summary>
    public string ColourDriftColumn { get; init; } = SceneColumns.ColourDrift;

    /// <summary>int32 – largest difference of any value outside the region, in levels of 255.</summary>
    public string LargestOutsideColumn { get; init; } = SceneColumns.LargestOutside;

    /// <inheritdoc/>
    public void Check()
    {
        this.RequirePixels(MaxPixels);
        this.Require(LeastSide, LeastSide >= 1, "1 or more", "64 suits the published trunks.");
        this.RequireKnown(Scale);
    }
}

/// <summary>Compares two pictures inside a region and outside it: PSNR, SSIM, LPIPS, colour drift, and the largest difference where nothing
/// may change.</summary>
public sealed class ComparePicturesEstimator : SceneEstimator<ComparePicturesTransformer>
{
    /// <exception cref="MissingDependencyException">There is no such bundle.</exception>
    internal ComparePicturesEstimator(ComparePicturesOptions options) : base(ComparePicturesTransformer.Open(options)) { }
}

/// <inheritdoc cref="ComparePicturesEstimator"/>
public sealed class ComparePicturesTransformer : SceneTransformer<ComparePicturesOptions>, IDisposable
{
    internal const string Name = "ComparePictures";

    readonly Lock _gate = new();
    readonly ModelBundle? _bundle;
    PerceptualDistance? _lpips;

    ComparePicturesTransformer(ComparePicturesOptions options, ModelBundle? bundle) : base(Name, options) => _bundle = bundle;

    internal static ComparePicturesTransformer Open(ComparePicturesOptions options)
    {
        options.Check();
        if (options.Bundle is null) return new(options, null);
        ModelBundle bundle = ModelBundle.Open(options.Bundle);
        return new(options with { Bundle = bundle.Folder }, bundle.Has(BundleFiles.Lpips) ? bundle : null);
    }

    // The pictures, what may change, and the rectangle around it; a width of 0 where nothing may.
    sealed record Compared(RgbPicture Before, RgbPicture After, byte[] Region, (int Left, int Top, int Width, int Height) Rectangle);

    internal override void Describe(StageColumns columns)
    {
        StageInput before = columns.PathOrImage(Options.BeforeColumn), after = columns.PathOrImage(Options.AfterColumn),
            region = columns.Find(Options.RegionColumn, "text (a path), image, or a float vector (weights)", t => t is TextDataViewType
                or ImageDataViewType || t is VectorDataViewType v && v.ItemType == NumberDataViewType.Single);
        StageInput[] reads = [before, after, region];
        var pictures = StageColumns.Together<Compared>(reads, row =>
        {
            var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
            var (b, a) = (row.Picture(before, limits), row.Picture(after, limits));
            if (region.Column.Type is VectorDataViewType)
            {
                var weights = row.Region(region);
                return () => Inside(row, before, b(), after, a(), weights);
            }
            var r = row.Picture(region, limits);
            return () =>
            {
                RgbPicture one = b(), other = a(), allowed = r();
                RequireSize(row, before, one, after, other);
                RequireSize(row, before, one, region, allowed);
                return Inside(one, other, allowed);
            };
        });
        var change = StageColumns.Together<PixelChange>(reads, row =>
        {
            var get = row.Once(pictures);
            return () => PixelChange.Of(get().Before.Pixels, get().After.Pixels, get().Region);
        });
        columns.Make(Options.UnchangedColumn, pictures,
            p => p.Before.Pixels.AsSpan().SequenceEqual(p.After.Pixels));
        columns.Make(Options.PsnrColumn, change, c => c.PsnrDb ?? double.NaN);
        columns.Make(Options.SsimColumn, pictures, p => Within(p, StructuralSimilarity.Mean));
        columns.Make(Options.LpipsColumn, pictures, p => Within(p, (a, b, width, rectangle) =>
            Lpips()?.Between(a, b, width, rectangle, Options.Scale, Options.LeastSide)));
        columns.MakeDoubles(Options.ColourDriftColumn, change, c => [c.Red, c.Green, c.Blue], 3);
        columns.Make(Options.LargestOutsideColumn, change, c => c.LargestOutside);
    }

    static double Within(Compared p, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, int, (int, int, int, int), double?> measure) =>
        p.Rectangle.Width == 0 ? double.NaN : measure(p.Before.Pixels, p.After.Pixels, p.Before.Width, p.Rectangle) ?? double.NaN;

    Compared Inside(StageRow row, StageInput beforeColumn, RgbPicture before, StageInput afterColumn, RgbPicture after,
        Func<int, int, EditRegion> weights)
    {
        RequireSize(row, beforeColumn, before, afterColumn, after);
        EditRegion region = weights(before.Width, before.Height);
        return new(before, after, region.Allowed(), (region.Left, region.Top, region.BoundsWidth, region.BoundsHeight));
    }

    static Compared Inside(RgbPicture before, RgbPicture after, RgbPicture region)
    {
        byte[] allowed = new byte[before.Width * before.Height];
        int left = before.Width, right = -1, top = -1, bottom = -1;
        for (int i = 0; i < allowed.Length; i++)
        {
            if ((allowed[i] = region.Pixels[3 * i]) == 0) continue;
            int x = i % before.Width, y = i / before.Width;
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), top < 0 ? y : top, y);
        }
        return new(before, after, allowed, right < 0 ? default : (left, top, right - left + 1, bottom - top + 1));
    }

    void RequireSize(StageRow row, StageInput column, RgbPicture picture, StageInput otherColumn, RgbPicture other)
    {
        if ((picture.Width, picture.Height) != (other.Width, other.Height))
            throw BadRow(row, FormattableString.Invariant($"a picture of {other.Width}x{other.Height} in column '{otherColumn.Name}'"),
                FormattableString.Invariant($"{picture.Width}x{picture.Height} as in '{column.Name}'"),
                "Compare pictures of one size; edits and regions are written by `alignment edit`.");
    }

    PerceptualDistance? Lpips()
    {
        if (_bundle is null) return null;
        lock (_gate) return _lpips ??= PerceptualDistance.Of(_bundle);
    }

    /// <summary>Frees the model; rows read later load it again.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _lpips?.Dispose();
            _lpips = null;
        }
    }
}
