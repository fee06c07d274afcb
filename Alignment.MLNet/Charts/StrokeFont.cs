using SkiaSharp;

namespace Alignment.MLNet.Charts;

/// <summary>A plain line font of our own for PNGs, the same on machines with other fonts or none. Letters are polylines on a grid 4 wide
/// and 6 high (descenders to 8), drawn with round pens. Accents are dropped; what is not in the table is drawn as a box.</summary>
static class StrokeFont
{
    const float CapHeight = 6, Descent = 2, Gap = 1.7f, Pen = 0.75f;
    const string Box = "00 40 46 06 00";

    // "xy xy xy|xy xy": pen up at '|'; y counts down from the top of the capitals.
    static readonly Dictionary<char, string> s_strokes = new()
    {
        ['A'] = "06 20 46|14 34",
        ['B'] = "00 06 36 45 44 33 03|33 42 41 30 00",
        ['C'] = "41 30 10 01 05 16 36 45",
        ['D'] = "00 06 26 44 42 20 00",
        ['E'] = "40 00 06 46|03 33",
        ['F'] = "40 00 06|03 33",
        ['G'] = "41 30 10 01 05 16 36 45 43 23",
        ['H'] = "00 06|40 46|03 43",
        ['I'] = "00 06",
        ['J'] = "30 35 26 16 05",
        ['K'] = "00 06|40 03 46",
        ['L'] = "00 06 46",
        ['M'] = "06 00 23 40 46",
        ['N'] = "06 00 46 40",
        ['O'] = "10 30 41 45 36 16 05 01 10",
        ['P'] = "06 00 30 41 42 33 03",
        ['Q'] = "10 30 41 45 36 16 05 01 10|24 46",
        ['R'] = "06 00 30 41 42 33 03|23 46",
        ['S'] = "41 30 10 01 02 13 33 44 45 36 16 05",
        ['T'] = "00 40|20 26",
        ['U'] = "00 05 16 36 45 40",
        ['V'] = "00 26 40",
        ['W'] = "00 16 22 36 40",
        ['X'] = "00 46|40 06",
        ['Y'] = "00 23 40|23 26",
        ['Z'] = "00 40 06 46",
        ['a'] = "12 22 33 36|34 14 05 16 26 35",
        ['b'] = "00 06|03 12 22 33 35 26 16 05",
        ['c'] = "33 22 12 03 05 16 26 35",
        ['d'] = "30 36|33 22 12 03 05 16 26 35",
        ['e'] = "04 34 33 22 12 03 05 16 26 35",
        ['f'] = "30 20 11 16|02 22",
        ['g'] = "32 37 28 18 07|33 22 12 03 05 16 26 35",
        ['h'] = "00 06|03 12 22 33 36",
        ['i'] = "02 06|00 00",
        ['j'] = "12 17 08|10 10",
        ['k'] = "00 06|32 04 36",
        ['l'] = "00 05 16",
        ['m'] = "06 02|03 12 23 26|23 32 43 46",
        ['n'] = "06 02|03 12 22 33 36",
        ['o'] = "12 22 33 35 26 16 05 03 12",
        ['p'] = "02 08|03 12 22 33 35 26 16 05",
        ['q'] = "32 38|33 22 12 03 05 16 26 35",
        ['r'] = "06 02|03 12 22",
        ['s'] = "32 12 03 14 24 35 26 06",
        ['t'] = "10 15 26|02 22",
        ['u'] = "02 05 16 26 35|32 36",
        ['v'] = "02 26 42",
        ['w'] = "02 16 23 36 42",
        ['x'] = "02 36|32 06",
        ['y'] = "02 05 16 26 35|32 37 28 08",
        ['z'] = "02 32 06 36",
        ['0'] = "10 30 41 45 36 16 05 01 10",
        ['1'] = "11 20 26",
        ['2'] = "01 10 30 41 42 06 46",
        ['3'] = "00 40 22 32 43 45 36 16 05",
        ['4'] = "36 30 04 44",
        ['5'] = "40 00 02 32 43 45 36 06",
        ['6'] = "30 10 01 05 16 36 45 44 33 13 04",
        ['7'] = "00 40 16",
        ['8'] = "10 30 41 42 33 13 02 01 10|13 04 05 16 36 45 44 33",
        ['9'] = "16 36 45 41 30 10 01 02 13 33 42",
        ['.'] = "06 06",
        [','] = "16 07",
        [':'] = "02 02|06 06",
        [';'] = "12 12|16 07",
        ['-'] = "03 33",
        ['–'] = "03 43",
        ['\u2212'] = "03 43",
        ['_'] = "06 46",
        ['+'] = "03 43|21 25",
        ['±'] = "02 42|20 24|06 46",
        ['='] = "02 42|04 44",
        ['/'] = "06 40",
        ['\\'] = "00 46",
        ['('] = "20 11 15 26",
        [')'] = "00 11 15 06",
        ['['] = "20 00 06 26",
        [']'] = "00 20 26 06",
        ['<'] = "31 03 35",
        ['>'] = "01 33 05",
        ['%'] = "06 40|10 10|36 36",
        ['#'] = "10 06|30 26|02 42|04 44",
        ['!'] = "00 04|06 06",
        ['?'] = "01 10 30 41 23 24|26 26",
        ['\''] = "00 01",
        ['"'] = "00 01|20 21",
        ['*'] = "21 25|02 44|42 04",
        ['&'] = "46 02 01 10 21 04 05 16 26 44",
        ['@'] = "34 23 14 25 34 31 20 01 05 26 46",
        ['×'] = "12 34|32 14",
        ['…'] = "06 06|26 26|46 46",
        [' '] = "",
        ['|'] = "00 07",
        ['~'] = "03 12 33 42",
        ['^'] = "02 10 22",
        ['$'] = "41 01 03 43 45 05|20 26",
        ['α'] = "42 25 16 05 03 12 23 46",
    };

