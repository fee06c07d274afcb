namespace Alignment.Transforms.Images;

/// <summary>The picture formats the product reads. Which one a file has is read from its content, never from its name.</summary>
public enum PictureFormat
{
    Png,
    Jpeg,
}

/// <summary>What a picture file says of itself before any pixel is decoded.</summary>
/// <param name="Width">Pixels across, with the EXIF orientation applied.</param>
/// <param name="Height">Pixels down, with the EXIF orientation applied.</param>
/// <param name="Format">The format found in the content.</param>
/// <param name="Channels">Colour channels as stored: 1 grey, 3 colour; alpha is not counted.</param>
/// <param name="BitsPerChannel">1, 2, 4, 8 or 16.</param>
/// <param name="Orientation">The EXIF orientation, 1 (upright) to 8; 1 for PNG.</param>
public sealed record PictureHeader(int Width, int Height, PictureFormat Format, int Channels, int BitsPerChannel, int Orientation = 1);

/// <summary>Bounds for pictures from outside, checked on the header before memory is taken.</summary>
public sealed record PictureLimits
{
    /// <summary>100 megapixels: above every still camera's and 8K video's pictures, and below 1 GB while decoding.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>Most pixels (width × height) a picture may have.</summary>
    public long MaxPixels { get; init; } = DefaultMaxPixels;

    /// <summary>The default limits.</summary>
    public static PictureLimits Default { get; } = new();

    internal void Require(string subject, long width, long height)
    {
        if (width * height > MaxPixels)
            throw BadDataException.For(subject, FormattableString.Invariant($"{width}x{height} pixels"),
                FormattableString.Invariant($"at most {MaxPixels / 1e6:0.###} megapixels"),
                "Scale the picture down before using it.");
    }
}

/// <summary>An 8-bit colour picture: rows from the top, pixels from the left, three bytes R, G, B each.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Pixels">Width × Height × 3 bytes.</param>
public sealed record RgbPicture(int Width, int Height, byte[] Pixels)
{
    /// <summary>Rounds planes [3,H,W] of 0..1 to 8 bits; values outside are clipped, NaN becomes 0.</summary>
    public static RgbPicture FromPlanes(ReadOnlySpan<float> planes, int width, int height)
    {
        int n = checked(width * height);
        if (planes.Length != 3 * n) throw new ArgumentException($"Expected {3 * n} values for 3x{height}x{width}, found {planes.Length}.",
            nameof(planes));
        byte[] pixels = new byte[3 * n];
        for (int c = 0; c < 3; c++)
        {
            var plane = planes.Slice(c * n, n);
            for (int i = 0; i < n; i++) pixels[3 * i + c] = ToByte(plane[i]);
        }
        return new RgbPicture(width, height, pixels);
    }

    /// <summary>0..1 to 0..255, nearest, halves up.</summary>
    internal static byte ToByte(float unit) => unit > 0f ? (byte)MathF.Min(unit * 255f + 0.5f, 255f) : (byte)0;
}

/// <summary>Float planes [Channels,Height,Width] in 0..1, row-major.</summary>
public sealed record FloatPicture(int Channels, int Height, int Width, float[] Values);
