using System.Security.Cryptography;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Dataset;

// A hash over names and contents of everything a validation reads: comparing it is many times faster than decoding.
static class DataFingerprint
{
    public static string Of(SceneFolder data, string given, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        string above = Path.GetDirectoryName(data.DataFolder) ?? data.DataFolder;
        string[] roots = [.. new[] { Path.GetFullPath(given), data.DataFolder, above }.Distinct(StringComparer.Ordinal)];
        string[] folders = [.. roots.SelectMany(r => new[] { Layout.Stills, Layout.Masks, Layout.Heatmaps }.Select(i => Path.Combine(r, i)))
            .Where(Directory.Exists)];
        string[] files = [.. folders.SelectMany(Files)
            .Concat(data.KeywordsPath is { } keywords ? [keywords] : [])];
        Array.Sort(files, StringComparer.Ordinal);
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < files.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            all.AppendData(Encoding.UTF8.GetBytes($"{files[i]}\0{HashOf(files[i])}\n"));
            progress?.Report(new("checking the data", i + 1, files.Length));
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    // The files of one kind, {kind}/{video_id}/{file}. Links count where they stay inside, as in the validation; outside nothing is read.
    static IEnumerable<string> Files(string folder)
    {
        string place = Path.GetDirectoryName(folder)!;
        var all = new EnumerationOptions { AttributesToSkip = 0 };
        return from video in new DirectoryInfo(folder).EnumerateDirectories("*", all)
               where StaysInside(video, place)
               from file in video.EnumerateFiles("*", all)
               where StaysInside(file, place)
               select file.FullName;
    }

    static bool StaysInside(FileSystemInfo entry, string place) =>
        entry.LinkTarget is null || (entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName.StartsWith(place
        + Path.DirectorySeparatorChar, StringComparison.Ordinal) ?? false);

    static string HashOf(string file)
    {
        try
        {
            return FileHash.OfFile(file);
        }
        catch (BadDataException e)
        {
            return e.Message;   // the validation reports it
        }
    }
}
