using Alignment.MLNet.Synthetic;

namespace Alignment.Tests.Tools.Stills;

/// <summary>Everything about a still that is drawn at random, in the order of the draws.</summary>
sealed class StillPlan
{
    /// <summary>The share of the picture that the product is to cover, before its soft edge is added and before it is made to
    /// fit.</summary>
    const float LeastCoverage = 0.05f, MostCoverage = 0.27f;

    public StillPlan(DrawnStillsOptions options, long index)
    {
        Index = index;
        string stream = options.Use == StillUse.HeldOut ? "held-out" : "train";
        var draw = new Draws(options.Seed, FormattableString.Invariant($"stills/{stream}/{index}"));
        float aspect = (float)options.Width / options.Height;

        // 1. The product and its colours: the second one well apart from the first in brightness, so that there are edges inside.
        Product = (ProductKind)draw.Pick(Enum.GetValues<ProductKind>().Length);
        int colour = draw.Pick(NamedColours.Count);
        (Colour, Ink ink) = NamedColours.At(colour);
        Main = Jitter(ink, draw, 0.03f);
        Second = Apart(ink, draw);
        Prompt = PromptFor(draw.Pick(4), Colour, Products.Keyword(Product));

        // 2. A wall and a floor of one family, well apart from the product in brightness: that is what presence can be seen against.
        float bright = ink.Luma, coin = draw.Between(0, 1);
        bool dark = bright > 0.5f || bright > 0.3f && coin < 0.5f;
        float luma = dark ? draw.Between(0.07f, MathF.Min(bright - 0.2f, 0.42f)) : draw.Between(MathF.Min(bright + 0.33f, 0.8f), 0.88f);
        Ink sky = Muted(draw, luma), ground = Muted(draw, DrawMath.Clamp01(luma + draw.Between(-0.07f, 0.05f)));
        Backdrop = new(sky, ground, draw.Between(0.5f, 0.78f), draw.Pick(Backdrop.Textures), (uint)draw.Pick(1 << 30), aspect);

        // 3. Distractors: in the backdrop's key, so that they draw some looks and not all.
        Distractors = new Distractor[1 + draw.Pick(4)];
        for (int i = 0; i < Distractors.Length; i++)
        {
            float off = draw.Between(0.07f, 0.17f) * (draw.Between(0, 1) < 0.5f ? -1 : 1);
            Distractors[i] = new(draw.Pick(Distractor.Kinds), draw.Between(-aspect / 2, aspect / 2), draw.Between(-0.45f, 0.45f), 0, 0,
                draw.Between(0.04f, 0.1f), Muted(draw, MathF.Max(0.04f, luma + off)), 0);
        }

        // 4. The product's place: as large as drawn, or as fits.
        ProductExtent extent = ProductExtent.Of(Product);
        float turn = draw.Between(-0.03f, 0.03f), sin = DrawMath.SinTurns(turn), cos = DrawMath.CosTurns(turn);
        float halfWidth = extent.HalfWidth * cos + extent.HalfHeight * MathF.Abs(sin),
            halfHeight = extent.HalfHeight * cos + extent.HalfWidth * MathF.Abs(sin);
        // small ones are commoner, as in ads
        float coverage = LeastCoverage + (MostCoverage - LeastCoverage) * Square(draw.Between(0, 1));
        float margin = 2f / options.Height, scale = MathF.Min(MathF.Sqrt(coverage * aspect / extent.Area),
            MathF.Min((aspect / 2 - margin) / halfWidth, (0.5f - margin) / halfHeight));
        float roomX = aspect / 2 - margin - scale * halfWidth, roomY = 0.5f - margin - scale * halfHeight;
        Pose = new(draw.Between(-roomX, roomX), draw.Between(-roomY, roomY), scale, sin, cos);

        // 5. The whole picture's exposure.
        Contrast = draw.Between(0.82f, 1.1f);
        Brightness = draw.Between(-0.07f, 0.07f);
    }

    public long Index { get; }

    public ProductKind Product { get; }

    public string Colour { get; }

    public string Prompt { get; }

    public Ink Main { get; }

    public Ink Second { get; }

    public Backdrop Backdrop { get; }

    public Distractor[] Distractors { get; }

    public ProductPose Pose { get; }

    public float Contrast { get; }

    public float Brightness { get; }

    /// <summary>The exposure, of anything in the picture.</summary>
    public Ink Exposed(Ink ink) => ink.Plus(-0.5f).Times(Contrast).Plus(0.5f + Brightness).Clamped();

    /// <summary>Half of the prompts name the colour; the others are what a user gives who has a keyword only.</summary>
    static string PromptFor(int form, string colour, string keyword) => form switch
    {
        0 or 1 => $"a photo of {(colour is "orange" ? "an" : "a")} {colour} {keyword}",
        2 => $"a photo of {keyword}",
        _ => keyword,
    };

    static Ink Apart(Ink main, Draws draw)
    {
        const float Least = 0.28f;
        int from = draw.Pick(NamedColours.Count);
        for (int i = 0; i < NamedColours.Count; i++)
        {
            Ink other = NamedColours.At((from + i) % NamedColours.Count).Ink;
            if (MathF.Abs(other.Luma - main.Luma) >= Least) return other;
        }
        return Ink.Of(0xF4F2EC);
    }

    static Ink Jitter(Ink ink, Draws draw, float by) =>
        new(ink.R + draw.Between(-by, by), ink.G + draw.Between(-by, by), ink.B + draw.Between(-by, by));

    /// <summary>A quiet colour of a given brightness.</summary>
    static Ink Muted(Draws draw, float luma)
    {
        Ink ink = NamedColours.At(draw.Pick(NamedColours.Count)).Ink.Saturated(draw.Between(0.15f, 0.5f));
        return ink.Times(luma / MathF.Max(ink.Luma, 0.05f)).Clamped();
    }

    static float Square(float v) => v * v;
}
