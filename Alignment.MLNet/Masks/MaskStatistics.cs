using Alignment.Transforms.Images;
using Alignment.Transforms.Masks;

namespace Alignment.MLNet.Masks;

// A binary mask as read back from its file, whoever made it: above ½ is product.
sealed class MaskStatistics
{
    readonly int _width, _height;
    readonly float[] _mask;

    MaskStatistics(int width, int height, float[] mask)
    {
        (_width, _height, _mask) = (width, height, mask);
        foreach (float m in mask)
            if (m > 0) Pixels++;
        Components = MaskComponents.Count(mask, width, height);
    }

    public long Pixels { get; }

    public int Components { get; }

    public double Area => (double)Pixels / _mask.Length;

    public bool Empty => Pixels == 0;

    public bool Full => Pixels == _mask.Length;

    public static MaskStatistics Read(string path)
    {
        FloatPicture grey = PictureFile.ReadGrey(path);
        for (int i = 0; i < grey.Values.Length; i++) grey.Values[i] = grey.Values[i] > 0.5f ? 1 : 0;
        return new(grey.Width, grey.Height, grey.Values);
    }

    // Intersection over union with another mask, which is stretched (nearest pixel) where it has another size; 1 where both are empty.
    public double IouWith(MaskStatistics other)
    {
        long both = 0, any = 0;
        for (int y = 0; y < _height; y++)
        {
            int row = (int)((y + 0.5) * other._height / _height) * other._width;
            for (int x = 0; x < _width; x++)
            {
                bool a = _mask[y * _width + x] > 0, b = other._mask[row + (int)((x + 0.5) * other._width / _width)] > 0;
                if (a && b) both++;
                if (a || b) any++;
            }
        }
        return any == 0 ? 1 : (double)both / any;
    }
}
