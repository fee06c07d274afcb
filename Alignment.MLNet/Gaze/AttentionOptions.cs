using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Gaze;

/// <summary>How a data set gets its heatmaps.</summary>
public sealed record AttentionOptions
{
    /// <summary>A CSV of gaze samples or fixations: then attention is measured. Null: it is predicted.</summary>
    public string? GazeFile { get; init; }

    /// <summary>How gaze rows become heatmaps.</summary>
    public GazeOptions Gaze { get; init; } = new();

    /// <summary>How attention is predicted. Null: by the default predictor, but not at all where there is a gaze file; a scene that nobody
    /// looked at then gets a map of zeros. With a gaze file it serves the scenes without gaze.</summary>
    public AttentionPredictorOptions? Predict { get; init; }

    /// <summary>How values become attention 0..1; null: a measured map is divided by its maximum, a predicted one left as the predictor has
    /// it.</summary>
    public HeatmapNormalization? Normalize { get; init; }

    /// <summary>For the percentile normalization: what becomes 0.</summary>
    public double LowPercentile { get; init; } = new NormalizeHeatmapOptions().LowPercentile;

    /// <summary>For the percentile normalization: what becomes 1.</summary>
    public double HighPercentile { get; init; } = new NormalizeHeatmapOptions().HighPercentile;

    /// <summary>Sigma of a Gaussian blur before that, in pixels of the map (on top of what the gaze's own sigma or the predictor does); 0:
    /// none.</summary>
    public float Smoothing { get; init; }

    /// <summary>Replaces heatmaps that are there; provided ones are kept beside as <c>*.replaced</c>.</summary>
    public bool Force { get; init; }

    /// <summary>Only these videos; empty: all.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Where scene lists are looked for before the data folder and the folder above it.</summary>
    public IReadOnlyList<string> SourceFolders { get; init; } = [];

    /// <summary>Draws for each video a sheet of its stills with the attention over them.</summary>
    public bool ContactSheets { get; init; } = true;

    /// <exception cref="UsageException">A value is out of range, or a file is not there.</exception>
    public void Check()
    {
        Gaze.Check();
        Predict?.Check();
        this.Require(Normalize, Normalize is not { } mode || Enum.IsDefined(mode), string.Join(", ", Enum.GetNames<HeatmapNormalization>()),
            "Use one of these.");
        new NormalizeHeatmapOptions
        {
            Mode = Normalize ?? default,
            LowPercentile = LowPercentile,
            HighPercentile = HighPercentile,
            Smoothing = Smoothing
        }.Check();
        this.Require(Normalize, Normalize != HeatmapNormalization.DivideBy255,
            "a division by the maximum or the range, percentiles, or a sum of one",
            "Dividing by 255 is for reading 8-bit files; what is computed here has its own scale.");
        this.Require($"no file '{SafePath.Shorten(GazeFile ?? "", 300)}'", GazeFile is null || File.Exists(GazeFile), "a CSV file",
            "Correct the path, or leave the option out to predict attention.",
            nameof(GazeFile));
        if (SourceFolders.FirstOrDefault(f => !Directory.Exists(f)) is { } missing)
            throw UsageException.For($"{OptionName.Of<AttentionOptions>(nameof(SourceFolders))}",
                $"no folder '{SafePath.Shorten(missing, 300)}'", "a folder with scene lists", "Correct the path, or leave the option out.");
    }
}
