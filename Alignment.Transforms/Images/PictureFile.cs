namespace Alignment.Transforms.Images;

/// <summary>
/// Reads PNG and JPEG: format by content, limits before memory, EXIF orientation applied, alpha ignored (colours under transparent pixels
/// are the stored ones), 16 bits kept, no gamma, no colour profile, truncated files refused. Grey is 0.299 R + 0.587 G + 0.114 B. Floats
/// are 0..1. Every failure is a <see cref="BadDataException"/> naming the file.
/// </summary>
public static class PictureFile
{
    /// <summary>Chroma is never subsampled.</summary>
    public const int DefaultJpegQuality = 95;

    internal static PictureHeader ReadHeader(string path, PictureLimits? limits = null) =>
        Read(path, limits, PngReader.ReadHeader, JpegCodec.ReadHeader);

    /// <summary>Upright, as decoded (grey repeated, 16 bits rounded to 8).</summary>
    public static RgbPicture ReadRgb8(string path, PictureLimits? limits = null)
    {
        using var raw = ReadRaw(path, limits);
        int n = raw.Width * raw.Height;
        byte[] stored = new byte[3 * n];
        for (int i = 0; i < stored.Length; i++)
        {
            int at = raw.Channels == 3 ? i : i / 3;
            // 65535 = 255 · 257; adding half of it rounds.
            stored[i] = raw.IsWide ? (byte)((raw.Words[at] + 128) / 257) : raw.Bytes[at];
        }
        var (width, height) = UprightSize(raw);
        byte[] upright = raw.Orientation == 1 ? stored : new byte[stored.Length];
        if (upright != stored) ExifOrientation.Apply<byte>(raw.Orientation, stored, raw.Width, raw.Height, 3, upright);
        return new(width, height, upright);
    }

    /// <summary>Planes [3,<paramref name="height"/>,<paramref name="width"/>] in 0..1, stretched to that size.</summary>
    public static void ReadRgb(string path, int width, int height, Span<float> to, ResizeFilter filter = ResizeFilter.AreaOrBilinear,
        PictureLimits? limits = null)
    {
        using var raw = ReadRaw(path, limits);
        Fill(raw, planes: 3, width, height, to, filter, full: 1f);
    }

    // At the picture's own size.
    internal static FloatPicture ReadGrey(string path, PictureLimits? limits = null)
    {
        using var raw = ReadRaw(path, limits);
        var (width, height) = UprightSize(raw);
        float[] values = new float[checked(width * height)];
        Fill(raw, planes: 1, width, height, values, ResizeFilter.AreaOrBilinear, full: 1f);
        return new(height, width, values);
    }

    /// <summary>Grey, stretched to [<paramref name="height"/>,<paramref name="width"/>]; white becomes <paramref name="full"/>.</summary>
    public static void ReadGrey(string path, int width, int height, Span<float> to, ResizeFilter filter = ResizeFilter.AreaOrBilinear,
        float full = 1f, PictureLimits? limits = null)
    {
        using var raw = ReadRaw(path, limits);
        Fill(raw, planes: 1, width, height, to, filter, full);
    }

    public static void WritePng(string path, RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        AtomicFile.WriteBytes(path, PngWriter.Rgb8(picture.Pixels, picture.Width, picture.Height));
    }

    internal static void WritePngGrey(string path, int width, int height, ReadOnlySpan<byte> grey) =>
        AtomicFile.WriteBytes(path, PngWriter.Grey8(grey, width, height));

    /// <summary>Colour without chroma subsampling; <paramref name="quality"/> 1..100.</summary>
    internal static void WriteJpeg(string path, RgbPicture picture, int quality = DefaultJpegQuality) =>
        AtomicFile.WriteBytes(path, JpegCodec.Rgb(picture.Pixels, picture.Width, picture.Height, quality));

