using System.Security.Cryptography;

namespace Alignment.MLNet.Storage;

// SHA-256 as lower-case hexadecimal: what decides whether something is still the same.
static class FileHash
{
    public static string OfFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw BadDataException.For($"'{SafePath.Shorten(path, 300)}'", "no file there", "the file",
                "Restore it, or validate the data again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BadDataException.For($"'{SafePath.Shorten(path, 300)}'", $"a file that cannot be read ({e.Message})", "a readable file",
                "Check its permissions.", e);
        }
    }

    public static string OfBytes(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
