using FFMpegCore;

namespace Alignment.MLNet.Ffmpeg;

/// <summary>Small copies of videos, without sound, for pages: the same video gives the same bytes, for one version of ffmpeg and
/// x264.</summary>
static class SmallVideo
{
    // Small pictures forgive more than full ones; x264's own scale, 0 to 51.
    const int Crf = 30;

    // As in VideoWriter: x264's result depends on it.
    const int EncoderThreads = 4;

    // No frame passes through here. A smaller video keeps its size; encoding ends soon after mostBytes: the copy is then larger than this
    // and of no use.
    public static void Write(string from, string to, int mostWidth, long mostBytes, FfmpegTools tools, CancellationToken cancellationToken)
    {
        VideoInfo info = VideoProbe.Read(from, tools, cancellationToken);
        // Even sides, which 4:2:0 needs.
        int width = Math.Max(2, Math.Min(mostWidth, info.DisplayWidth) / 2 * 2),
            height = Math.Max(2, (int)Math.Round(width * (double)info.DisplayHeight / info.DisplayWidth / 2) * 2);
        AtomicFile.Make(to, partial =>
        {
            using var workspace = new FfmpegWorkspace();
            string input = workspace.AddInput(from);
            workspace.SetOutput(partial);
            FfmpegRun.Execute(Job(input, width, height, mostBytes), $"Copying the video '{SafePath.Shorten(from, 200)}' small", tools,
                workspace, cancellationToken);
            workspace.Deliver();
        });
    }

    internal static FFMpegArgumentProcessor Job(string input, int width, int height, long mostBytes) =>
        FFMpegArguments.FromFileInput(input, false, o =>
        o.WithCustomArgument("-hide_banner -nostdin -v error " + FfmpegWorkspace.InputGuards))
        .OutputToFile(FfmpegWorkspace.Output, true, o => o.WithCustomArgument(Invariant($"-map 0:v:0 -vf "
            + $"scale={width}:{height}:flags=area+accurate_rnd+full_chroma_int+bitexact,format=yuv420p -c:v libx264 -preset medium -crf "
            + $"{Crf} -threads {EncoderThreads} -x264-params cpu-independent=1 -fs {mostBytes + (1 << 16)} -map_metadata -1 -map_chapters "
            + $"-1 -fflags +bitexact -flags:v +bitexact -movflags +faststart -f mp4")));
}