    /// <summary>One channel; <paramref name="quality"/> 1..100.</summary>
    internal static void WriteJpegGrey(string path, int width, int height, ReadOnlySpan<byte> grey, int quality = DefaultJpegQuality) =>
        AtomicFile.WriteBytes(path, GreyJpeg.Encode(grey, width, height, quality));

    // Resizes as stored and turns the (smaller) result upright; both orders give the same picture.
    static void Fill(RawPicture raw, int planes, int width, int height, Span<float> to, ResizeFilter filter, float full)
    {
        int n = checked(width * height);
        if (to.Length != planes * n) throw new ArgumentException($"Expected room for {planes * n} values, found {to.Length}.", nameof(to));
        bool swap = ExifOrientation.SwapsSides(raw.Orientation);
        var (w, h) = swap ? (height, width) : (width, height);
        int made = planes == 1 ? 1 : raw.Channels;
        float[]? turned = raw.Orientation == 1 ? null : new float[made * n];
        var resized = turned is null ? to[..(made * n)] : turned;
        float divisor = (raw.IsWide ? 65535f : 255f) / full;
        bool grey = planes == 1;
        if (raw.IsWide)
            PictureResize.Interleaved<ushort>(raw.Words, raw.Channels, raw.Height, raw.Width, divisor, grey, resized, h, w, filter);
        else PictureResize.Interleaved<byte>(raw.Bytes, raw.Channels, raw.Height, raw.Width, divisor, grey, resized, h, w, filter);
        if (turned is not null)
            for (int c = 0; c < made; c++) ExifOrientation.Apply<float>(raw.Orientation, turned.AsSpan(c * n, n), w, h, 1,
                to.Slice(c * n, n));
        for (int c = made; c < planes; c++) to[..n].CopyTo(to[(c * n)..]);
    }

    static (int Width, int Height) UprightSize(RawPicture raw) => ExifOrientation.SwapsSides(raw.Orientation) ? (raw.Height, raw.Width)
        : (raw.Width, raw.Height);

    internal static RawPicture ReadRaw(string path, PictureLimits? limits) => Read(path, limits, PngReader.Read, JpegCodec.Read);

    static T Read<T>(string path, PictureLimits? limits, Func<Stream, string, PictureLimits, T> png,
        Func<string, string, PictureLimits, T> jpeg)
    {
        string subject = $"Picture '{SafePath.Shorten(path, 300)}'";
        limits ??= PictureLimits.Default;
        using var file = Open(path, subject);
        return Sniff(file, subject) == PictureFormat.Png ? png(file, subject, limits) : jpeg(path, subject, limits);
    }

    static FileStream Open(string path, string subject)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw BadDataException.For(subject, "no file there", "a PNG or JPEG file", "Correct the path or add the file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw BadDataException.For(subject, $"a file that cannot be opened ({e.Message})", "a readable PNG or JPEG file",
                "Correct the path or the permissions.", e);
        }
    }

    // By the first bytes; the stream then stands after a PNG's signature.
    static PictureFormat Sniff(FileStream file, string subject)
    {
        Span<byte> head = stackalloc byte[12];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        file.Position = Math.Min(head.Length, PngReader.Signature.Length);
        if (head.StartsWith(PngReader.Signature)) return PictureFormat.Png;
        if (head.StartsWith(JpegCodec.Signature)) return PictureFormat.Jpeg;
        string found = head.Length == 0 ? "an empty file"
            : head.StartsWith("GIF8"u8) ? "a GIF picture"
            : head.StartsWith("BM"u8) ? "a BMP picture"
            : head.StartsWith("RIFF"u8) && head[^4..].SequenceEqual("WEBP"u8) ? "a WebP picture"
            : head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) ? "a TIFF picture"
            : head.Length == 12 && head[4..8].SequenceEqual("ftyp"u8) ? "an HEIF, AVIF or MP4 file"
            : Ascii.IsValid(head) && head.IndexOf((byte)0) < 0 ? "text"
            : "content that is no picture";
        throw BadDataException.For(subject, found, "a PNG or JPEG picture", "Replace the file or convert it to PNG or JPEG.");
    }
}
