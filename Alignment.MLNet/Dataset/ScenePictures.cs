using Alignment.Transforms.Images;

namespace Alignment.MLNet.Dataset;

// A scene's pictures: the headers, and in a deep validation the pixels.
sealed record ScenePixels(PictureHeader StillHeader, PictureHeader MaskHeader, PictureHeader HeatmapHeader)
{
    public RgbPicture? Still { get; init; }

    // Grey, 0..1, at its own size.
    public FloatPicture? Mask { get; init; }

    public FloatPicture? Heatmap { get; init; }
}

static class ScenePictures
{
    // The scene's pictures where all three can be used, else null; problems are reported.
    public static ScenePixels? Check(SceneRecord scene, ValidationOptions options, Action<SceneProblem> report)
    {
        PictureHeader? still = Readable(scene, scene.SceneImagePath, report), mask = Readable(scene, scene.KeywordMaskPath, report),
            heatmap = Readable(scene, scene.AttentionHeatmapPath, report);
        if (still is null || mask is null || heatmap is null) return null;

        Compare(scene, scene.KeywordMaskPath, "mask", mask, still, report);
        Compare(scene, scene.AttentionHeatmapPath, "heatmap", heatmap, still, report);
        var seen = new ScenePixels(still, mask, heatmap);
        return options.Deep ? Deep(scene, seen, options, report) : seen;
    }

    static PictureHeader? Readable(SceneRecord scene, string path, Action<SceneProblem> report) =>
        Try(scene, path, report, () =>
        {
            PictureHeader header = PictureFile.ReadHeader(path);
            // A picture without its end mark is truncated, or has something appended: only decoding tells.
            if (!HasEnd(path, header.Format)) _ = PictureFile.ReadGrey(path);
            return header;
        });

    static ScenePixels? Deep(SceneRecord scene, ScenePixels seen, ValidationOptions options, Action<SceneProblem> report)
    {
        var still = Try(scene, scene.SceneImagePath, report, () => PictureFile.ReadRgb8(scene.SceneImagePath));
        var mask = Try(scene, scene.KeywordMaskPath, report, () => PictureFile.ReadGrey(scene.KeywordMaskPath));
        var heatmap = Try(scene, scene.AttentionHeatmapPath, report, () => PictureFile.ReadGrey(scene.AttentionHeatmapPath));
        if (still is null || mask is null || heatmap is null) return null;
        if (!mask.Values.AsSpan().ContainsAnyInRange(MathF.BitIncrement(options.MaskThreshold), float.MaxValue))
            report(new(ProblemKind.EmptyMask, scene.VideoId, scene.SceneNumber, scene.KeywordMaskPath,
                "The mask has no product pixel: the product is absent, and every variant leaves this scene as it is."));
        if (!heatmap.Values.AsSpan().ContainsAnyInRange(float.Epsilon, float.MaxValue))
            report(new(ProblemKind.BlankHeatmap, scene.VideoId, scene.SceneNumber, scene.AttentionHeatmapPath,
                "The heatmap is zero everywhere: there is no attention to move. Check how it was made."));
        return seen with { Still = still, Mask = mask, Heatmap = heatmap };
    }

    static void Compare(SceneRecord scene, string path, string what, PictureHeader found, PictureHeader still, Action<SceneProblem> report)
    {
        if ((found.Width, found.Height) == (still.Width, still.Height)) return;
        report(new(ProblemKind.SizeMismatch, scene.VideoId, scene.SceneNumber, path,
            Invariant($"The {what} is {found.Width}x{found.Height}, the still {still.Width}x{still.Height}; it is stretched to the "
                + $"still's shape.")));
    }

    static T? Try<T>(SceneRecord scene, string path, Action<SceneProblem> report, Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            report(new(ProblemKind.UnreadableFile, scene.VideoId, scene.SceneNumber, path, SafePath.Shorten(e.Message, 500)));
            return null;
        }
    }

    // Whether the file ends with JPEG's EOI or PNG's IEND.
    static bool HasEnd(string path, PictureFormat format)
    {
        Span<byte> tail = stackalloc byte[64];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        file.Seek(-Math.Min(tail.Length, file.Length), SeekOrigin.End);
        tail = tail[..file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false)];
        return format == PictureFormat.Png ? tail.IndexOf("IEND"u8) >= 0 : tail.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) >= 0;
    }
}
