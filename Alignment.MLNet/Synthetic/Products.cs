namespace Alignment.MLNet.Synthetic;

// The products a drawn ad can advertise.
enum ProductKind
{
    Bottle,
    Can,
    Box,
    Ball,
    Star,
    Shoe,
    Mug,
    Phone,
    Apple,
    Clock,
}

// How each product looks: parts painted one over the other, in units where the product is about 2 high.
static class Products
{
    public static string Keyword(ProductKind kind) => kind switch
    {
        ProductKind.Bottle => "bottle",
        ProductKind.Can => "can",
        ProductKind.Box => "box",
        ProductKind.Ball => "ball",
        ProductKind.Star => "star",
        ProductKind.Shoe => "shoe",
        ProductKind.Mug => "mug",
        ProductKind.Phone => "phone",
        ProductKind.Apple => "apple",
        _ => "clock",
    };

    // No product reaches farther from its origin than this.
    public const float Reach = 1.45f;

    public static float Distance(ProductKind kind, float x, float y) => kind switch
    {
        ProductKind.Bottle => MathF.Min(BottleBody(x, y), Shapes.Box(x, y + 0.86f, 0.16f, 0.16f, 0.04f)),
        ProductKind.Can => Shapes.Box(x, y, 0.52f, 0.95f, 0.14f),
        ProductKind.Box => Shapes.Box(x, y, 0.85f, 0.8f, 0.05f),
        ProductKind.Ball => Shapes.Circle(x, y, 0.9f),
        ProductKind.Star => Shapes.Star(x, y, 1.08f, 0.5f) - 0.04f,
        ProductKind.Shoe => MathF.Min(ShoeUpper(x, y), ShoeSole(x, y)),
        ProductKind.Mug => MathF.Min(Shapes.Box(x + 0.22f, y, 0.62f, 0.82f, 0.12f), MathF.Abs(Shapes.Circle(x - 0.44f, y, 0.42f)) - 0.11f),
        ProductKind.Phone => Shapes.Box(x, y, 0.55f, 1, 0.15f),
        ProductKind.Apple => MathF.Min(AppleFlesh(x, y), MathF.Min(AppleStem(x, y), AppleLeaf(x, y))),
        _ => MathF.Min(Shapes.Circle(x, y, 0.92f), MathF.Min(Shapes.Circle(x - 0.5f, y + 0.78f, 0.24f),
            Shapes.Circle(x + 0.5f, y + 0.78f, 0.24f))),
    };

