using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="LoadStillEstimator"/>.</summary>
public sealed record LoadStillOptions : IStageOptions
{
    /// <summary>text – the path of a PNG or JPEG.</summary>
    public string InputColumn { get; init; } = SceneColumns.SceneImagePath;

    /// <summary>image – 8-bit colour, upright.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Still;

    /// <summary>int32 – its pixels across.</summary>
    public string WidthColumn { get; init; } = SceneColumns.StillWidth;

    /// <summary>int32 – its pixels down.</summary>
    public string HeightColumn { get; init; } = SceneColumns.StillHeight;

    /// <summary>Most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <inheritdoc/>
    public void Check() => this.RequirePixels(MaxPixels);
}

/// <summary>Loads scene stills at their own size, turned upright as EXIF says.</summary>
public sealed class LoadStillEstimator : SceneEstimator<LoadStillTransformer>
{
    internal LoadStillEstimator(LoadStillOptions options) : base(new LoadStillTransformer(options)) { }
}

/// <inheritdoc cref="LoadStillEstimator"/>
public sealed class LoadStillTransformer : SceneTransformer<LoadStillOptions>
{
    internal const string Name = "LoadStill";

    internal LoadStillTransformer(LoadStillOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        var still = StillSize.Columns(columns, columns.Text(Options.InputColumn), Options.WidthColumn, Options.HeightColumn,
            Options.MaxPixels);
        columns.MakePicture(Options.OutputColumn, still.Reads, row => row.Once(still));
    }
}
