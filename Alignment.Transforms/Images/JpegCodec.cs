using System.Runtime.Intrinsics;
using SkiaSharp;

namespace Alignment.Transforms.Images;

// Reads and writes JPEG through Skia (libjpeg-turbo). A picture that ends early is an error, not half grey.
static class JpegCodec
{
    public static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    public static PictureHeader ReadHeader(string path, string subject, PictureLimits limits)
    {
        using var codec = Open(path, subject, limits);
        int orientation = (int)codec.EncodedOrigin;
        var info = codec.Info;
        bool swap = ExifOrientation.SwapsSides(orientation);
        return new PictureHeader(swap ? info.Height : info.Width, swap ? info.Width : info.Height, PictureFormat.Jpeg, IsGrey(info) ? 1 : 3,
            8, orientation);
    }

    public static RawPicture Read(string path, string subject, PictureLimits limits)
    {
        using var codec = Open(path, subject, limits);
        var stored = codec.Info;
        bool grey = IsGrey(stored);
        // No colour space asked for: the stored values, without colour management.
        var wanted = new SKImageInfo(stored.Width, stored.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        RawPicture? picture = null;
        try
        {
            picture = new(stored.Width, stored.Height, grey ? 1 : 3, wide: false, (int)codec.EncodedOrigin);
            if (grey) Decode(codec, wanted, picture.Bytes, subject);
            else
            {
                using var four = new Rented<byte>(checked((int)wanted.BytesSize64));
                Decode(codec, wanted, four.Span, subject);
                DropFourth(four.Span, picture.Bytes);
            }
            return picture;
        }
        catch (Exception e)
        {
            picture?.Dispose();
            if (e is OutOfMemoryException) throw RetryableException.For(subject, "no memory",
                $"{wanted.BytesSize64 >> 20} MB to decode {stored.Width}x{stored.Height}", "Free some memory and run again.");
            throw;
        }
    }

    static unsafe void Decode(SKCodec codec, SKImageInfo wanted, Span<byte> to, string subject)
    {
        SKCodecResult result;
        fixed (byte* first = to) result = codec.GetPixels(wanted, (nint)first, wanted.RowBytes, new SKCodecOptions());
        if (result != SKCodecResult.Success)
            throw BadDataException.For(subject, result == SKCodecResult.IncompleteInput ? "a JPEG that ends early"
                : $"a JPEG that cannot be decoded ({result})",
                "a complete JPEG", "The file is damaged or still being written; export or copy it again.");
    }

    static void DropFourth(ReadOnlySpan<byte> four, Span<byte> three)
    {
        ref byte from = ref MemoryMarshal.GetReference(four), to = ref MemoryMarshal.GetReference(three);
        int i = 0, o = 0;
        // Sixteen bytes are written for twelve that count; the next step overwrites the rest.
        if (Vector128.IsHardwareAccelerated)
            for (Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15); o
                + Vector128<byte>.Count <= three.Length; i += 16, o += 12)
                Vector128.Shuffle(Vector128.LoadUnsafe(ref from, (nuint)i), order).StoreUnsafe(ref to, (nuint)o);
        for (; o < three.Length; i += 4, o += 3) (three[o], three[o + 1], three[o + 2]) = (four[i], four[i + 1], four[i + 2]);
    }

    public static byte[] Rgb(ReadOnlySpan<byte> pixels, int width, int height, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var to = PixelsOf(bitmap);
        for (int i = 0, o = 0; i < pixels.Length; i += 3, o += 4)
            (to[o], to[o + 1], to[o + 2], to[o + 3]) = (pixels[i], pixels[i + 1], pixels[i + 2], 255);
        return Encode(bitmap, quality);
    }

    static unsafe Span<byte> PixelsOf(SKBitmap bitmap) => new((void*)bitmap.GetPixels(), bitmap.ByteCount);

    static byte[] Encode(SKBitmap bitmap, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using var pixels = bitmap.PeekPixels();
        using var data = pixels.Encode(new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444,
            SKJpegEncoderAlphaOption.Ignore))
            ?? throw new InvalidOperationException($"Skia could not encode a {bitmap.Width}x{bitmap.Height} JPEG.");
        return data.ToArray();
    }

    static bool IsGrey(SKImageInfo info) => info.ColorType == SKColorType.Gray8;

    static SKCodec Open(string path, string subject, PictureLimits limits)
    {
        // The codec owns the stream once it is made.
        var stream = new SKFileStream(path);
        var codec = SKCodec.Create(stream, out var result);
        if (codec is null)
        {
            stream.Dispose();
            throw BadDataException.For(subject, result == SKCodecResult.IncompleteInput ? "a JPEG that ends within its header"
                : $"a JPEG header that cannot be read ({result})",
                "a complete JPEG", "The file is damaged or still being written; export or copy it again.");
        }
        try
        {
            limits.Require(subject, codec.Info.Width, codec.Info.Height);
            return codec;
        }
        catch
        {
            codec.Dispose();
            throw;
        }
    }
}
