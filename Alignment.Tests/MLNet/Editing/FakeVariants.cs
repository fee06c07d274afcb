using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.Tests.MLNet.Editing;

/// <summary>
/// Two videos of four small scenes whose maps have one value everywhere. Scene 2 of the second video has an empty mask. Early boost changes
/// scene 1, full boost all.
/// </summary>
sealed class FakeVariants
{
    public const int StillWidth = 41, StillHeight = 27, Width = 16, Height = 8;

    /// <summary>Per video: scene 1 has three different controls (early and full boost share one), the others three, counted by
    /// hand.</summary>
    public const int Controls = 8 * 3;

    public FakeVariants(string folder)
    {
        foreach (string video in new[] { "a", "b-2" })
            for (int n = 1; n <= 4; n++)
            {
                string id = SceneId.Of(video, n), still = Path.Combine(folder, id + ".png"),
                    maskPath = Path.Combine(folder, id + "-mask.png");
                byte[] pixels = new byte[3 * StillWidth * StillHeight], white = new byte[StillWidth * StillHeight];
                new Random(n).NextBytes(pixels);
                if ((video, n) != ("b-2", 2))
                    for (int i = 0; i < white.Length; i++) white[i] = i % StillWidth is >= 8 and < 24 && i / StillWidth is >= 5 and < 20
                        ? (byte)255 : (byte)0;
                PictureFile.WritePng(still, new RgbPicture(StillWidth, StillHeight, pixels));
                PictureFile.WritePngGrey(maskPath, StillWidth, StillHeight, white.AsSpan());
                float[] mask = new float[Width * Height];
                PictureFile.ReadGrey(maskPath, Width, Height, mask);
                for (int i = 0; i < mask.Length; i++) mask[i] = mask[i] > 0.5f ? 1 : 0;
                var scene = new SceneRecord
                {
                    VideoId = video,
                    SceneNumber = n,
                    Keyword = "cup",
                    SceneImagePath = still,
                    KeywordMaskPath = maskPath,
                    AttentionHeatmapPath = "",
                    Filename = Path.GetFileName(still),
                };
                string MapOf(int value) => Path.Combine(folder, FormattableString.Invariant($"{value}.safetensors"));
                VariantScene Under(string name, int value)
                {
                    float[] map = [.. Enumerable.Repeat(value / 8f, Width * Height)];
                    SafetensorsWriter.Write(MapOf(value), [SafetensorsTensor.Floats("attention", [Height, Width], map)], durable: false);
                    return new(scene, Variant.Named(name), n - 1, 0, "", MapOf(value), ControlStack.Hash(Width, Height, mask, map), true, 0,
                        0, 0, 0);
                }
                All.Add(new(scene, [Under("baseline", 1), Under("early_boost", n == 1 ? 2 : 1), Under("full_boost", n == 1 ? 2 : 3),
                    Under("placebo", 4)], HeatmapProvenance.Provided));
            }
    }

    public List<SetScene> All { get; } = [];

    public static IReadOnlyList<string> Variants { get; } = ["baseline", "early_boost", "full_boost", "placebo"];

    public string Still(int scene) => All[scene].Scene.SceneImagePath;

    /// <summary>Of all videos, or of one.</summary>
    public EditSource Source(string? video = null) => new(Variants, () => All.Where(s => video is null || s.VideoId == video), () => All,
        ProvenanceCounts.None);

    /// <summary>The chain with the editor given.</summary>
    public static EditChain Chain(EditJobOptions options, IEditors editors) =>
        Chain(options, new() { Width = Width, Height = Height }, Variants, editors);

    public static EditChain Chain(EditJobOptions options, VariantOptions set, IReadOnlyList<string> variants, IEditors editors) => new([
        .. EditChain.Controls(set, options.Edit.Region, variants).Fit(SetView.Of([])),
        new EditSceneTransformer(new()
        {
            Bundle = "fake",
            Edit = options.Edit,
            Ahead = options.Ahead,
            PreviewInterval = options.PreviewEvery,
            RegionPixelsColumn = SceneColumns.RegionPixels,
            SecondsColumn = SceneColumns.EditSeconds,
        }, editors),
        .. EditChain.AfterEditor]);
}

/// <summary>Paints a picture whose brightness is the control's attention and counts what it was asked.</summary>
/// <param name="stopAfter">Edits after which it is cancelled.</param>
sealed class FakeEditor(int stopAfter = int.MaxValue) : ISceneEditor, IEditors
{
    /// <summary>How often the model was asked for.</summary>
    public int Opened { get; private set; }

    /// <summary>The scene of every edit, in order.</summary>
    public List<string> Edited { get; } = [];

    public int Edits => Edited.Count;

    /// <summary>Throws for the decoded pictures it names.</summary>
    public Func<string, int, Exception?> Fails { get; init; } = (_, _) => null;

    /// <summary>Most scenes prepared and not yet finished with.</summary>
    public int MostHeld { get; private set; }

    int _encoded;
    readonly HashSet<string> _begun = [];

    public int ControlChannels => 2;

    public void Verify(IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
    }

    public void RequireSize(int width, int height)
    {
    }

    public ISceneEditor For(int width, int height)
    {
        Opened++;
        return this;
    }

    public void Expect(long edits)
    {
    }

    public object? Encode(EditInput scene)
    {
        lock (_begun)
        {
            _encoded++;
            MostHeld = Math.Max(MostHeld, _encoded - _begun.Count);
        }
        return "encoded";
    }

    public IEnumerable<DenoisedEdit> Denoise(EditInput scene, object? encoded, int guessInterval, CancellationToken cancellationToken)
    {
        Assert.That(encoded, Is.EqualTo("encoded"));
        lock (_begun) _begun.Add(scene.SceneId);
        for (int i = 0; i < scene.Controls.Count; i++)
        {
            if (Edits == stopAfter) throw new OperationCanceledException();
            Edited.Add(scene.SceneId);
            yield return new(i, [.. Enumerable.Repeat(scene.Controls[i].Span[^1], scene.Image.Length)], 0.25);
        }
    }

    public float[] Decode(string sceneId, DenoisedEdit edit) => Fails(sceneId, edit.Control) is { } e ? throw e : edit.Latents;

    public void Dispose()
    {
    }
}
