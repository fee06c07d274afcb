using System.Numerics.Tensors;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Transforms.Images.Quality;

/// <summary>
/// LPIPS (Zhang et al. 2018) of two pictures by a bundle's <c>lpips.onnx</c>. With another trunk than the published ones it is comparable
/// with others of the same bundle only. One thread at a time.
/// </summary>
public sealed class PerceptualDistance : IDisposable
{
    /// <summary>Smaller pictures leave nothing after the published trunks' pools.</summary>
    public const int LeastSide = 64;

    /// <summary>
    /// Larger pictures are first shrunk by a whole factor: LPIPS was trained on 64 pixels, judged on 256, and costs by the pixel.
    /// </summary>
    public const int MostSide = 512;

    readonly InferenceSession _session;

    PerceptualDistance(InferenceSession session) => _session = session;

    /// <summary>Null where the bundle has no LPIPS.</summary>
    /// <exception cref="BadDataException">The model cannot be loaded.</exception>
    public static PerceptualDistance? Of(ModelBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return bundle.Has(BundleFiles.Lpips) ? new(OrtSessions.Open(bundle.PathOf(BundleFiles.Lpips))) : null;
    }

    /// <summary>
    /// Of two pictures [H,W,3] within a rectangle, which is grown around its middle to <see cref="LeastSide"/>; 0 for equal ones, null
    /// where the pictures are smaller than that.
    /// </summary>
    public double? Between(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int width, (int Left, int Top, int Width, int Height) rectangle)
    {
        if (a.Length != b.Length || width < 1 || a.Length % (3 * width) != 0)
            throw new ArgumentException($"Pictures of {a.Length} and {b.Length} bytes, {width} pixels wide.");
        int height = a.Length / (3 * width);
        if (width < LeastSide || height < LeastSide) return null;
        var (left, w) = Grown(rectangle.Left, rectangle.Width, width);
        var (top, h) = Grown(rectangle.Top, rectangle.Height, height);
        int factor = (Math.Max(w, h) + MostSide - 1) / MostSide;
        factor = Math.Max(1, Math.Min(factor, Math.Min(w, h) / LeastSide));
        int cw = w / factor, ch = h / factor;
        using OrtValue first = Crop(a, width, left, top, cw, ch, factor), second = Crop(b, width, left, top, cw, ch, factor);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, ["image0", "image1"], [first, second], ["distance"]);
        return results[0].GetTensorDataAsSpan<float>()[0];
    }

    /// <summary>[1,3,h,w] in −1 … 1, each value the mean of a square of pixels.</summary>
    static OrtValue Crop(ReadOnlySpan<byte> rgb, int width, int left, int top, int w, int h, int factor)
    {
        float[] planes = new float[3 * w * h];
        for (int y = 0; y < h * factor; y++)
            for (int x = 0; x < w * factor; x++)
                for (int c = 0, at = 3 * ((top + y) * width + left + x); c < 3; c++)
                    planes[c * w * h + y / factor * w + x / factor] += rgb[at + c];
        TensorPrimitives.Multiply(planes, 2f / (255f * factor * factor), planes);
        TensorPrimitives.Add(planes, -1f, planes);
        return OrtValue.CreateTensorValueFromMemory(planes, [1, 3, h, w]);
    }

    static (int From, int Length) Grown(int from, int length, int most)
    {
        int wanted = Math.Min(Math.Max(length, LeastSide), most);
        return (Math.Clamp(from - (wanted - length) / 2, 0, most - wanted), wanted);
    }

    public void Dispose() => _session.Dispose();
}
