namespace Alignment.MLNet.Ffmpeg;

/// <summary>
/// A private temporary folder in which the user's files stand under names of our own (<c>in0</c>, <c>out</c>), so that
/// no text from outside ever reaches a command line. The files are links where the system allows it and copies where
/// it does not. ffmpeg runs with this folder as its working folder. Gone when disposed.
/// </summary>
sealed class FfmpegWorkspace : IDisposable
{
    /// <summary>Options before every input: nothing but plain files of known video containers is opened, whatever their bytes say.
    /// (A playlist or a "concat" script named .mp4 would otherwise make ffmpeg open what it lists.)</summary>
    internal const string InputGuards =
        "-protocol_whitelist file,pipe -format_whitelist mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf";

    internal const string Output = "out";

    readonly DirectoryInfo _folder;
    string? _deliverTo;
    int _inputs;

    public FfmpegWorkspace()
    {
        string temp = Path.GetTempPath();
        if (temp.AsSpan().IndexOf('"') >= 0 || temp.Any(char.IsControl))
            throw UsageException.For("The temporary folder", $"'{SafePath.Shorten(temp)}'", "a path without quotes and control characters",
                "Set TMPDIR (Windows: TEMP) to a plain path.");
        _folder = Directory.CreateTempSubdirectory("alignment-");
    }

    public string Folder => _folder.FullName;

    /// <summary>Makes <paramref name="path"/> readable under a name of our own; returns that name.</summary>
    public string AddInput(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length == 0)
            throw BadDataException.For($"The video '{SafePath.Shorten(path, 200)}'", file.Exists ? "an empty file" : "no such file",
                "a video file", "Check the path.");
        string name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"in{_inputs++}");
        if (!TryLink(Path.Combine(Folder, name), file.FullName)) File.Copy(file.FullName, Path.Combine(Folder, name));
        return name;
    }

    /// <summary>What ffmpeg writes as <see cref="Output"/> ends up in <paramref name="path"/>, a file that need not exist yet.</summary>
    public void SetOutput(string path)
    {
        string full = Path.GetFullPath(path);
        File.Delete(full);
        // A dangling link: ffmpeg creates the file it points to, so nothing is copied and the space is taken where it belongs.
        _deliverTo = TryLink(Path.Combine(Folder, Output), full) ? null : full;
    }

    public void Deliver()
    {
        if (_deliverTo is not null) File.Move(Path.Combine(Folder, Output), _deliverTo, overwrite: true);
    }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A scanner may hold a file on Windows; the system's temporary folder is cleaned by the system.
        }
    }

    static bool TryLink(string link, string target)
    {
        try
        {
            File.CreateSymbolicLink(link, target);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
