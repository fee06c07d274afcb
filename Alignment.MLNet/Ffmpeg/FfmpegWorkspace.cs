namespace Alignment.MLNet.Ffmpeg;

/// <summary>A private temporary folder in which the user's files stand under names of our own (<c>in0</c>, <c>out</c>), links where the
/// system allows it, so that no text from outside ever reaches a command line. ffmpeg runs in this folder. Gone when disposed.</summary>
sealed class FfmpegWorkspace : IDisposable
{
    // Options before every input: nothing but plain files of known video containers is opened, whatever their bytes say. (A playlist or a
    // "concat" script named .mp4 would otherwise make ffmpeg open what it lists.)
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

    // Makes path readable under a name of our own; returns that name.
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

    // What ffmpeg writes as Output ends up in path, a file that need not exist yet.
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
