using System.Runtime.ExceptionServices;
using FFMpegCore;

namespace Alignment.MLNet.Ffmpeg;

// What becomes of a last column or row that 4:2:0 video, which has even sides, cannot hold.
enum OddSize
{
    // The last column or row is repeated: nothing is lost, the video is one pixel larger.
    Pad,

    Crop,
}

sealed record VideoWriteOptions
{
    // H.264 constant rate factor, 0 (lossless) … 51; 18 is visually transparent (x264's own advice: 17–28).
    public int Crf { get; init; } = 18;

    public OddSize OddSize { get; init; } = OddSize.Pad;

    // A file whose first audio stream, if it has any, goes into the result, cut to the pictures' duration. Codecs that MP4 carries are
    // copied bit for bit, others become AAC.
    public string? AudioFrom { get; init; }
}

// The frames that are drawn: size in pixels (1 … 16384), constant rate, number.
readonly record struct VideoFormat(int Width, int Height, FrameRate Fps, long Frames);

/// <summary>Draws frame <paramref name="index"/> (0-based) into <paramref name="rgb"/>: rows top to bottom, R G B bytes, no padding. The
/// buffer still holds the previous frame, so a still needs to be drawn only once.</summary>
delegate void DrawFrame(long index, Span<byte> rgb);

/// <summary>Encodes frames as MP4: H.264, yuv420p, BT.709 (tagged), index in front ("faststart"). The same frames give the same bytes on
/// any number of cores, for one version of ffmpeg and x264: thread count and rounding are fixed and no clock, machine or encoder text is
/// written. The file appears complete or not at all.</summary>
static class VideoWriter
{
    // x264's result depends on its thread count, which it takes from the machine unless told.
    const int EncoderThreads = 4;

    // Codecs the MP4 muxer of every ffmpeg since 4.3 takes as they are.
    static readonly HashSet<string> s_mp4Audio = ["aac", "mp3", "mp2", "ac3", "eac3", "alac", "opus"];

    // draw: called once for every frame, in order, on one thread at a time. What it throws is thrown here.
    public static void Write(string path, VideoFormat format, DrawFrame draw,
        VideoWriteOptions? options = null, FfmpegTools? tools = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        Check(format, options);
        tools ??= FfmpegTools.Find();
        string subject = $"Writing the video '{SafePath.Shorten(path, 200)}'";
        string? audio = options.AudioFrom is null ? null : VideoProbe.Read(options.AudioFrom, tools, cancellationToken).AudioCodec;
        var source = new RgbFrameSource(format, options.OddSize, draw);
        AtomicFile.Make(path, partial =>
        {
            using var workspace = new FfmpegWorkspace();
            string? audioInput = audio is null ? null : workspace.AddInput(options.AudioFrom!);
            workspace.SetOutput(partial);
            try
            {
                FfmpegRun.Execute(Job(source, options, audioInput, audio), subject, tools, workspace, cancellationToken);
            }
            catch (AlignmentException) when (source.Failure is not null)
            {
                // Thrown again below: what the drawing said is the cause.
            }
            if (source.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
            workspace.Deliver();
        });
    }

    internal static FFMpegArgumentProcessor Job(RgbFrameSource source, VideoWriteOptions options, string? audioInput, string? audioCodec)
    {
        var inputs = FFMpegArguments.FromPipeInput(source, o => o.WithCustomArgument("-hide_banner -nostdin -v error"));
        if (audioInput is not null) inputs = inputs.AddFileInput(audioInput, false, o => o.WithCustomArgument(FfmpegWorkspace.InputGuards));
        // RGB to 4:2:0 with the same rounding on every processor, and the matrix players assume for what is tagged BT.709.
        const string toYuv = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=yuv420p";
        string audio = audioInput is null ? ""
            : Invariant($" -map 1:a:0 -c:a {(s_mp4Audio.Contains(audioCodec ?? "") ? "copy" : "aac -b:a 192k")} -flags:a +bitexact -t "
                + $"{EndMicroseconds(source)}us");
        string arguments = Invariant($"-map 0:v:0{audio} -vf {toYuv} -c:v libx264 -preset medium -crf {options.Crf} -threads "
            + $"{EncoderThreads} -x264-params cpu-independent=1 -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv "
            + $"-map_metadata -1 -map_chapters -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart -f mp4");
        return inputs.OutputToFile(FfmpegWorkspace.Output, true, o => o.WithCustomArgument(arguments));
    }

    // Not "-shortest": with audio shorter than the pictures it would end the pictures (and break the pipe).
    // Rounded up, so that the last frame is inside.
    static long EndMicroseconds(RgbFrameSource source) =>
        (long)Math.Ceiling((decimal)source.Format.Frames * source.Format.Fps.Denominator * 1_000_000 / source.Format.Fps.Numerator);

    internal const int MaxCrf = 51;

    static void Check(VideoFormat format, VideoWriteOptions options)
    {
        var (width, height, _, frames) = format;
        if (width is < 1 or > 16384 || height is < 1 or > 16384 || (options.OddSize == OddSize.Crop && (width < 2 || height < 2)))
            throw BadDataException.For("The video's size", $"{width}x{height}",
                "sides of 1 to 16384 pixels (2 and more when cropping)", "Choose another size.");
        if (frames < 1)
            throw BadDataException.For("The number of frames", $"{frames}", "at least 1",
                "A video needs a picture.");
        options.Require(options.Crf, options.Crf is >= 0 and <= MaxCrf, "0 (lossless) to 51 (worst)", "18 is visually transparent.");
    }
}
