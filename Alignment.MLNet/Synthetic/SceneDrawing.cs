namespace Alignment.MLNet.Synthetic;

// One scene of a drawn ad: its backdrop, its product (or none) and its distractors, all moving smoothly.
sealed class SceneDrawing
{
    static readonly (int Sky, int Ground)[] s_backdrops =
    [
        (0x9CCFE6, 0xE8D9B5), (0x27324F, 0x4A3C63), (0xF4C9A2, 0x8A5A44), (0xBFE3C8, 0x4F8A63), (0xE9E4F2, 0x8E86B5), (0x21484B, 0x9FC6A8),
            (0xFBE3E0, 0xC98B86), (0x3C4A57, 0x8D9AA5),
    ];

    static readonly int[] s_distractors = [0x6F7F8C, 0xB7A07A, 0x7C9C86, 0x9A7A9C, 0xC9B458, 0x5F86A8];

    readonly AdDrawingOptions _options;
    readonly Ink _main, _second;
    readonly Backdrop _backdrop;
    readonly float _pan, _scale, _grow, _x, _y, _dx, _dy, _tilt, _sway;
    readonly Distractor[] _distractors;

    public SceneDrawing(AdDrawingOptions options, ulong seed, int number, bool hasProduct, int backdrop)
    {
        (_options, HasProduct) = (options, hasProduct);
        var draw = new Draws(seed, Invariant($"{options.VideoId}/scene {number}"));
        (int sky, int ground) = s_backdrops[backdrop % s_backdrops.Length];
        (_main, _second) = (Ink.Of(options.MainColour), Ink.Of(options.SecondColour));
        float horizon = draw.Between(0.56f, 0.72f);
        int texture = draw.Pick(Backdrop.Textures);
        _backdrop = new(Ink.Of(sky), Ink.Of(ground), horizon, texture, (uint)draw.Pick(1 << 30), Aspect);
        _pan = draw.Between(-0.12f, 0.12f);
        _scale = draw.Between(0.17f, 0.27f);
        _grow = draw.Between(-0.1f, 0.2f);
        _tilt = draw.Between(-0.03f, 0.03f);
        _sway = draw.Between(0.005f, 0.02f);
        // In units of the frame's height, from its centre. The product crosses a part of the frame and stays inside it.
        float room = Math.Max(0, Aspect / 2 - 1.3f * _scale * Products.Reach);
        _x = draw.Between(-room, room);
        _dx = draw.Between(-room, room) - _x;
        _y = draw.Between(-0.05f, 0.12f);
        _dy = draw.Between(-0.05f, 0.12f) - _y;
        _distractors = [.. Enumerable.Range(0, 2 + draw.Pick(3))
            .Select(_ => new Distractor(draw.Pick(Distractor.Kinds), draw.Between(-Aspect / 2, Aspect / 2), draw.Between(-0.42f, 0.42f),
            draw.Between(-0.25f, 0.25f), draw.Between(-0.1f, 0.1f), draw.Between(0.05f, 0.12f),
            Ink.Of(s_distractors[draw.Pick(s_distractors.Length)]), draw.Between(0.25f, 0.6f)))];
    }

    public bool HasProduct { get; }

    float Aspect => (float)_options.Width / _options.Height;

    public void Render(float time, Span<byte> rgb)
    {
        ProductPose pose = At(time);
        float unit = 1f / _options.Height;
        for (int row = 0, at = 0; row < _options.Height; row++)
        {
            for (int column = 0; column < _options.Width; column++, at += 3)
            {
                var (x, y) = Place(column, row);
                Ink ink = _backdrop.At(x + _pan * time, y, time);
                foreach (Distractor d in _distractors) ink = d.Over(ink, x, y, time, unit);
                if (HasProduct) ink = PaintProduct(ink, x, y, pose, unit);
                rgb[at] = Ink.Byte(ink.R);
                rgb[at + 1] = Ink.Byte(ink.G);
                rgb[at + 2] = Ink.Byte(ink.B);
            }
        }
    }

    public void Mask(float time, Span<byte> mask)
    {
        mask.Clear();
        if (!HasProduct) return;
        ProductPose pose = At(time);
        for (int row = 0, at = 0; row < _options.Height; row++)
        {
            for (int column = 0; column < _options.Width; column++, at++)
            {
                var (x, y) = Place(column, row);
                var (u, v) = pose.Local(x, y);
                if (MathF.Abs(u) < Products.Reach && MathF.Abs(v) < Products.Reach && Products.Distance(_options.Product, u, v) <= 0)
                    mask[at] = 255;
            }
        }
    }

    // The attention of imagined viewers, 0..1: see DrawnAd.Heatmap.
    public void Heatmap(float time, Span<float> map)
    {
        ProductPose pose = At(time);
        for (int row = 0, at = 0; row < _options.Height; row++)
        {
            for (int column = 0; column < _options.Width; column++, at++)
            {
                var (x, y) = Place(column, row);
                double a = 0.02 + 0.15 * Spot(x, y, 0, 0, 0.3f);
                if (HasProduct) a += 0.6 * Spot(x, y, pose.X, pose.Y, 0.75f * pose.Scale);
                foreach (Distractor d in _distractors) a += d.Weight * Spot(x, y, d.X + d.Dx * time, d.Y + d.Dy * time, 1.1f * d.Size);
                map[at] = (float)Math.Min(1, a);
            }
        }
    }

    ProductPose At(float time)
    {
        float turn = _tilt + _sway * DrawMath.SinTurns(time);
        return new(_x + _dx * time, _y + _dy * time, _scale * (1 + _grow * time), DrawMath.SinTurns(turn), DrawMath.CosTurns(turn));
    }

    (float X, float Y) Place(int column, int row) =>
        ((column + 0.5f) / _options.Height - Aspect / 2, (row + 0.5f) / _options.Height - 0.5f);

    Ink PaintProduct(Ink under, float x, float y, ProductPose pose, float unit)
    {
        var (u, v) = pose.Local(x, y);
        under = under.Times(ProductPose.Shade(u, v));
        if (MathF.Abs(u) > Products.Reach || MathF.Abs(v) > Products.Reach) return under;
        float pixel = unit / pose.Scale, cover = DrawMath.Clamp01(0.5f - Products.Distance(_options.Product, u, v) / pixel);
        return cover == 0 ? under : Ink.Mix(under, Products.Paint(_options.Product, u, v, _main, _second, pixel), cover);
    }

    static double Spot(float x, float y, float cx, float cy, float sigma) =>
        DrawMath.ExpNegative(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (2 * sigma * sigma));
}
