using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.Tests.MLNet.SceneDetection;

/// <summary>Footage for the default detector, drawn frame by frame: a "place" is a wide picture of coloured blobs, seen through a camera
/// that can move.</summary>
sealed class DrawnShots
{
    public const int Width = 96, Height = 54;

    readonly List<byte[]> _frames = [];   // B, G, R planes
    readonly List<double> _seconds = [];

    public double Fps { get; init; } = 25;

    public int Count => _frames.Count;

    /// <summary>Frames of one place, the camera moving by (dx, dy) pixels a frame.</summary>
    public DrawnShots Shot(int place, int frames, double dx = 0, double dy = 0)
    {
        for (int i = 0; i < frames; i++) Add(Draw(place, i * dx, i * dy));
        return this;
    }

    /// <summary>A dissolve of <paramref name="frames"/> frames between two places.</summary>
    public DrawnShots Dissolve(int from, int to, int frames)
    {
        byte[] a = Draw(from, 0, 0), b = Draw(to, 0, 0);
        for (int i = 1; i <= frames; i++) Add(Blend(a, b, i / (frames + 1.0)));
        return this;
    }

    /// <summary>From a place to one colour, or back from it.</summary>
    public DrawnShots Fade(int place, byte colour, int frames, bool out_)
    {
        byte[] a = Draw(place, 0, 0), b = Flat(colour);
        for (int i = 1; i <= frames; i++) Add(Blend(a, b, out_ ? i / (frames + 1.0) : 1 - i / (frames + 1.0)));
        return this;
    }

    /// <summary>Lets a place show through the last <paramref name="frames"/> frames more and more, and stay for as many as
    /// <paramref name="after"/>.</summary>
    public DrawnShots ShotsAfterDissolve(int to, int after, int frames)
    {
        byte[] b = Draw(to, 0, 0);
        for (int i = 1; i <= frames; i++) _frames[^(frames + 1 - i)] = Blend(_frames[^(frames + 1 - i)], b, i / (frames + 1.0));
        return Shot(to, after);
    }

    public DrawnShots Colour(byte colour, int frames)
    {
        for (int i = 0; i < frames; i++) Add(Flat(colour));
        return this;
    }

    /// <summary>Paints over the frames from <paramref name="from"/> on: given the frame's number from there, column, row and the value
    /// there is, the value there shall be.</summary>
    public DrawnShots Painted(int from, Func<int, int, int, byte, double> paint)
    {
        for (int i = from; i < _frames.Count; i++)
        {
            byte[] frame = _frames[i];
            for (int at = 0; at < frame.Length; at++)
            {
                int pixel = at % (Width * Height);
                frame[at] = (byte)Math.Clamp(Math.Round(paint(i - from, pixel % Width, pixel / Width, frame[at])), 0, 255);
            }
        }
        return this;
    }

    /// <summary>Grain of a camera, new in every frame.</summary>
    public DrawnShots Grainy(int amplitude, int seed = 5)
    {
        var random = new Random(seed);
        return Painted(0, (_, _, _, value) => value + random.Next(-amplitude, amplitude + 1));
    }

    /// <summary>Every frame <paramref name="times"/> times.</summary>
    public DrawnShots Repeated(int times)
    {
        var more = new DrawnShots { Fps = Fps * times };
        foreach (byte[] frame in _frames)
            for (int i = 0; i < times; i++) more.Add(frame);
        return more;
    }

    /// <summary>The cuts the default detector finds.</summary>
    public IReadOnlyList<SceneCut> Cuts(double minimum = 0.6)
    {
        var detector = new ShotDetector(new MinimumLength(minimum));
        const int width = Width / 2, height = Height / 2;
        var frame = new AnalysedFrame { Width = width, Height = height, Picture = new byte[3 * width * height + FrameShrink.Slack] };
        List<SceneCut> cuts = [];
        for (int i = 0; i < _frames.Count; i++)
        {
            Average(_frames[i], frame.Picture, width, height);
            (frame.Index, frame.Seconds) = (i, _seconds[i]);
            detector.Add(frame, cuts.Add);
        }
        detector.End(cuts.Add);
        return cuts;
    }

    /// <summary>2x2 pixels into one of Y and half of B − Y and R − Y (BT.601).</summary>
    static void Average(byte[] frame, byte[] to, int width, int height)
    {
        for (int i = 0; i < width * height; i++)
        {
            int at = i / width * 2 * Width + i % width * 2;
            int b = Four(at), g = Four(Width * Height + at), r = Four(2 * Width * Height + at),
                luma = (29 * b + 150 * g + 77 * r) / (256 * 4);
            to[i] = (byte)luma;
            to[width * height + i] = (byte)((b / 4 - luma) / 2 + 128);
            to[2 * width * height + i] = (byte)((r / 4 - luma) / 2 + 128);
        }

        int Four(int from) => frame[from] + frame[from + 1] + frame[from + Width] + frame[from + Width + 1];
    }

    void Add(byte[] frame)
    {
        _seconds.Add(_frames.Count / Fps);
        _frames.Add(frame);
    }

    static byte[] Flat(byte colour)
    {
        byte[] frame = new byte[3 * Width * Height];
        Array.Fill(frame, colour);
        return frame;
    }

    static byte[] Blend(byte[] a, byte[] b, double weight) => [.. a.Zip(b, (x, y) => (byte)Math.Round((1 - weight) * x + weight * y))];

    static byte[] Draw(int place, double x0, double y0)
    {
        var random = new Random(1000 + place);
        // Blobs over a plane much wider than the picture, so that a moving camera finds new ones.
        double[] blobs = [.. Enumerable.Range(0, 120 * 6).Select(_ => random.NextDouble())];
        double baseB = 60 + 120 * random.NextDouble(), baseG = 60 + 120 * random.NextDouble(), baseR = 60 + 120 * random.NextDouble();
        double[] sum = new double[3 * Width * Height];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int at = y * Width + x;
                (sum[at], sum[Width * Height + at], sum[2 * Width * Height + at]) = (baseB, baseG, baseR);
            }
        }
        for (int i = 0; i < blobs.Length; i += 6)
        {
            double cx = blobs[i] * 1200 - 300 - x0, cy = blobs[i + 1] * 120 - 33 - y0, size = 3 + 9 * blobs[i + 2];
            for (int y = Math.Max(0, (int)(cy - 2 * size)); y <= Math.Min(Height - 1, (int)(cy + 2 * size)); y++)
            {
                for (int x = Math.Max(0, (int)(cx - 2 * size)); x <= Math.Min(Width - 1, (int)(cx + 2 * size)); x++)
                {
                    double near = Math.Exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (size * size));
                    for (int c = 0; c < 3; c++) sum[c * Width * Height + y * Width + x] += near * (blobs[i + 3 + c] - 0.5) * 220;
                }
            }
        }
        return [.. sum.Select(v => (byte)Math.Clamp(v, 0, 255))];
    }
}
