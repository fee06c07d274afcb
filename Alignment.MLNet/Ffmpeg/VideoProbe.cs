using FFMpegCore;
using FFMpegCore.Exceptions;

namespace Alignment.MLNet.Ffmpeg;

// What a video file says of itself.
sealed record VideoInfo
{
    // Pixels as coded, like the height: before Rotation is applied.
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required FrameRate Fps { get; init; }

    // Coded pictures in the file; counted packet by packet where the container does not say.
    public required long Frames { get; init; }

    // Duration of the video stream; of the container where the stream does not say.
    public double Seconds { get; init; }

    // Degrees clockwise by which a player turns the picture: 0, 90, 180 or 270.
    public int Rotation { get; init; }

    public required string VideoCodec { get; init; }

    // ffmpeg's name of the first audio stream's codec ("aac"), or null without audio.
    public string? AudioCodec { get; init; }

    public int FrameWidth => Rotation is 90 or 270 ? Height : Width;

    public int FrameHeight => Rotation is 90 or 270 ? Width : Height;

    // As shown, in square pixels, after rotation.
    public int DisplayWidth => Rotation is 90 or 270 ? Height : SquareWidth;

    public int DisplayHeight => Rotation is 90 or 270 ? SquareWidth : Height;

    // Width at which the coded picture has square pixels; the height stays.
    public required int SquareWidth { get; init; }

    // ffmpeg's name of the pixel format ("yuv420p"), or null.
    public string? PixelFormat { get; init; }

    // ffmpeg's name of the colour matrix ("bt709"), or null where the file does not say.
    public string? ColorSpace { get; init; }

    // "tv" (16..235), "pc" (0..255), or null where the file does not say.
    public string? ColorRange { get; init; }
}

// Reads what a video file says of itself, through ffprobe.
static class VideoProbe
{
    // 8K in both directions with room; more is a hostile header.
    const int MaxSide = 16384;
    // Pixels are made half to twice as wide as high (anamorphic film); more is a broken header. Less than a hundredth is rounding, by
    // PySceneDetect's limit too.
    const double MostStretch = 4, LeastStretch = 0.01;

    public static VideoInfo Read(string path, FfmpegTools? tools = null, CancellationToken cancellationToken = default)
    {
        tools ??= FfmpegTools.Find();
        string subject = $"The video '{SafePath.Shorten(path, 200)}'";
        using var workspace = new FfmpegWorkspace();
        string input = Path.Combine(workspace.Folder, workspace.AddInput(path));
        var stream = VideoStream(Ask(input, count: false), subject, out var analysis);
        if (Text(stream, "nb_frames") is null) stream = VideoStream(Ask(input, count: true), subject, out analysis);
        return Interpret(stream, analysis, subject);

        IMediaAnalysis Ask(string file, bool count)
        {
            try
            {
                string arguments = count ? FfmpegWorkspace.InputGuards + " -count_packets" : FfmpegWorkspace.InputGuards;
                return FFProbe.AnalyseAsync(file, tools.Options(workspace.Folder), arguments, cancellationToken).GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is FFMpegException or JsonException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string said = SafePath.Shorten(e.Message.Replace(workspace.Folder, "", StringComparison.Ordinal).Trim(), 300);
                throw BadDataException.For(subject, "no readable video: " + said, "a video file such as MP4, MOV, MKV or WebM",
                    "Check that the file plays.", e);
            }
        }
    }

    static string Side(int? pixels) => pixels is { } n ? Invariant($"{n}") : "?";

    static FFProbeStream VideoStream(IMediaAnalysis analysis, string subject, out IMediaAnalysis same)
    {
        same = analysis;
        return analysis.Raw.Streams?.FirstOrDefault(s => s.CodecType == "video" && !IsCoverPicture(s))
            ?? throw BadDataException.For(subject, "no video stream", "one video stream", "Check that the file plays.");
    }

    // A music file's cover is a "video" stream of one picture.
    static bool IsCoverPicture(FFProbeStream stream) =>
        stream.Disposition is { } d && d.TryGetValue("attached_pic", out int is1) && is1 == 1;

    static VideoInfo Interpret(FFProbeStream video, IMediaAnalysis analysis, string subject)
    {
        if (video.Width is not (> 0 and <= MaxSide) || video.Height is not (> 0 and <= MaxSide))
            throw BadDataException.For(subject, $"a picture of {Side(video.Width)}x{Side(video.Height)}", $"sides of 1 to {MaxSide} pixels",
                "Check that the file plays.");
        if (!FrameRate.TryParse(video.AvgFrameRate, out var fps) && !FrameRate.TryParse(video.FrameRate, out fps))
            throw BadDataException.For(subject, $"the frame rate '{video.AvgFrameRate}'", "a rate of 0.01 to 1000 frames per second",
                "Check that the file plays.");
        long frames = long.TryParse(Text(video, "nb_frames") ?? Text(video, "nb_read_packets"), NumberStyles.None,
            CultureInfo.InvariantCulture, out long n) ? n : 0;
        double seconds = double.TryParse(video.Duration, NumberStyles.Float, CultureInfo.InvariantCulture, out double s) ? s
            : analysis.Duration.TotalSeconds;
        string? audio = analysis.Raw.Streams.FirstOrDefault(a => a.CodecType == "audio")?.CodecName;
        int rotation = analysis.VideoStreams.FirstOrDefault(v => v.Index == video.Index)?.Rotation ?? 0;
        // FFMpegCore hands on the display matrix's angle, which counts against the clock.
        return new()
        {
            Width = video.Width.Value,
            Height = video.Height.Value,
            Fps = fps,
            Frames = frames,
            Seconds = seconds,
            Rotation = ((-rotation % 360) + 360) % 360,
            VideoCodec = video.CodecName ?? "",
            AudioCodec = audio,
            SquareWidth = SquareWidthOf(video.Width.Value, video.SampleAspectRatio),
            PixelFormat = video.PixelFormat,
            ColorSpace = Text(video, "color_space"),
            ColorRange = Text(video, "color_range"),
        };
    }

    // A width times the sample aspect ratio ("4:3"); "0:1" and "N/A" are unknown, and what no camera makes is not believed.
    static int SquareWidthOf(int width, string? ratio)
    {
        string[] parts = ratio?.Split(':') ?? [];
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int x)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int y) || x <= 0 || y <= 0) return width;
        double shape = (double)x / y, square = Math.Round(width * shape);
        return shape is >= 1 / MostStretch and <= MostStretch && Math.Abs(shape - 1) >= LeastStretch && square is >= 1 and <= MaxSide
            ? (int)square : width;
    }

    static string? Text(FFProbeStream stream, string name) =>
        stream.ExtensionData is { } more && more.TryGetValue(name, out var value) ? value.ToString() : null;
}
