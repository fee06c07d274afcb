using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

// The last frames as small pictures, a fixed number of them, with how far each is from the last one that differs.
sealed class PictureRing
{
    // Six seconds at 50 frames a second, and 2 MB.
    public const int Capacity = 300;

    readonly SmallPicture[] _pictures;
    readonly double[] _steps = new double[Capacity];

    public PictureRing(int width, int height) => _pictures =
        [.. Enumerable.Range(0, Capacity).Select(_ => new SmallPicture(width, height))];

    public long Count { get; private set; }

    public long First => Math.Max(0, Count - Capacity);

    public long Last => Count - 1;

    public SmallPicture this[long frame] => _pictures[frame % Capacity];

    // The frame's difference to the last distinct frame before it, motion taken out, as a share; 0 for a repeated frame.
    public double Step(long frame) => _steps[frame % Capacity];

    public SmallPicture Add(AnalysedFrame frame)
    {
        var picture = _pictures[Count % Capacity];
        picture.Set(frame);
        Count++;
        return picture;
    }

    public void SetStep(double step) => _steps[(Count - 1) % Capacity] = step;
}
