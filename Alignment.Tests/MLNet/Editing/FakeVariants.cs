using Alignment.MLNet.Editing;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Editing;

/// <summary>
/// Two videos of four small scenes whose stills and masks are files and whose maps are made up: the attention of a map
/// is the number in its path. Scene 2 of the second video has an empty mask. Early boost changes scene 1, full boost all.
/// </summary>
sealed class FakeVariants : IScenesToEdit
{
    public const int StillWidth = 41, StillHeight = 27;

    public FakeVariants(string folder)
    {
        foreach (string video in new[] { "a", "b-2" })
            for (int n = 1; n <= 4; n++)
            {
                string id = FormattableString.Invariant($"{video}-Scene-{n:000}");
                string still = Path.Combine(folder, id + ".png"), mask = Path.Combine(folder, id + "-mask.png");
                byte[] pixels = new byte[3 * StillWidth * StillHeight], white = new byte[StillWidth * StillHeight];
                new Random(n).NextBytes(pixels);
                if ((video, n) != ("b-2", 2))
                    for (int i = 0; i < white.Length; i++) white[i] = i % StillWidth is >= 8 and < 24 && i / StillWidth is >= 5 and < 20 ? (byte)255 : (byte)0;
                PictureFile.WritePng(still, new RgbPicture(StillWidth, StillHeight, pixels));
                PictureFile.WritePngGrey(mask, StillWidth, StillHeight, white.AsSpan());
                All.Add(new(video, id, "cup", still, mask, [new("baseline", "1"), new("early_boost", n == 1 ? "2" : "1"), new("full_boost", n == 1 ? "2.0" : "3"), new("placebo", "4")]));
            }
    }

    public List<SceneToEdit> All { get; } = [];

    public IReadOnlyList<string> Variants { get; } = ["baseline", "early_boost", "full_boost", "placebo"];

    public int Width => 16;

    public int Height => 8;

    /// <summary>Per video: scene 1 has three different controls (early and full boost share one), the others three, counted by hand.</summary>
    public const int Controls = 8 * 3;

    public IEnumerable<SceneToEdit> Scenes() => All;

    public float[] ReadMask(SceneToEdit scene, int width, int height)
    {
        float[] mask = new float[width * height];
        PictureFile.ReadGrey(scene.MaskPath, width, height, mask);
        return mask;
    }

    public float[] ReadAttention(string path)
    {
        float[] map = new float[Width * Height];
        map.AsSpan().Fill(float.Parse(path, System.Globalization.CultureInfo.InvariantCulture) / 8);
        return map;
    }
}

/// <summary>Paints a picture whose brightness is the control's attention and counts what it was asked.</summary>
sealed class FakeDiffusion(int stopAfter = int.MaxValue) : ISceneDiffusion
{
    public int Opened { get; private set; }

    public List<(string Scene, int Controls)> Calls { get; } = [];

    public int Edits => Calls.Sum(c => c.Controls);

    public FakeDiffusion Open()
    {
        Opened++;
        return this;
    }

    public IReadOnlyList<float[]> Edit(SceneToEdit scene, float[] image, IReadOnlyList<float[]> controls, CancellationToken cancel)
    {
        if (Calls.Count == stopAfter) throw new OperationCanceledException();
        Calls.Add((scene.SceneId, controls.Count));
        return [.. controls.Select((c, i) => Enumerable.Repeat(c[^1] + i * 1e-2f * controls.Count, image.Length).ToArray())];   // depends on its company, as rounding does
    }

    public void Dispose()
    {
    }
}
