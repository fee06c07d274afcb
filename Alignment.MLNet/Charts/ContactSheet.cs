using Alignment.Transforms.Images;
using SkiaSharp;

namespace Alignment.MLNet.Charts;

/// <summary>A PNG of small pictures, scenes down and variants across, with labels. Pictures are read one at a time; with very many scenes
/// the first rows are shown, and the last line says how many are not.</summary>
static class ContactSheet
{
    const int LabelSize = 16, Margin = 6, HeaderHeight = 28, MaxRows = 200;
    // 24 MP is 96 MB while drawing.
    const long MaxPixels = 24_000_000;

    // The first picture's proportions give the cells' height. An empty cell where there is no file, a crossed one where it cannot be read.
    public static void Write(
        string path, IReadOnlyList<string> rows, IReadOnlyList<string> columns, Func<int, int, string?> picture, int cellWidth = 200,
        CancellationToken cancellationToken = default)
    {
        if (rows.Count == 0 || columns.Count == 0)
            throw BadDataException.For("The contact sheet", $"{rows.Count} rows and {columns.Count} columns", "at least one of each",
                "Edit some scenes first.");
        int cellHeight = Math.Max(8, (int)Math.Round(cellWidth * Proportion(rows.Count, columns.Count, picture)));
        int labelWidth = Margin + (int)Math.Ceiling(rows.Take(MaxRows)
            .Max(r => StrokeFont.Measure(SafePath.Shorten(r, 40), LabelSize).Width)) + Margin;
        int width = labelWidth + columns.Count * (cellWidth + Margin) + Margin;
        int shown = (int)Math.Clamp(Math.Min(MaxRows, (MaxPixels / width - 2 * HeaderHeight) / (cellHeight + Margin)), 1, rows.Count);
        int height = HeaderHeight + shown * (cellHeight + Margin) + (shown < rows.Count ? HeaderHeight : 0) + Margin;

        using var sheet = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        for (int c = 0; c < columns.Count; c++) StrokeFont.Draw(canvas, SafePath.Shorten(columns[c], 40),
            labelWidth + c * (cellWidth + Margin), Margin, LabelSize, SKColors.Black);
        float[] planes = new float[3 * cellWidth * cellHeight];
        for (int r = 0; r < shown; r++)
        {
            int top = HeaderHeight + r * (cellHeight + Margin);
            StrokeFont.Draw(canvas, SafePath.Shorten(rows[r], 40), Margin, top + (cellHeight - LabelSize) / 2, LabelSize, SKColors.Black);
            for (int c = 0; c < columns.Count; c++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int left = labelWidth + c * (cellWidth + Margin);
                if (picture(r, c) is { } file) Cell(canvas, sheet, file, left, top, cellWidth, cellHeight, planes);
            }
        }
        if (shown < rows.Count) StrokeFont.Draw(canvas, $"… and {rows.Count - shown} more", Margin, height - HeaderHeight, LabelSize,
            SKColors.Black);
        AtomicFile.Write(path, file => sheet.Encode(file, SKEncodedImageFormat.Png, 100));
    }

    static unsafe void Cell(SKCanvas canvas, SKBitmap sheet, string file, int left, int top, int width, int height, float[] planes)
    {
        try
        {
            PictureFile.ReadRgb(file, width, height, planes);
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            using var red = new SKPaint { Color = new SKColor(213, 94, 0), StrokeWidth = 2, Style = SKPaintStyle.Stroke };
            canvas.DrawRect(left, top, width - 1, height - 1, red);
            canvas.DrawLine(left, top, left + width - 1, top + height - 1, red);
            return;
        }
        byte[] rgb = RgbPicture.FromPlanes(planes, width, height).Pixels;
        var pixels = new Span<byte>((void*)sheet.GetPixels(), sheet.ByteCount);
        for (int y = 0; y < height; y++)
        {
            int at = (top + y) * sheet.RowBytes + left * 4;
            for (int x = 0; x < width; x++, at += 4)
            {
                rgb.AsSpan((y * width + x) * 3, 3).CopyTo(pixels[at..]);
                pixels[at + 3] = 255;
            }
        }
    }

    // Height ÷ width of the first picture that can be read; stills are usually all of one shape.
    static double Proportion(int rows, int columns, Func<int, int, string?> picture)
    {
        for (int i = 0; i < Math.Min(rows * columns, 1000); i++)
        {
            if (picture(i / columns, i % columns) is not { } file) continue;
            try
            {
                var header = PictureFile.ReadHeader(file);
                double proportion = (double)header.Height / header.Width;
                return Math.Clamp(header.Orientation >= 5 ? 1 / proportion : proportion, 0.1, 10);
            }
            catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
            {
                // The next one may be readable; this one is shown as a crossed cell.
            }
        }
        return 0.5625;
    }
}
