namespace Alignment;

static class FileErrors
{
    // The system refused to read or write a file.
    public static bool IsOfFile(this Exception e) => e is IOException or UnauthorizedAccessException;
}