    // Width and height of text whose capitals and descenders together are size high.
    public static (float Width, float Height) Measure(string text, float size)
    {
        float unit = Unit(size), width = 0;
        foreach (char c in Plain(text)) width += Advance(c);
        return (Math.Max(0, width - Gap) * unit, size);
    }

    // From the top of Draw's place to the baseline.
    public static float Ascent(float size) => (CapHeight + Pen) * Unit(size);

    public static void Draw(SKCanvas canvas, string text, float x, float y, float size, SKColor colour, bool bold = false)
    {
        float unit = Unit(size);
        using var path = new SKPath();
        foreach (char c in Plain(text))
        {
            foreach (string line in s_strokes.GetValueOrDefault(c, Box).Split('|', StringSplitOptions.RemoveEmptyEntries))
            {
                bool down = false;
                foreach (string point in line.Split(' '))
                {
                    float px = x + (point[0] - '0') * unit, py = y + (point[1] - '0' + Pen) * unit;
                    if (down) path.LineTo(px, py);
                    else path.MoveTo(px, py);
                    down = true;
                }
            }
            x += Advance(c) * unit;
        }
        using var pen = new SKPaint
        {
            Color = colour,
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = Pen * unit * (bold ? 1.7f : 1.15f),
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        canvas.DrawPath(path, pen);
    }

    static float Unit(float size) => size / (CapHeight + Descent + 2 * Pen);

    static float Advance(char c)
    {
        if (c == ' ') return 2.2f;
        string strokes = s_strokes.GetValueOrDefault(c, Box);
        int widest = 0;
        for (int i = 0; i < strokes.Length; i += 3) widest = Math.Max(widest, strokes[i] - '0');
        return widest + Gap;
    }

    // Accents are separate characters after decomposition, which refuses half characters and U+FFFE.
    static IEnumerable<char> Plain(string text) =>
        string.Concat(text.EnumerateRunes()).Replace('\uFFFE', '\uFFFD').Normalize(NormalizationForm.FormD)
        .Where(c => char.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && !char.IsLowSurrogate(c));
}
