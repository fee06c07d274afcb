namespace Alignment.Transforms.Images;

// Read from the content, never from the name.
enum PictureFormat
{
    Png,
    Jpeg,
}

/// <summary>
/// A picture's header. Sides have the EXIF orientation (1 upright to 8) applied; <paramref name="Channels"/> are 1 grey or 3 colour, alpha
/// not counted; <paramref name="BitsPerChannel"/> are 1 to 16.
/// </summary>
sealed record PictureHeader(int Width, int Height, PictureFormat Format, int Channels, int BitsPerChannel, int Orientation = 1);

/// <summary>Bounds for pictures from outside, checked before memory is taken.</summary>
public sealed record PictureLimits
{
    /// <summary>Above every still camera's and 8K video's pictures, and below 1 GB while decoding.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>Width × height.</summary>
    public long MaxPixels { get; init; } = DefaultMaxPixels;
    public static PictureLimits Default { get; } = new();

    internal void Require(string subject, long width, long height)
    {
        if (width * height > MaxPixels)
            throw BadDataException.For(subject, $"{width}x{height} pixels",
                $"at most {MaxPixels / 1e6:0.###} megapixels",
                "Scale the picture down before using it.");
    }
}

/// <summary>8-bit colour: rows from the top, three bytes R, G, B a pixel.</summary>
public sealed record RgbPicture(int Width, int Height, byte[] Pixels)
{
    // Rounds planes [3,H,W] of 0..1; values outside are clipped, NaN becomes 0.
    internal static RgbPicture FromPlanes(ReadOnlySpan<float> planes, int width, int height)
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
        return new(width, height, pixels);
    }

    // Nearest, halves up.
    internal static byte ToByte(float unit) => unit > 0f ? (byte)MathF.Min(unit * 255f + 0.5f, 255f) : (byte)0;
}

// A plane [H,W] of 0..1.
sealed record FloatPicture(int Height, int Width, float[] Values);
