using System.Numerics.Tensors;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Gaze;

/// <summary>A heatmap to be made.</summary>
/// <param name="VideoId">The video.</param>
/// <param name="SceneNumber">The scene.</param>
/// <param name="Still">Its still.</param>
/// <param name="Looked">The gaze on it; null where attention is predicted.</param>
/// <param name="Measured">Its density, maximum 1; null where nobody looked.</param>
/// <param name="Gaze">Where the gaze is from; null where attention is predicted.</param>
sealed record HeatmapPlan(string VideoId, int SceneNumber, string Still, GazeOfScene? Looked, float[]? Measured, GazeSource? Gaze);

/// <summary>Turns densities and stills into finished heatmap files. Used by several threads at a time.</summary>
sealed class HeatmapPainter(AttentionOptions options, AttentionPredictor? predictor)
{
    const float White16 = 65535f;

    HeatmapMethod? _measured;

    /// <summary>How predicted heatmaps are made.</summary>
    public HeatmapMethod Predictor { get; } = new()
    {
        Kind = ProvenanceKind.Predicted,
        By = predictor?.Name ?? "",
        Method = predictor is null ? null : SaliencyPredictors.MethodsOf(predictor.Name),
        ModelSha256 = predictor is { ModelSha256.Count: > 0 } ? predictor.ModelSha256 : null,
        CentreWeight = predictor is { Options.CentreWeight: > 0 } ? predictor.Options.CentreWeight : null,
        Normalization = Text(options.Normalize, options.LowPercentile, options.HighPercentile),
        Smoothing = options.Smoothing,
    };

    /// <summary>How measured heatmaps are made.</summary>
    public HeatmapMethod MakerOf(GazeSource gaze) => _measured ??= new()
    {
        Kind = ProvenanceKind.Measured,
        By = $"{gaze.File}, sigma {options.Gaze.Sigma}",
        GazeFile = gaze.File,
        GazeSha256 = gaze.Sha256,
        Coordinates = options.Gaze.Coordinates.ToString(),
        Frame = options.Gaze.FrameWidth is null ? null : FormattableString.Invariant($"{options.Gaze.FrameWidth}x{options.Gaze.FrameHeight}"),
        Sigma = options.Gaze.Sigma.ToString(),
        ViewingDistanceCm = options.Gaze.Sigma.Unit == SigmaUnit.Degrees ? options.Gaze.Geometry.DistanceCm : null,
        ScreenWidthCm = options.Gaze.Sigma.Unit == SigmaUnit.Degrees ? options.Gaze.Geometry.WidthCm : null,
        Normalization = Text(options.Normalize ?? HeatmapNormalization.DivideByMax, options.LowPercentile, options.HighPercentile),
        Smoothing = options.Smoothing,
    };

    /// <summary>Pixels of a still by its header; 0 where that cannot be read, which painting will say.</summary>
    public static long StillPixels(string still)
    {
        try
        {
            PictureHeader header = PictureFile.ReadHeader(still);
            return (long)header.Width * header.Height;
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The finished heatmap, or why there is none.</summary>
    public (ReadyHeatmap? Ready, string? Why) TryPaint(HeatmapPlan plan)
    {
        try
        {
            return (plan.Looked is null ? Predict(plan) : Measure(plan), null);
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            return (null, SafePath.Shorten(e.Message, 500));
        }
    }

    static string Text(HeatmapNormalization? mode, double low, double high) => mode switch
    {
        null => "as predicted",
        HeatmapNormalization.Percentile => FormattableString.Invariant($"percentiles {low} to {high}"),
        { } m => m.ToString(),
    };

    ReadyHeatmap Measure(HeatmapPlan plan)
    {
        GazeScene scene = plan.Looked!.Scene;
        float[] map = plan.Measured ?? new float[scene.Width * scene.Height];
        return Finish(plan, map, scene.Width, scene.Height, options.Normalize ?? HeatmapNormalization.DivideByMax, MakerOf(plan.Gaze!),
            e => e with { Rows = plan.Looked.Rows, Participants = plan.Looked.Participants, Weight = plan.Looked.Weight, SigmaPixels = plan.Looked.SigmaX, Place = GazeSource.PlaceOf(scene) });
    }

    ReadyHeatmap Predict(HeatmapPlan plan)
    {
        RgbPicture still = PictureFile.ReadRgb8(plan.Still);
        float[] map = new float[still.Width * still.Height];
        predictor!.Predict(still.Pixels, still.Width, still.Height, map);
        string hash = FileHash.OfFile(plan.Still);
        return Finish(plan, map, still.Width, still.Height, options.Normalize, Predictor, e => e with { StillSha256 = hash });
    }

    ReadyHeatmap Finish(HeatmapPlan plan, float[] map, int width, int height, HeatmapNormalization? normalize, HeatmapMethod maker, Func<HeatmapEntry, HeatmapEntry> more)
    {
        if (options.Smoothing > 0) HeatmapSmoothing.Apply(map, width, height, options.Smoothing);
        if (normalize is { } mode) NormalizeHeatmapTransformer.Normalize(map, mode, options.LowPercentile, options.HighPercentile, map);
        // A distribution's values are far below a 16-bit step: its file holds it stretched to 1, and the record what white stands for.
        float max = TensorPrimitives.Max<float>(map), white = normalize == HeatmapNormalization.SumToOne && max > 0 ? max : 1;
        ushort[] words = new ushort[map.Length];
        for (int i = 0; i < words.Length; i++) words[i] = (ushort)(Math.Clamp(map[i] / white, 0f, 1f) * White16 + 0.5f);
        byte[] png = PngWriter.Grey16(words, width, height);
        return new(png, maker, more(new(plan.SceneNumber, VideoHeatmaps.FileOf(plan.VideoId, plan.SceneNumber), FileHash.OfBytes(png), 0, white)));
    }
}
