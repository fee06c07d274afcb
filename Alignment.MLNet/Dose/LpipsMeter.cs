using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Images;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.MLNet.Dose;

/// <summary>The perceptual distance of two pictures by a bundle's LPIPS, within a rectangle. May be used by several threads.</summary>
sealed class LpipsMeter : IDisposable
{
    /// <summary>A published trunk halves the picture five or six times; below this nothing would be left of it. A bundle's own small one
    /// needs less.</summary>
    const int LeastSide = 64, LeastSideOfSmall = 16;

    /// <summary>More pixels than this are averaged to it: the first layers of a large trunk would take gigabytes.</summary>
    const double MostPixels = 1 << 20;

    const int Digits = 6;

    readonly InferenceSession _session;
    readonly string _subject;

    LpipsMeter(string path, LpipsModel model)
    {
        (Model, _subject) = (model, $"The LPIPS model '{path}'");
        _session = OrtSessions.Open(path);
    }

    public LpipsModel Model { get; }

    /// <summary>The bundle's LPIPS; null where no bundle is given, or it has none.</summary>
    /// <exception cref="MissingDependencyException">There is no such bundle.</exception>
    /// <exception cref="BadDataException">It cannot be used.</exception>
    public static LpipsMeter? Open(string? bundle)
    {
        if (bundle is null) return null;
        ModelBundle opened = ModelBundle.Open(bundle);
        if (!opened.Has(BundleFiles.Lpips)) return null;
        string path = opened.PathOf(BundleFiles.Lpips);
        string trunk = opened.Has(BundleFiles.LpipsConfig) ? LpipsConfigText.Read(opened.PathOf(BundleFiles.LpipsConfig)).Name : "unknown";
        return new(path, new(SafePath.Shorten(trunk, 40), trunk is "squeeze" or "alex" or "vgg", FileHash.OfFile(path)));
    }

    /// <summary>The distance, 0 or more with published weights; null where the pictures are too small.</summary>
    public double? Of(RgbPicture a, RgbPicture b, (int Left, int Top, int Width, int Height) rectangle)
    {
        int least = Model.Published ? LeastSide : LeastSideOfSmall;
        var (left, width) = Grown(rectangle.Left, rectangle.Width, a.Width, least);
        var (top, height) = Grown(rectangle.Top, rectangle.Height, a.Height, least);
        if (width < least || height < least) return null;
        double scale = Math.Min(1, Math.Sqrt(MostPixels / ((double)width * height)));
        int w = Math.Max(least, (int)(width * scale)), h = Math.Max(least, (int)(height * scale));
        float[] one = Planes(a, left, top, width, height, w, h), other = Planes(b, left, top, width, height, w, h);
        using OrtValue image0 = OrtValue.CreateTensorValueFromMemory(one, [1, 3, h, w]),
            image1 = OrtValue.CreateTensorValueFromMemory(other, [1, 3, h, w]);
        using var run = new RunOptions();
        try
        {
            using var made = _session.Run(run, ["image0", "image1"], [image0, image1], ["distance"]);
            float distance = made[0].GetTensorDataAsSpan<float>()[0];
            if (!float.IsFinite(distance)) throw BadDataException.For(_subject, FormattableString.Invariant($"the distance {distance}"),
                "a finite number", "Import it again.");
            return Math.Round(distance, Digits);
        }
        catch (OnnxRuntimeException e)
        {
            throw BadDataException.For(_subject, $"a failure while running ({SafePath.Shorten(e.Message, 300)})",
                FormattableString.Invariant($"a distance of two pictures of {w}x{h}"), "Import it again.", e);
        }
    }

    public void Dispose() => _session.Dispose();

    static (int From, int Length) Grown(int from, int length, int most, int least)
    {
        int wanted = Math.Min(Math.Max(length, least), most);
        return (Math.Clamp(from - (wanted - length) / 2, 0, most - wanted), wanted);
    }

    /// <summary>The rectangle as planes [3,h,w] in −1..1.</summary>
    static float[] Planes(RgbPicture picture, int left, int top, int width, int height, int w, int h)
    {
        int n = width * height;
        float[] planes = new float[3 * n];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = picture.Pixels.AsSpan(3 * ((top + y) * picture.Width + left), 3 * width);
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++) planes[c * n + y * width + x] = row[3 * x + c] / 127.5f - 1f;
        }
        if ((w, h) == (width, height)) return planes;
        float[] smaller = new float[3 * w * h];
        PictureResize.Planes(planes, 3, height, width, smaller, h, w);
        return smaller;
    }
}
