using Alignment.MLNet.Synthetic;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Tests.Tools.Stills;

/// <summary>
/// One drawn scene. Its product can be rendered at any presence p: at 1 it is saturated, with strong edges inside and against what is
/// behind; at 0 it is a dim, flat, colourless trace of itself, still visible. Between them every pixel is mixed linearly.
/// Pixels outside the mask, the product's shadow included, are the same for every p.
/// </summary>
public sealed class DrawnStill
{
    // p = 1: colour and contrast around the product's own mean.
    const float VividSaturation = 1.25f, VividContrast = 1.6f;

    // At p = 1 the product's outermost part, this wide in its own units, is drawn as a dark line of this brightness: the eye takes the
    // darkest thing in a bright neighbourhood as much as the brightest, and without it the background beside a bright product would be
    // that.
    const float LineWidth = 0.13f, LineLight = 0.12f;

    // p = 0: what is left of the colour, of the differences inside, of the brightness, and of all that against the background.
    const float FaintSaturation = 0.4f, FaintDetail = 0.45f, FaintLight = 0.9f, FaintContrast = 0.2f;

    readonly byte[] _background;   // [H,W,3]
    readonly int[] _pixels;        // the mask's, in order
    readonly float[] _faint;       // [pixels,3], 0..255
    readonly float[] _change;      // [pixels,3], vivid − faint

