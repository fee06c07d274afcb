using Alignment.MLNet.Charts;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Dataset;

/// <summary>A video's contact sheet, <c>{video_id}.png</c>, and beside it the record of what it was drawn from: it is drawn anew only where
/// that changed.</summary>
static class VideoSheet
{
    sealed record Facts(int Rows);

    /// <summary>Draws the sheet, unless it is current; returns its path.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="video">The video's id.</param>
    /// <param name="recipe">What it is drawn from.</param>
    /// <param name="rows">Labels of the rows.</param>
    /// <param name="columns">Labels of the columns.</param>
    /// <param name="picture">Row, column and a file to draw to: the cell's file; null: none.</param>
    /// <param name="cellWidth">In pixels.</param>
    /// <param name="cancellationToken">Stops between cells.</param>
    public static string Write(string folder, string video, object recipe, IReadOnlyList<string> rows, IReadOnlyList<string> columns,
        Func<int, int, string, string?> picture, int cellWidth, CancellationToken cancellationToken)
    {
        string path = SafePath.Under(folder, video + ".png"), record = SafePath.Under(folder, video + ".json");
        if (OutputRecord.Current<Facts>(record, recipe) is not null) return path;
        DirectoryInfo drawn = Directory.CreateTempSubdirectory("alignment-sheet-");
        try
        {
            string cell = Path.Combine(drawn.FullName, "cell.png");   // read before the next one is drawn
            ContactSheet.Write(path, rows, columns, (row, column) => picture(row, column, cell), cellWidth, cancellationToken);
        }
        finally
        {
            drawn.Delete(recursive: true);
        }
        OutputRecord.Write(record, recipe, new Facts(rows.Count), video + ".png");
        return path;
    }

    // Writes a still at the cell's width to a file, with what draw draws over it.
    public static string Over(string still, int cellWidth, string to, Action<RgbPicture> draw)
    {
        PictureHeader header = PictureFile.ReadHeader(still);
        int height = Math.Clamp(cellWidth * header.Height / header.Width, 1, 10 * cellWidth);
        float[] planes = new float[3 * cellWidth * height];
        PictureFile.ReadRgb(still, cellWidth, height, planes);
        RgbPicture picture = RgbPicture.FromPlanes(planes, cellWidth, height);
        draw(picture);
        AtomicFile.WriteBytes(to, PngWriter.Rgb8(picture.Pixels, cellWidth, height), durable: false);
        return to;
    }

    // Labels, and how many scenes more there are.
    public static string[] Labels(IEnumerable<string> shown, int more) =>
        [.. shown, .. more > 0 ? [Invariant($"and {more} more")] : Array.Empty<string>()];
}
