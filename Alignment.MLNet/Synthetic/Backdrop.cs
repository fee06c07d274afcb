namespace Alignment.MLNet.Synthetic;

/// <summary>What is behind everything: a wall with one of four textures, and a floor. Places are in units of the picture's height, from its
/// centre.</summary>
sealed class Backdrop
{
    public const int Textures = 4;

    readonly Ink _sky, _ground;
    readonly float _horizon;
    readonly int _texture;
    readonly uint _noise;
    readonly (float X, float Y, float Radius)[] _lights;

    // The sky is the wall's colour at the horizon, darker above; the horizon is a part of the height from the top; aspect is width ÷
    // height.
    public Backdrop(Ink sky, Ink ground, float horizon, int texture, uint noise, float aspect)
    {
        (_sky, _ground, _horizon, _texture, _noise) = (sky, ground, horizon, texture, noise);
        _lights = [.. Enumerable.Range(0, 6).Select(i => (
            (DrawMath.Noise(i * 7.31f, 0.5f, noise) * 2 - 1) * aspect / 2, DrawMath.Noise(i * 3.77f, 9.5f, noise) * 0.6f - 0.5f,
            0.05f + 0.06f * DrawMath.Noise(i * 5.13f, 4.5f, noise)))];
    }

    // The colour at a place; time moves the bokeh.
    public Ink At(float x, float y, float time)
    {
        float down = y + 0.5f, ground = DrawMath.Step(_horizon - 0.004f, _horizon + 0.004f, down);
        Ink wall = Ink.Mix(_sky.Times(0.82f), _sky, DrawMath.Step(0, _horizon, down));
        float detail = _texture switch
        {
            0 => 0.10f * (DrawMath.Noise(3 * x, 3 * y, _noise) - 0.5f) + 0.06f * (DrawMath.Noise(11 * x, 11 * y, _noise + 1) - 0.5f),
            1 => 0.05f * DrawMath.SinTurns(5 * x + 1.5f * y),
            2 => Bokeh(x, y, time),
            _ => 0.06f * DrawMath.Step(0.46f, 0.5f, MathF.Abs(4 * x - MathF.Floor(4 * x) - 0.5f)),
        };
        if (ground == 0) return wall.Plus(detail);
        Ink floor = Ink.Mix(_ground.Times(1.06f), _ground.Times(0.72f), DrawMath.Step(_horizon, 1, down));
        float grain = 0.05f * (DrawMath.Noise(60 * x, 240 * y, _noise + 2) - 0.5f);
        return Ink.Mix(wall.Plus(detail), floor.Plus(grain), ground);
    }

    float Bokeh(float x, float y, float time)
    {
        float sum = 0;
        foreach (var (lx, ly, r) in _lights) sum += 0.07f * DrawMath.Step(r, 0.85f * r, DrawMath.Length(x - (lx + 0.1f * time), y - ly));
        return sum;
    }
}

// A thing besides the product that draws some looks: a disc, a box or a ring, moving in a line.
readonly record struct Distractor(int Kind, float X, float Y, float Dx, float Dy, float Size, Ink Ink, float Weight)
{
    public const int Kinds = 3;

    // The colour at a place where under was; unit is a pixel.
    public Ink Over(Ink under, float x, float y, float time, float unit)
    {
        float dx = x - X - Dx * time, dy = y - Y - Dy * time;
        if (MathF.Abs(dx) > 1.6f * Size || MathF.Abs(dy) > 1.6f * Size) return under;
        float distance = Kind switch
        {
            0 => Shapes.Circle(dx, dy, Size),
            1 => Shapes.Box(dx, dy, 1.2f * Size, 0.7f * Size, 0.2f * Size),
            _ => MathF.Max(Shapes.Circle(dx, dy, Size), 0.55f * Size - DrawMath.Length(dx, dy)),
        };
        return Ink.Mix(under, Ink.Times(1.05f - 0.2f * dy / Size), DrawMath.Clamp01(0.5f - distance / unit));
    }
}

// Where the product is, how large and how tilted.
readonly record struct ProductPose(float X, float Y, float Scale, float Sin, float Cos)
{
    public (float U, float V) Local(float x, float y)
    {
        float dx = (x - X) / Scale, dy = (y - Y) / Scale;
        return (Cos * dx + Sin * dy, Cos * dy - Sin * dx);
    }

    // What a soft shadow on the ground below leaves of the light.
    public static float Shade(float u, float v) =>
        1 - 0.35f * DrawMath.Step(0.18f, -0.12f, Shapes.Ellipse(u - 0.12f, v - 1.02f, 0.95f, 0.16f));
}
