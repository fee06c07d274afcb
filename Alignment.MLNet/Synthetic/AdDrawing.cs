using System.Text.Json.Serialization;

namespace Alignment.MLNet.Synthetic;

/// <summary>Options of a drawn ad.</summary>
public sealed record AdDrawingOptions
{
    /// <summary>The ad's id; with <see cref="Seed"/> it decides everything that is drawn at random.</summary>
    public string VideoId { get; init; } = "drawn_ad";

    /// <summary>Any value.</summary>
    public ulong Seed { get; init; }

    /// <summary>Width in pixels; even widths suit H.264.</summary>
    public int Width { get; init; } = 320;

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; } = 180;

    /// <summary>Frames per second.</summary>
    public int FramesPerSecond { get; init; } = 25;

    /// <summary>Number of scenes, with hard cuts between them.</summary>
    public int Scenes { get; init; } = 6;

    /// <summary>Shortest scene in seconds.</summary>
    public double ShortestSceneSeconds { get; init; } = 0.8;

    /// <summary>Longest scene in seconds.</summary>
    public double LongestSceneSeconds { get; init; } = 1.6;

    /// <summary>Scenes without the product, spread over the ad but never the first.</summary>
    public int ScenesWithoutProduct { get; init; } = 1;

    [JsonInclude]
    internal ProductKind Product { get; init; } = ProductKind.Bottle;

    /// <summary>The product's main colour, 0xRRGGBB.</summary>
    public int MainColour { get; init; } = 0xC8352B;

    /// <summary>Its second colour, 0xRRGGBB.</summary>
    public int SecondColour { get; init; } = 0xF2C230;

    /// <summary>Checks every value once.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public void Check()
    {
        this.Require($"'{SafePath.Shorten(VideoId)}', but {SafePath.Why(VideoId)}", SafePath.Why(VideoId) is null, "a plain name",
            "Choose another.", nameof(VideoId));
        this.RequireSize(Width, Height, least: 16, most: 4096);
        this.Require(FramesPerSecond, FramesPerSecond is >= 1 and <= 240, "1 to 240 frames per second", "25 is the default.");
        this.Require($"{Scenes}, {ScenesWithoutProduct} of them without product",
            Scenes is >= 1 and <= 10_000 && ScenesWithoutProduct >= 0 && ScenesWithoutProduct < Scenes,
            "1 to 10000, at least one with the product", "6 and 1 are the defaults.", nameof(Scenes));
        this.Require($"{ShortestSceneSeconds} to {LongestSceneSeconds} s",
            ShortestSceneSeconds > 0 && LongestSceneSeconds >= ShortestSceneSeconds && LongestSceneSeconds <= 600,
            "above 0, the shortest first, at most 600 s", "0.8 and 1.6 are the defaults.", nameof(ShortestSceneSeconds));
        this.RequireKnown(Product);
    }
}

// One scene of a drawn ad; numbers are from 1.
sealed record DrawnScene(int Number, int StartFrame, int Frames, bool HasProduct);

/// <summary>Draws synthetic ads whose truth is known exactly: where each scene starts, which pixels are the product, where viewers
/// look.</summary>
static class AdDrawing
{
    static readonly (int Main, int Second)[] s_colours =
        [(0xC8352B, 0xF2C230), (0x1F6FB2, 0xF5F1E6), (0x2E8B57, 0xF2A541), (0xE0702A, 0x2B2F77), (0x7B3FA0, 0xF4D35E),
        (0xD81B60, 0x7FDBDA)];

    // Plans an ad; frames are drawn on demand. Equal options give equal bytes on every machine.
    public static DrawnAd Draw(AdDrawingOptions? options = null)
    {
        options ??= new();
        options.Check();
        return new(options);
    }

