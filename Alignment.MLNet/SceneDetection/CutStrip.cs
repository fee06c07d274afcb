using Alignment.MLNet.Charts;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.SceneDetection.Detectors;
using SkiaSharp;

namespace Alignment.MLNet.SceneDetection;

/// <summary>A picture of a video's first cuts, one row each: two frames before and three from it on (of a gradual one: before, three
/// within, after), and the change from frame to frame around it.</summary>
sealed class CutStrip : IDisposable
{
    public const string FileName = "cuts.png";

    const int MostRows = 60, Cells = 5, CellWidth = 160, Margin = 6, LabelWidth = 210, PlotWidth = 240, Text = 14, Header = 30;

    static readonly SKColor s_ink = new(40, 40, 40), s_bar = new(0, 114, 178), s_cut = new(213, 94, 0);

    readonly DetectedScenes _found;
    readonly CutScores _scores;
    readonly SKBitmap _sheet;
    readonly int _width, _height, _rows, _cellHeight;
    readonly ILookup<long, (int Row, int Cell)> _places;

    public CutStrip(string id, DetectedScenes found, VideoInfo info, CutScores scores)
    {
        (_found, _scores, _width, _height) = (found, scores, info.DisplayWidth, info.DisplayHeight);
        _rows = Math.Min(found.Cuts.Count, MostRows);
        _cellHeight = (int)Math.Clamp(Math.Round((double)CellWidth * _height / _width), 16, 284);
        _places = Enumerable.Range(0, _rows).SelectMany(r => FramesOf(found.Cuts[r])
            .Select((f, c) => (Frame: Math.Clamp(f, 0, found.Frames - 1), Place: (r, c)))).ToLookup(p => p.Frame, p => p.Place);
        int more = found.Cuts.Count > _rows ? Header : 0;
        _sheet = new(LabelWidth + Cells * (CellWidth + Margin) + PlotWidth + 2 * Margin,
            Header + _rows * (_cellHeight + Margin) + more + Margin, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(_sheet);
        canvas.Clear(SKColors.White);
        StrokeFont.Draw(canvas, Invariant($"{SafePath.Shorten(id, 60)}: {found.Cuts.Count} cuts in {found.Frames} frames"), Margin, Margin,
            Text + 2, s_ink, bold: true);
        StrokeFont.Draw(canvas, Invariant($"{_scores.Name}, 0 to {_scores.Most:0}"),
            LabelWidth + Cells * (CellWidth + Margin) + Margin, Margin + 2, Text, s_ink);
        for (int r = 0; r < _rows; r++) Row(canvas, r);
        if (more > 0) StrokeFont.Draw(canvas, $"… and {found.Cuts.Count - _rows} more", Margin, _sheet.Height - Header, Text, s_ink);
    }

    public IEnumerable<long> Frames => _places.Select(p => p.Key);

    public void Add(long frame, ReadOnlySpan<byte> rgb)
    {
        foreach (var (row, cell) in _places[frame]) Shrink(rgb, LabelWidth + cell * (CellWidth + Margin), Top(row));
    }

    public void Write(string path) => AtomicFile.Write(path, file => _sheet.Encode(file, SKEncodedImageFormat.Png, 100));

    public void Dispose() => _sheet.Dispose();

    static long[] FramesOf(SceneCut cut) => cut.Kind == CutKind.Hard || cut.To - cut.From < 2
        ? [cut.Frame - 2, cut.Frame - 1, cut.Frame, cut.Frame + 1, cut.Frame + 2]
        : [cut.From - 1, (cut.From + cut.Frame) / 2, cut.Frame, (cut.Frame + cut.To) / 2, cut.To];

    int Top(int row) => Header + row * (_cellHeight + Margin);

    void Row(SKCanvas canvas, int row)
    {
        var cut = _found.Cuts[row];
        int top = Top(row), line = Text + 5;
        StrokeFont.Draw(canvas, Invariant($"scene {row + 2}"), Margin, top, Text, s_ink, bold: true);
        StrokeFont.Draw(canvas, Invariant($"frame {cut.Frame}, {_found.CutSeconds[row]:0.00} s"), Margin,
            top + line, Text, s_ink);
        StrokeFont.Draw(canvas, cut.Kind == CutKind.Hard ? "hard cut"
            : Invariant($"{(cut.Kind == CutKind.Fade ? "fade" : "dissolve")} {cut.From} to {cut.To}"),
            Margin, top + 2 * line, Text, s_ink);
        Plot(canvas, cut, LabelWidth + Cells * (CellWidth + Margin) + Margin, top);
    }

    void Plot(SKCanvas canvas, SceneCut cut, int left, int top)
    {
        using var axis = new SKPaint { Color = new SKColor(200, 200, 200), StrokeWidth = 1 };
        using var bar = new SKPaint { Color = s_bar };
        using var mark = new SKPaint { Color = s_cut };
        canvas.DrawLine(left, top + _cellHeight, left + PlotWidth, top + _cellHeight, axis);
        float step = PlotWidth / (2f * CutScores.Radius + 1);
        for (int i = -CutScores.Radius; i <= CutScores.Radius; i++)
        {
            float score = _scores.At(cut.Frame + i);
            if (float.IsNaN(score)) continue;
            long frame = cut.Frame + i;
            bool within = cut.Kind == CutKind.Hard ? i == 0 : frame >= cut.From && frame < cut.To;
            float height = Math.Max(1, Math.Min(1, score / _scores.Most) * (_cellHeight - 2));
            canvas.DrawRect(left + (i + CutScores.Radius) * step, top + _cellHeight - height, Math.Max(1, step - 1), height,
                within ? mark : bar);
        }
    }

    unsafe void Shrink(ReadOnlySpan<byte> rgb, int left, int top)
    {
        var pixels = new Span<byte>((void*)_sheet.GetPixels(), _sheet.ByteCount);
        for (int y = 0; y < _cellHeight; y++)
        {
            int y0 = (int)((long)y * _height / _cellHeight), y1 = Math.Max(y0 + 1, (int)((long)(y + 1) * _height / _cellHeight));
            for (int x = 0; x < CellWidth; x++)
            {
                int x0 = (int)((long)x * _width / CellWidth), x1 = Math.Max(x0 + 1, (int)((long)(x + 1) * _width / CellWidth));
                int r = 0, g = 0, b = 0, n = (y1 - y0) * (x1 - x0);
                for (int sy = y0; sy < y1; sy++)
                {
                    for (int at = 3 * (sy * _width + x0), end = at + 3 * (x1 - x0); at < end; at += 3)
                    {
                        r += rgb[at];
                        g += rgb[at + 1];
                        b += rgb[at + 2];
                    }
                }
                int to = (top + y) * _sheet.RowBytes + (left + x) * 4;
                (pixels[to], pixels[to + 1], pixels[to + 2], pixels[to + 3]) = ((byte)((r + n / 2) / n), (byte)((g + n / 2) / n),
                    (byte)((b + n / 2) / n), 255);
            }
        }
    }
}
