using Alignment.MLNet.Ffmpeg;

namespace Alignment.Tests.MLNet.Ffmpeg;

/// <summary>Small videos for tests: flat frames whose grey value says which frame it is.</summary>
static class TestFrames
{
    public static byte Grey(long index) => (byte)(40 + index % 20 * 10);

    public static string Write(string path, int frames = 10, int width = 64, int height = 48, VideoWriteOptions? options = null)
    {
        VideoWriter.Write(path, new(width, height, new(25), frames), static (i, rgb) => rgb.Fill(Grey(i)), options);
        return path;
    }

    /// <summary>Mean of every byte of every frame.</summary>
    public static List<double> Means(string path)
    {
        List<double> means = [];
        VideoReader.Read(path, (_, rgb) => { means.Add(Mean(rgb)); return true; });
        return means;
    }

    public static double Mean(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        foreach (byte b in bytes) sum += b;
        return (double)sum / bytes.Length;
    }
}
