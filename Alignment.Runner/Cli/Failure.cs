namespace Alignment.Runner.Cli;

// Turns an exception into what the user reads and what the process ends with.
static class Failure
{
    // errno values that .NET keeps in the low bits of IOException.HResult, and Windows' own.
    const int NoSpaceUnix = 28, QuotaUnix = 122, DiskFullWindows = 0x70, HandleDiskFullWindows = 0x27;

    // What running again would not change: no folder, a folder, read-only, too many links, too long a name.
    const int NotFolderUnix = 20, FolderUnix = 21, ReadOnlyUnix = 30, LinksUnix = 40, NameTooLongUnix = 36;

    // Again: what the same command does when it is run again; name: what it calls an option that the library names.
    public static int Report(Exception error, Terminal terminal, bool json, string again, Func<OptionName, string>? name = null)
    {
        var (code, message) = Explain(error, again, name ?? (o => o.ToString()));
        if (json) terminal.OutputWriter.WriteLine(JsonSerializer.Serialize(new { error = new { exit_code = code, message } }));
        terminal.ErrorWriter.WriteLine($"alignment: {message}");
        if (code == ExitCodes.Bug) terminal.ErrorWriter.WriteLine(error.ToString());
        return code;
    }

    static (int Code, string Message) Explain(Exception error, string again, Func<OptionName, string> name) => error switch
    {
        AlignmentException e => (e.ExitCode, e.Say(name)),
        AggregateException { InnerExceptions: [var only] } => Explain(only, again, name),
        OperationCanceledException => (ExitCodes.Retry, $"Interrupted. Run the same command again; {again}."),
        IOException e when (e.HResult & 0xFFFF) is NoSpaceUnix or QuotaUnix or DiskFullWindows or HandleDiskFullWindows =>
            (ExitCodes.Retry, $"The disk is full: {e.Message} Free some space and run the same command again; {again}."),
        IOException e when OperatingSystem.IsLinux() && (e.HResult & 0xFFFF) is NotFolderUnix or FolderUnix or ReadOnlyUnix or LinksUnix
            or NameTooLongUnix =>
            (ExitCodes.BadData, $"{e.Message} Check the path and run again."),
        FileNotFoundException or DirectoryNotFoundException
            or PathTooLongException => (ExitCodes.BadData, $"{error.Message} Check the path and run again."),
        UnauthorizedAccessException => (ExitCodes.BadData, $"{error.Message} Check the permissions and run again."),
        IOException e => (ExitCodes.Retry, $"{e.Message} Run the same command again; {again}."),
        OutOfMemoryException => (ExitCodes.Retry, "Out of memory. Use a smaller --size or --batch, close other programs, and run again."),
        DllNotFoundException e => (ExitCodes.Missing, $"A native library is missing: {e.Message}"),
        _ => (ExitCodes.Bug, "This is a bug in alignment; please report it with the lines below."),
    };
}
