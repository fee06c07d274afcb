using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using FFMpegCore;

namespace Alignment.MLNet.Ffmpeg;

/// <summary>Where ffmpeg and ffprobe are. Looked for in this order: the given folder, the folder (or program) named by the environment
/// variable <c>ALIGNMENT_FFMPEG</c>, the folders of <c>PATH</c>.</summary>
public sealed class FfmpegTools
{
    /// <summary>Names the folder that holds ffmpeg and ffprobe, or the ffmpeg program in it.</summary>
    public const string EnvironmentVariable = "ALIGNMENT_FFMPEG";

    static readonly ConcurrentDictionary<string, FfmpegTools> s_found = new(StringComparer.Ordinal);

    FfmpegTools(string folder, string version) => (Folder, Version) = (folder, version);

    /// <summary>The folder that holds both programs.</summary>
    public string Folder { get; }

    /// <summary>What ffmpeg says its version is: "5.1.9-0+deb12u1", "N-12345-gabcdef".</summary>
    public string Version { get; }

    internal string FfmpegPath => Path.Combine(Folder, Program("ffmpeg"));

    // The option that says how frames are timed; "-vsync" was its name before ffmpeg 5.1.
    internal string FpsModeOption => Number is { } n && n < new System.Version(5, 1) ? "-vsync" : "-fps_mode";

    // The option that reads a filter from a file; it has a general form since ffmpeg 7.0, which later versions know only.
    internal string FilterFileOption => Number is { } n && n < new System.Version(7, 0) ? "-filter_script:v" : "-/filter:v";

    // Null for builds between versions, which are recent ones.
    System.Version? Number => System.Version.TryParse(string.Concat(Version.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')).TrimEnd('.'),
        out var v) ? v : null;

    /// <summary>Finds both programs, in no other folder than a given one, and asks ffmpeg for its version; the answer is cached for the
    /// life of the process.</summary>
    /// <exception cref="MissingDependencyException">They are not there or cannot be started; the message says how to install
    /// them.</exception>
    public static FfmpegTools Find(string? folder = null) =>
        Find(folder, Environment.GetEnvironmentVariable(EnvironmentVariable), Environment.GetEnvironmentVariable("PATH"));

    internal static FfmpegTools Find(string? folder, string? named, string? path)
    {
        foreach (string candidate in Candidates(folder, named, path))
        {
            if (!File.Exists(Path.Combine(candidate, Program("ffmpeg"))) || !File.Exists(Path.Combine(candidate, Program("ffprobe"))))
                continue;
            return s_found.GetOrAdd(Path.GetFullPath(candidate),
                static full => new(full, AskVersion(Path.Combine(full, Program("ffmpeg")))));
        }
        string where = folder is not null ? $"'{folder}'" : string.IsNullOrWhiteSpace(named) ? "any folder of PATH"
            : $"'{named}' ({EnvironmentVariable})";
        throw MissingDependencyException.For("ffmpeg", $"no ffmpeg and ffprobe in {where}", "both programs in one folder", HowToInstall);
    }

    internal static string HowToInstall =>
        OperatingSystem.IsWindows() ? $"Install it (winget install Gyan.FFmpeg) or set {EnvironmentVariable} to its folder."
        : OperatingSystem.IsMacOS() ? $"Install it (brew install ffmpeg) or set {EnvironmentVariable} to its folder."
        : $"Install it (apt-get install ffmpeg) or set {EnvironmentVariable} to its folder.";

    internal FFOptions Options(string workingFolder) => new()
    {
        BinaryFolder = Folder,
        WorkingDirectory = workingFolder,
        TemporaryFilesFolder = workingFolder,
    };

    static IEnumerable<string> Candidates(string? folder, string? named, string? path)
    {
        if (folder is not null) return [folder];
        if (!string.IsNullOrWhiteSpace(named)) return [File.Exists(named) ? Path.GetDirectoryName(Path.GetFullPath(named))! : named];
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathFullyQualified);
    }

    static string AskVersion(string program)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true
        };
        start.ArgumentList.Add("-version");
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            // First line: "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) …"
            string said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            string[] words = said.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries);
            if (process.ExitCode == 0 && words is ["ffmpeg", "version", var version, ..]) return version;
            throw MissingDependencyException.For($"'{program}'", $"exit code {process.ExitCode} and '{SafePath.Shorten(said)}'",
                "a line 'ffmpeg version …'", HowToInstall);
        }
        catch (Win32Exception e)
        {
            throw MissingDependencyException.For($"'{program}'", "a file that cannot be started: " + e.Message, "the ffmpeg program",
                HowToInstall, e);
        }
    }

    static string Program(string name) => OperatingSystem.IsWindows() ? name + ".exe" : name;
}