    // Options for a set of short ads, each with another product and other colours.
    public static IReadOnlyList<AdDrawingOptions> Set(int ads, AdDrawingOptions? like = null) =>
        [.. Enumerable.Range(0, ads).Select(i =>
        {
            int kinds = Enum.GetValues<ProductKind>().Length;
            var kind = (ProductKind)(i % kinds);
            var (main, second) = s_colours[i % s_colours.Length];
            string number = i < kinds ? "" : Invariant($"_{i / kinds + 1}");
            return (like ?? new()) with { VideoId = $"{Products.Keyword(kind)}_ad{number}", Product = kind, MainColour = main,
                SecondColour = second };
        })];
}

sealed class DrawnAd
{
    readonly SceneDrawing[] _drawings;

    internal DrawnAd(AdDrawingOptions options)
    {
        Options = options;
        var draw = new Draws(options.Seed, options.VideoId + "/plan");
        var scenes = new List<DrawnScene>();
        int first = draw.Pick(8), start = 0;
        for (int i = 0; i < options.Scenes; i++)
        {
            int frames = Math.Max(1, (int)Math.Round(draw.Between((float)options.ShortestSceneSeconds, (float)options.LongestSceneSeconds)
                * options.FramesPerSecond));
            // Scene i lacks the product where the running share of absences steps up: spread evenly, never in the first.
            bool absent = (i + 1) * options.ScenesWithoutProduct / options.Scenes > i * options.ScenesWithoutProduct / options.Scenes;
            scenes.Add(new(i + 1, start, frames, !absent));
            start += frames;
        }
        if (!scenes[0].HasProduct && scenes.Count > 1)
        {
            // With many absences the first scene may lack the product: it trades with the next one that has it.
            int other = scenes.FindIndex(s => s.HasProduct);
            (scenes[0], scenes[other]) = (scenes[0] with { HasProduct = true }, scenes[other] with { HasProduct = false });
        }
        Scenes = scenes;
        Frames = start;
        // Neighbouring scenes have different backdrops, so every cut is visible.
        _drawings = [.. scenes.Select((s, i) => new SceneDrawing(options, options.Seed, s.Number, s.HasProduct, first + 3 * i))];
    }

    public AdDrawingOptions Options { get; }

    public string Keyword => Products.Keyword(Options.Product);

    public IReadOnlyList<DrawnScene> Scenes { get; }

    public int Frames { get; }

    public static int StillOf(DrawnScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        return scene.StartFrame + scene.Frames / 2;
    }

    // Draws a frame into rgb: Width × Height × 3 bytes, rows from the top.
    public void Render(int frame, Span<byte> rgb)
    {
        CheckRoom(rgb.Length, 3);
        var (drawing, time) = At(frame);
        drawing.Render(time, rgb);
    }

    // The keyword mask of a frame, [H,W]: 255 where a pixel's centre is on the product, else 0.
    public byte[] Mask(int frame)
    {
        byte[] mask = new byte[Options.Width * Options.Height];
        var (drawing, time) = At(frame);
        drawing.Mask(time, mask);
        return mask;
    }

    // Where imagined viewers look in a frame, [H,W] in 0..1: 0.02 everywhere, 0.15 around the frame's centre (σ 0.3 of its height), 0.6 on
    // the product (σ ¾ of its half height) and 0.25 to 0.6, seeded, on each distractor (σ 1.1 of its radius), all Gaussian and following
    // the motion, their sum cut at 1.
    public float[] Heatmap(int frame)
    {
        float[] map = new float[Options.Width * Options.Height];
        var (drawing, time) = At(frame);
        drawing.Heatmap(time, map);
        return map;
    }

    (SceneDrawing Drawing, float Time) At(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Frames);
        int low = 0, high = Scenes.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Scenes[middle].StartFrame <= frame) low = middle;
            else high = middle - 1;
        }
        return (_drawings[low], (float)(frame - Scenes[low].StartFrame) / Math.Max(1, Scenes[low].Frames - 1));
    }

    void CheckRoom(int length, int channels)
    {
        if (length != Options.Width * Options.Height * channels)
            throw new ArgumentException($"A frame has {Options.Width * Options.Height * channels} bytes, but there is room for {length}.");
    }
}
