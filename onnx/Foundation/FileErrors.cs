namespace Alignment;

static class FileErrors
{
    /// <summary>The system refused to read or write a file.</summary>
    public static bool IsOfFile(this Exception e) => e is IOException or UnauthorizedAccessException;
}
