using FFMpegCore;
using FFMpegCore.Exceptions;
using Instances.Exceptions;

namespace Alignment.MLNet.Ffmpeg;

// Runs one ffmpeg job to its end and turns its failures into errors a user can act on.
static class FfmpegRun
{
    const int ErrorLinesKept = 8;

    // The job's arguments are only our own words, numbers and workspace names; subject is the user's file. Returns the lines in which
    // ffmpeg complained although it succeeded.
    public static IReadOnlyList<string> Execute(FFMpegArgumentProcessor job, string subject, FfmpegTools tools, FfmpegWorkspace workspace,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FFMpegResult result;
        try
        {
            var cancellable = job.CancellableThrough(out Action cancel, TimeSpan.Zero);
            using var registration = cancellationToken.Register(() => Cancel(cancel));
            result = cancellable.ProcessSynchronously(throwOnError: false, tools.Options(workspace.Folder), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or FFMpegException or OperationCanceledException)
        {
            // The pipe breaks when ffmpeg dies first.
            cancellationToken.ThrowIfCancellationRequested();
            throw Failure(subject, e is FFMpegProcessException p ? p.Result.ExitCode : -1, job.Arguments,
                e is FFMpegProcessException q ? q.Result.StandardError : [e.Message], tools, e);
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (!result.Success) throw Failure(subject, result.ExitCode, job.Arguments, result.StandardError, tools);
        return [.. result.StandardError.Where(l => !string.IsNullOrWhiteSpace(l))];
    }

    // FFMpegCore asks ffmpeg through its standard input before it kills it. An ffmpeg that is just ending has closed that: there is
    // nothing left to stop, and whoever cancels must not get the error.
    static void Cancel(Action cancel)
    {
        try
        {
            cancel();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or InstanceException)
        {
            // It ends by itself; its run is waited for.
        }
    }

    internal static AlignmentException Failure(string subject, int exitCode, string arguments, IReadOnlyList<string> stderr,
        FfmpegTools tools, Exception? inner = null)
    {
        string said = string.Join(" | ", stderr.Where(l => !string.IsNullOrWhiteSpace(l)).TakeLast(ErrorLinesKept)
            .Select(l => SafePath.Shorten(l.Trim(), 300)));
        string found = Invariant(
            $"ffmpeg {tools.Version} exit code {exitCode} after '{arguments}', saying: {(said.Length == 0 ? "nothing" : said)}");
        if (said.Contains("No space left", StringComparison.OrdinalIgnoreCase)
            || said.Contains("not enough space", StringComparison.OrdinalIgnoreCase))
            return RetryableException.For(subject, found, "room on the disk", "Free some space and run again; finished files are kept.");
        if (said.Contains("Unknown encoder", StringComparison.OrdinalIgnoreCase))
            return new MissingDependencyException(
                $"{subject}: found {found}, expected an ffmpeg built with libx264. {FfmpegTools.HowToInstall}", inner);
        return BadDataException.For(subject, found, "a video ffmpeg can read and write", "Check that the file plays; ffprobe tells more.",
            inner);
    }
}
