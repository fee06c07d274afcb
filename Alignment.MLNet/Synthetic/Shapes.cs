namespace Alignment.MLNet.Synthetic;

/// <summary>Signed distances to shapes around the origin: negative inside, in the shape's own units. Formulas: Inigo Quilez, "2D distance
/// functions".</summary>
static class Shapes
{
    public static float Circle(float x, float y, float radius) => DrawMath.Length(x, y) - radius;

    public static float Box(float x, float y, float halfWidth, float halfHeight, float round)
    {
        float dx = MathF.Abs(x) - halfWidth + round, dy = MathF.Abs(y) - halfHeight + round;
        return DrawMath.Length(MathF.Max(dx, 0), MathF.Max(dy, 0)) + MathF.Min(MathF.Max(dx, dy), 0) - round;
    }

    // An ellipse; the distance is approximate away from the edge, which only its smoothing notices.
    public static float Ellipse(float x, float y, float halfWidth, float halfHeight)
    {
        float k = DrawMath.Length(x / halfWidth, y / halfHeight),
            g = DrawMath.Length(x / (halfWidth * halfWidth), y / (halfHeight * halfHeight));
        return g == 0 ? -MathF.Min(halfWidth, halfHeight) : k * (k - 1) / g;
    }

    // A star of five points; inner is the inner radius as part of the outer.
    public static float Star(float x, float y, float radius, float inner)
    {
        // The distance to the nearest of the ten edges; inside where the count of crossings says so.
        float best = float.MaxValue;
        bool inside = false;
        for (int i = 0; i < 10; i++)
        {
            var (ax, ay) = StarPoint(i, radius, inner);
            var (bx, by) = StarPoint(i + 1, radius, inner);
            float ex = bx - ax, ey = by - ay, wx = x - ax, wy = y - ay;
            float t = DrawMath.Clamp01((wx * ex + wy * ey) / (ex * ex + ey * ey));
            best = MathF.Min(best, DrawMath.Length(wx - ex * t, wy - ey * t));
            if (ay > y != by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
        }
        return inside ? -best : best;
    }

    static (float X, float Y) StarPoint(int i, float radius, float inner)
    {
        float r = i % 2 == 0 ? radius : radius * inner;
        return (r * s_sin[i % 10], -r * s_cos[i % 10]);
    }

    static readonly float[] s_sin = [.. Enumerable.Range(0, 10).Select(i => DrawMath.SinTurns(i / 10f))];
    static readonly float[] s_cos = [.. Enumerable.Range(0, 10).Select(i => DrawMath.CosTurns(i / 10f))];
}
