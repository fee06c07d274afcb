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
                    for (int i = 0; i < white.Length; i++) white[i] = i % StillWidth is >= 8 and < 24 && i / StillWidth is >= 5 and < 20
                        ? (byte)255 : (byte)0;
                PictureFile.WritePng(still, new RgbPicture(StillWidth, StillHeight, pixels));
                PictureFile.WritePngGrey(mask, StillWidth, StillHeight, white.AsSpan());
                All.Add(new(video, id, "cup", still, mask, [new("baseline", "1"), new("early_boost", n == 1 ? "2" : "1"),
                    new("full_boost", n == 1 ? "2.0" : "3"), new("placebo", "4")]));
            }
    }

    public List<SceneToEdit> All { get; } = [];

    public IReadOnlyList<string> Variants { get; } = ["baseline", "early_boost", "full_boost", "placebo"];

    public int Width => 16;

    public int Height => 8;

    /// <summary>Per video: scene 1 has three different controls (early and full boost share one), the others three, counted by
    /// hand.</summary>
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
/// <param name="stopAfter">Edits after which it is cancelled.</param>
sealed class FakeDiffusion(int stopAfter = int.MaxValue) : ISceneDiffusion
{
    public int Opened { get; private set; }

    /// <summary>The scene of every edit, in order.</summary>
    public List<string> Edited { get; } = [];

    public int Edits => Edited.Count;

    /// <summary>Throws for the decoded pictures it names.</summary>
    public Func<SceneToEdit, int, Exception?> Fails { get; init; } = (_, _) => null;

    /// <summary>Most scenes prepared and not yet finished with.</summary>
    public int MostHeld { get; private set; }

    int _encoded;
    readonly HashSet<string> _begun = [];

    public FakeDiffusion Open()
    {
        Opened++;
        return this;
    }

    public object? Encode(float[] image)
    {
        lock (_begun)
        {
            _encoded++;
            MostHeld = Math.Max(MostHeld, _encoded - _begun.Count);
        }
        return "encoded";
    }

    public void Denoise(SceneToEdit scene, float[] image, object? encoded, IReadOnlyList<float[]> controls, Action<DenoisedEdit> made,
        CancellationToken cancellationToken)
    {
        Assert.That(encoded, Is.EqualTo("encoded"));
        lock (_begun) _begun.Add(scene.SceneId);
        for (int i = 0; i < controls.Count; i++)
        {
            if (Edits == stopAfter) throw new OperationCanceledException();
            Edited.Add(scene.SceneId);
            made(new(i, [.. Enumerable.Repeat(controls[i][^1], image.Length)], 0.25));
        }
    }

    public float[] Decode(SceneToEdit scene, DenoisedEdit edit) => Fails(scene, edit.Control) is { } e ? throw e : edit.Latents;

    public void Dispose()
    {
    }
}