    // The product's colour at a place inside it, in its main and second colour, lit from the upper left.
    public static Ink Paint(ProductKind kind, float x, float y, Ink main, Ink second, float pixel)
    {
        Ink white = new(0.97f, 0.97f, 0.95f), dark = main.Times(0.35f);
        Ink ink = main;
        float light = 1;
        switch (kind)
        {
            case ProductKind.Bottle:
                ink = Over(ink, white, Shapes.Box(x, y - 0.3f, 0.6f, 0.27f, 0.02f), pixel);
                ink = Over(ink, second, Shapes.Ellipse(x, y - 0.3f, 0.2f, 0.2f), pixel);
                ink = Over(ink, second, Shapes.Box(x, y + 0.86f, 0.2f, 0.15f, 0.03f), pixel);
                light = Round(x / 0.44f);
                break;
            case ProductKind.Can:
                ink = Over(ink, second, MathF.Abs(y + 0.25f * x - 0.05f) - 0.24f, pixel);
                ink = Over(ink, white, Shapes.Circle(x + 0.02f, y - 0.05f, 0.21f), pixel);
                ink = Over(ink, new Ink(0.78f, 0.8f, 0.83f), 0.8f - MathF.Abs(y), pixel);
                light = Round(x / 0.54f);
                break;
            case ProductKind.Box:
                ink = Over(ink, second, MathF.Abs(x) - 0.14f, pixel);
                ink = Over(ink, second, MathF.Abs(y + 0.18f) - 0.12f, pixel);
                ink = Over(ink, main.Times(0.62f), y + 0.78f - 0.34f, pixel, 0.35f);   // the lid's shade
                light = 1.06f - 0.1f * x - 0.08f * y;
                break;
            case ProductKind.Ball:
                ink = Over(ink, white, MathF.Abs(y + 0.35f * x * x - 0.12f) - 0.18f, pixel);
                ink = Over(ink, second, MathF.Abs(x - 0.25f * y * y + 0.1f) - 0.07f, pixel);
                light = 1.12f - 0.55f * ((x + 0.3f) * (x + 0.3f) + (y + 0.35f) * (y + 0.35f)) * 0.6f;
                break;
            case ProductKind.Star:
                ink = Over(ink, second, Shapes.Star(x, y, 0.66f, 0.5f), pixel);
                light = 1.1f - 0.16f * y - 0.1f * x;
                break;
            case ProductKind.Mug:
                ink = Over(ink, second, MathF.Abs(y - 0.42f) - 0.12f, pixel);
                ink = Over(ink, white, Shapes.Star(x + 0.22f, y + 0.12f, 0.36f, 0.5f), pixel);
                ink = Over(ink, dark, Shapes.Ellipse(x + 0.22f, y + 0.7f, 0.52f, 0.09f), pixel);
                light = Round((x + 0.22f) / 0.64f);
                break;
            case ProductKind.Phone:
                ink = Over(ink, white, Shapes.Box(x, y + 0.04f, 0.45f, 0.78f, 0.05f), pixel);
                ink = Over(ink, second, Shapes.Box(x, y + 0.36f, 0.45f, 0.46f, 0.05f), pixel);
                ink = Over(ink, white, Shapes.Circle(x - 0.12f, y + 0.42f, 0.16f), pixel);
                for (int icon = 0; icon < 6; icon++) ink = Over(ink, icon % 2 == 0 ? main : dark,
                    Shapes.Box(x - 0.27f * (icon % 3 - 1), y - 0.28f - 0.27f * (icon / 3), 0.09f, 0.09f, 0.03f), pixel);
                ink = Over(ink, white, Shapes.Circle(x, y - 0.89f, 0.06f), pixel);
                break;
            case ProductKind.Apple:
                ink = Over(ink, white, Shapes.Ellipse(x + 0.38f, y - 0.02f, 0.13f, 0.2f), pixel);
                ink = Over(ink, second, Shapes.Ellipse(x - 0.24f, y - 0.22f, 0.22f, 0.15f), pixel);
                if (AppleFlesh(x, y) > 0) ink = Over(Over(second, dark, AppleStem(x, y), pixel), second, AppleLeaf(x, y), pixel);
                light = 1.1f - 0.3f * ((x + 0.3f) * (x + 0.3f) + (y + 0.2f) * (y + 0.2f));
                break;
            case ProductKind.Clock:
                ink = Over(ink, white, Shapes.Circle(x, y, 0.7f), pixel);
                for (int tick = 0; tick < 4; tick++) ink = Over(ink, dark,
                    Shapes.Circle(x - (tick % 2 == 0 ? 0.56f * (tick - 1) : 0), y - (tick % 2 == 1 ? 0.56f * (tick - 2) : 0), 0.08f),
                    pixel);
                ink = Over(ink, dark, Shapes.Box(x, y + 0.22f, 0.05f, 0.26f, 0.04f), pixel);
                ink = Over(ink, second, Shapes.Box(x - 0.18f, y, 0.22f, 0.06f, 0.04f), pixel);
                ink = Over(ink, second, Shapes.Circle(x, y, 0.1f), pixel);
                break;
            default:
                ink = Over(ink, second, MathF.Abs(x * 0.6f + y - 0.12f) - 0.09f, pixel);
                for (int lace = 0; lace < 3; lace++) ink = Over(ink, white,
                    Shapes.Box(x + 0.02f - 0.2f * lace, y + 0.3f - 0.13f * lace, 0.13f, 0.035f, 0.03f), pixel);
                ink = Over(ink, dark, Shapes.Ellipse(x + 0.62f, y + 0.58f, 0.34f, 0.11f), pixel);
                ink = Over(ink, white, ShoeSole(x, y), pixel);
                light = 1.08f - 0.18f * y;
                break;
        }
        // A highlight near the upper left edge, and a darker rim that sets the product off from any background.
        float shine = DrawMath.Step(0.2f, 0, MathF.Abs(x + 0.25f)) * DrawMath.Step(0.75f, 0.1f, MathF.Abs(y + 0.2f)) * 0.16f;
        float rim = DrawMath.Step(0, -0.09f, Distance(kind, x, y));
        return ink.Times(light * DrawMath.Mix(0.55f, 1, rim)).Plus(shine);
    }

    static float BottleBody(float x, float y)
    {
        float body = Shapes.Box(x, y - 0.27f, 0.43f, 0.73f, 0.16f), neck = Shapes.Box(x, y + 0.62f, 0.14f, 0.34f, 0.04f);
        // A smooth union makes the shoulder.
        const float blend = 0.35f;
        float h = DrawMath.Clamp01(0.5f + (neck - body) / (2 * blend));
        return DrawMath.Mix(neck, body, h) - blend * h * (1 - h);
    }

    static float ShoeSole(float x, float y) => Shapes.Box(x, y - 0.52f, 1.22f, 0.13f, 0.11f);

    static float ShoeUpper(float x, float y)
    {
        float toe = Shapes.Ellipse(x - 0.5f, y - 0.32f, 0.7f, 0.4f), heel = Shapes.Box(x + 0.62f, y + 0.05f, 0.46f, 0.6f, 0.2f);
        const float blend = 0.4f;
        float h = DrawMath.Clamp01(0.5f + (heel - toe) / (2 * blend));
        return MathF.Max(DrawMath.Mix(heel, toe, h) - blend * h * (1 - h), y - 0.5f);
    }

    static float AppleFlesh(float x, float y)
    {
        float left = Shapes.Ellipse(x + 0.3f, y - 0.16f, 0.62f, 0.78f), right = Shapes.Ellipse(x - 0.3f, y - 0.16f, 0.62f, 0.78f);
        return MathF.Min(left, right);
    }

    static float AppleStem(float x, float y) => Shapes.Box(x - 0.1f * y - 0.06f, y + 0.66f, 0.06f, 0.34f, 0.05f);

    static float AppleLeaf(float x, float y) => Shapes.Ellipse(0.9f * (x - 0.34f) - 0.4f * (y + 0.82f),
        0.4f * (x - 0.34f) + 0.9f * (y + 0.82f), 0.32f, 0.14f);

    // Light on an upright cylinder, x from −1 to 1.
    static float Round(float x) => 1.12f - 0.75f * (x + 0.25f) * (x + 0.25f);

    static Ink Over(Ink under, Ink over, float distance, float pixel, float opacity = 1) =>
        Ink.Mix(under, over, DrawMath.Clamp01(0.5f - distance / pixel) * opacity);
}
