namespace Alignment.Onnx.Bundles;

// Hard links, for files that are never changed in place.
static partial class FileLink
{
    // A copy where linking fails (another disk, no permission).
    public static void LinkOrCopy(string from, string to)
    {
        // A link's own target, not a link to a link.
        string real = new FileInfo(from).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(from);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(to))!);
        if (!Link(real, Path.GetFullPath(to))) File.Copy(real, to);
    }

    static bool Link(string from, string to)
    {
        try
        {
            return OperatingSystem.IsWindows() ? CreateHardLink(to, from, 0) : LinkUnix(from, to) == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinkUnix(string from, string to);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string to, string from, nint attributes);
}
