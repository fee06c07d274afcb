namespace Alignment.Tests.Common;

/// <summary>A fresh folder for one test, gone afterwards.</summary>
sealed class TempFolder : IDisposable
{
    // A process that a test killed may have left an ffmpeg, which ends by itself as soon as it finds its pipes closed.
    const int Tries = 100;
    static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(100);

    public string Path { get; } = Directory.CreateTempSubdirectory("alignment-test-").FullName;

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        for (int i = 1; ; i++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (i < Tries)
            {
                Thread.Sleep(s_between);
            }
        }
    }
}
