using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Transforms.Images.Quality;

/// <summary>
/// How a region is brought to a size for LPIPS, which was trained on 64 pixels, judged on 256, and costs by the pixel.
/// </summary>
public enum PerceptualScale
{
    /// <summary>Sides above 512 are shrunk by a whole factor.</summary>
    Blocks,

    /// <summary>More than a megapixel is averaged to it.</summary>
    Megapixel,
}

/// <summary>
/// LPIPS (Zhang et al. 2018) of two pictures by a bundle's <c>lpips.onnx</c>. With another trunk than the published ones it is comparable
/// with others of the same bundle only. Several threads may use it.
/// </summary>
sealed class PerceptualDistance : IDisposable
{
    /// <summary>Of smaller pictures nothing is left after the published trunks' pools.</summary>
    public const int LeastSide = 64;

    const int MostSide = 512;

    const double MostPixels = 1 << 20;

    readonly InferenceSession _session;
    readonly string _subject;

    PerceptualDistance(string path) => (_session, _subject) = (OrtSessions.Open(path), $"The LPIPS model '{path}'");

    /// <summary>Null where the bundle has no LPIPS.</summary>
    /// <exception cref="BadDataException">The model cannot be loaded.</exception>
    public static PerceptualDistance? Of(ModelBundle bundle) =>
        bundle.Has(BundleFiles.Lpips) ? new(bundle.PathOf(BundleFiles.Lpips)) : null;

    /// <summary>
    /// Of two pictures [H,W,3] within a rectangle, which is grown around its middle to sides of <paramref name="least"/>; 0 for equal ones,
    /// null where the pictures are smaller than that.
    /// </summary>
    public double? Between(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int width, (int Left, int Top, int Width, int Height) rectangle,
        PerceptualScale scale = PerceptualScale.Blocks, int least = LeastSide)
    {
        int height = StructuralSimilarity.Height(a, b, width);
        if (width < least || height < least) return null;
        var (left, w) = StructuralSimilarity.Grown(rectangle.Left, rectangle.Width, least, width);
        var (top, h) = StructuralSimilarity.Grown(rectangle.Top, rectangle.Height, least, height);
        if (scale == PerceptualScale.Blocks)
        {
            int factor = (Math.Max(w, h) + MostSide - 1) / MostSide;
            factor = Math.Max(1, Math.Min(factor, Math.Min(w, h) / least));
            (int cw, int ch) = (w / factor, h / factor);
            return Run(Blocks(a, width, left, top, cw, ch, factor), Blocks(b, width, left, top, cw, ch, factor), cw, ch);
        }
        double part = Math.Min(1, Math.Sqrt(MostPixels / ((double)w * h)));
        (int mw, int mh) = (Math.Max(least, (int)(w * part)), Math.Max(least, (int)(h * part)));
        return Run(Averaged(a, width, left, top, w, h, mw, mh), Averaged(b, width, left, top, w, h, mw, mh), mw, mh);
    }

    float Run(float[] first, float[] second, int w, int h)
    {
        using OrtValue image0 = OrtValue.CreateTensorValueFromMemory(first, [1, 3, h, w]),
            image1 = OrtValue.CreateTensorValueFromMemory(second, [1, 3, h, w]);
        using var options = new RunOptions();
        try
        {
            using var results = _session.Run(options, ["image0", "image1"], [image0, image1], ["distance"]);
            float distance = results[0].GetTensorDataAsSpan<float>()[0];
            return float.IsFinite(distance) ? distance : throw BadDataException.For(_subject,
                FormattableString.Invariant($"the distance {distance}"), "a finite number", "Import it again.");
        }
        catch (OnnxRuntimeException e)
        {
            throw BadDataException.For(_subject, $"a failure while running ({SafePath.Shorten(e.Message, 300)})",
                FormattableString.Invariant($"a distance of two pictures of {w}x{h}"), "Import it again.", e);
        }
    }

    // [3,h,w] in −1..1, each value the mean of a square of pixels.
    static float[] Blocks(ReadOnlySpan<byte> rgb, int width, int left, int top, int w, int h, int factor)
    {
        float[] planes = new float[3 * w * h];
        for (int y = 0; y < h * factor; y++)
            for (int x = 0; x < w * factor; x++)
                for (int c = 0, at = 3 * ((top + y) * width + left + x); c < 3; c++)
                    planes[c * w * h + y / factor * w + x / factor] += rgb[at + c];
        TensorPrimitives.Multiply(planes, 2f / (255f * factor * factor), planes);
        TensorPrimitives.Add(planes, -1f, planes);
        return planes;
    }

    // The rectangle, area-averaged to [3,mh,mw] in −1..1.
    static float[] Averaged(ReadOnlySpan<byte> rgb, int width, int left, int top, int w, int h, int mw, int mh)
    {
        int n = w * h;
        float[] planes = new float[3 * n];
        for (int y = 0; y < h; y++)
        {
            ReadOnlySpan<byte> row = rgb.Slice(3 * ((top + y) * width + left), 3 * w);
            for (int x = 0; x < w; x++)
                for (int c = 0; c < 3; c++) planes[c * n + y * w + x] = row[3 * x + c] / 127.5f - 1f;
        }
        if ((mw, mh) == (w, h)) return planes;
        float[] smaller = new float[3 * mw * mh];
        PictureResize.Planes(planes, 3, h, w, smaller, mh, mw);
        return smaller;
    }

    public void Dispose() => _session.Dispose();
}