    internal DrawnStill(StillPlan plan, int width, int height)
    {
        (Index, Product, Colour, Prompt, Width, Height) = (plan.Index, plan.Product, plan.Colour, plan.Prompt, width, height);
        float unit = 1f / height, pixel = unit / plan.Pose.Scale, aspect = (float)width / height;
        _background = new byte[3 * width * height];
        var found = new List<ProductPixel>();
        for (int row = 0, i = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++, i++)
            {
                float x = (column + 0.5f) / height - aspect / 2, y = (row + 0.5f) / height - 0.5f;
                Ink ink = plan.Backdrop.At(x, y, 0);
                foreach (Distractor d in plan.Distractors) ink = d.Over(ink, x, y, 0, unit);
                var (u, v) = plan.Pose.Local(x, y);
                // The ellipse of the shadow ends here.
                if (MathF.Abs(v - 1.02f) < 0.5f && MathF.Abs(u) < 1.5f) ink = ink.Times(ProductPose.Shade(u, v));
                Put(plan.Exposed(ink), _background, 3 * i);
                if (MathF.Abs(u) > Products.Reach || MathF.Abs(v) > Products.Reach) continue;
                float distance = Products.Distance(Product, u, v), cover = DrawMath.Clamp01(0.5f - distance / pixel);
                if (cover > 0) found.Add(new(i, cover, DrawMath.Step(0, -LineWidth, distance), ink,
                    Products.Paint(Product, u, v, plan.Main, plan.Second, pixel)));
            }
        }
        _pixels = [.. found.Select(f => f.Index)];
        (_faint, _change) = (new float[3 * found.Count], new float[3 * found.Count]);
        Blend(found, plan);
    }

    /// <summary>Of the still within its stream.</summary>
    public long Index { get; }

    public int Width { get; }

    public int Height { get; }

    internal ProductKind Product { get; }

    /// <summary>The product's name: one of <see cref="DrawnStills.Keywords"/>.</summary>
    public string Keyword => Products.Keyword(Product);

    /// <summary>The name of the product's main colour: one of <see cref="DrawnStills.Colours"/>.</summary>
    public string Colour { get; }

    /// <summary>"a photo of a red bottle" in half of the stills, "a photo of bottle" or "bottle" in a quarter each.</summary>
    public string Prompt { get; }

    /// <summary>The part of the picture in the mask, 0..1.</summary>
    public double Coverage => (double)_pixels.Length / (Width * Height);

    /// <summary>Draws the still into <paramref name="rgb"/>: Width × Height × 3 bytes, rows from the top.</summary>
    /// <param name="presence">p, 0..1.</param>
    /// <param name="rgb">Receives the picture.</param>
    /// <exception cref="ArgumentException"><paramref name="presence"/> is not in 0..1, or there is other room.</exception>
    public void Render(float presence, Span<byte> rgb)
    {
        if (!(presence is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(presence), presence, "The presence is 0..1.");
        CheckRoom(rgb.Length, 3, nameof(rgb));
        _background.CopyTo(rgb);
        for (int k = 0, j = 0; k < _pixels.Length; k++)
        {
            int at = 3 * _pixels[k];
            for (int c = 0; c < 3; c++, j++) rgb[at + c] = (byte)(_faint[j] + presence * _change[j] + 0.5f);
        }
    }

    /// <summary>Draws the still as it would be without its product; only the product's shadow stays.</summary>
    /// <param name="rgb">Receives the picture, as <see cref="Render"/> gives it.</param>
    public void RenderWithout(Span<byte> rgb)
    {
        CheckRoom(rgb.Length, 3, nameof(rgb));
        _background.CopyTo(rgb);
    }

    /// <summary>The product's mask, [H,W]: 255 on every pixel the product touches, its soft edge included, else 0.</summary>
    public byte[] Mask()
    {
        byte[] mask = new byte[Width * Height];
        foreach (int i in _pixels) mask[i] = 255;
        return mask;
    }

    /// <summary>The still as a model takes it: picture, mask and predicted attention.</summary>
    /// <param name="presence">p, 0..1.</param>
    /// <param name="saliency">Predicts the attention from the picture as drawn.</param>
    /// <param name="image">Receives the picture [3,H,W] in −1..1.</param>
    /// <param name="mask">Receives the mask [H,W], 0 or 1.</param>
    /// <param name="attention">Receives the attention [H,W] in 0..1.</param>
    /// <param name="rgb">Receives the picture as <see cref="Render"/> gives it.</param>
    internal void Fill(float presence, ISaliencyPredictor saliency, Span<float> image, Span<float> mask, Span<float> attention,
        Span<byte> rgb)
    {
        ArgumentNullException.ThrowIfNull(saliency);
        int n = Width * Height;
        CheckRoom(image.Length, 3, nameof(image));
        CheckRoom(mask.Length, 1, nameof(mask));
        CheckRoom(attention.Length, 1, nameof(attention));
        Render(presence, rgb);
        for (int c = 0; c < 3; c++)
        {
            Span<float> plane = image.Slice(c * n, n);
            for (int i = 0, at = c; i < n; i++, at += 3) plane[i] = rgb[at] / 127.5f - 1;
        }
        mask.Clear();
        foreach (int i in _pixels) mask[i] = 1;
        saliency.Predict(rgb, Width, Height, attention);
    }

    /// <summary>A pixel of the product: how much of it is product, how far inside it lies (0 at the edge, 1 beyond the line), what is
    /// behind, and the product's colour there.</summary>
    readonly record struct ProductPixel(int Index, float Cover, float Inside, Ink Under, Ink Ink);

    void Blend(List<ProductPixel> found, StillPlan plan)
    {
        float r = 0, g = 0, b = 0, weight = 0;
        foreach (ProductPixel p in found)
        {
            (r, g, b) = (r + p.Cover * p.Ink.R, g + p.Cover * p.Ink.G, b + p.Cover * p.Ink.B);
            weight += p.Cover;
        }
        Ink mean = new(r / weight, g / weight, b / weight);
        for (int k = 0; k < found.Count; k++)
        {
            ProductPixel p = found[k];
            Ink vivid = Ink.Mix(mean, p.Ink, VividContrast).Saturated(VividSaturation).Clamped()
                .Times(DrawMath.Mix(LineLight, 1, p.Inside));
            Ink trace = Ink.Mix(mean, p.Ink, FaintDetail).Saturated(FaintSaturation).Times(FaintLight).Clamped();
            Ink low = plan.Exposed(Ink.Mix(p.Under, trace, FaintContrast * p.Cover)), high = plan.Exposed(Ink.Mix(p.Under, vivid, p.Cover));
            (_faint[3 * k], _faint[3 * k + 1], _faint[3 * k + 2]) = (255 * low.R, 255 * low.G, 255 * low.B);
            (_change[3 * k], _change[3 * k + 1], _change[3 * k + 2]) = (255 * (high.R - low.R), 255 * (high.G - low.G),
                255 * (high.B - low.B));
        }
    }

    static void Put(Ink ink, byte[] rgb, int at) =>
        (rgb[at], rgb[at + 1], rgb[at + 2]) = (Ink.Byte(ink.R), Ink.Byte(ink.G), Ink.Byte(ink.B));

    void CheckRoom(int length, int planes, string parameter)
    {
        if (length != planes * Width * Height)
            throw new ArgumentException($"Room for {length} values, expected {planes} x {Width} x {Height}.", parameter);
    }
}
