using Alignment.MLNet.Charts;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Masks;

/// <summary>A video's contact sheet: for every scene the still, the still with the mask over it, and the probabilities where there are
/// any.</summary>
sealed class MaskSheet(string folder, string video)
{
    // Raised when sheets look different than before.
    const int Format = 1;

    const int MostScenes = 120;

    const int CellWidth = 256;

    // A colour that few products and no skin have.
    static readonly (byte R, byte G, byte B) s_tint = (230, 40, 200);

    readonly List<(int Number, string Still, MaskRow Row)> _scenes = [];
    int _more;

    sealed record Recipe(int Format, IReadOnlyList<string> Rows, IReadOnlyList<string> Inputs);

    public void Add(int number, string still, MaskRow row)
    {
        if (_scenes.Count < MostScenes) _scenes.Add((number, still, row));
        else _more++;
    }

    // Draws the sheet, unless it is current. Returns its path; null for a video without masks.
    public string? Write(CancellationToken cancellationToken)
    {
        if (_scenes.Count == 0) return null;
        string[] rows = VideoSheet.Labels(_scenes.Select(s => Label(s.Number, s.Row)), _more);
        var recipe = new Recipe(Format, rows,
            [.. _scenes.SelectMany(s => new[] { FileHash.OfFile(s.Still), FileHash.OfFile(s.Row.MaskPath) })]);
        return VideoSheet.Write(folder, video, recipe, rows, ["still", $"mask of '{_scenes[0].Row.Keyword}'", "probability"],
            (row, column, cell) => row < _scenes.Count ? Cell(_scenes[row], column, cell) : null, CellWidth, cancellationToken);
    }

    static string Label(int number, MaskRow row) => Invariant($"Scene {number}  {100 * row.Area:0.0}%")
        + (row.Empty ? "  EMPTY" : row.Full ? "  FULL" : "") + (row.Origin == MaskOrigin.Existing ? "  (yours)" : "");

    static string? Cell((int Number, string Still, MaskRow Row) scene, int column, string cell)
    {
        if (column == 0) return scene.Still;
        string soft = Path.ChangeExtension(scene.Row.MaskPath, ".soft.png");
        if (column == 2) return scene.Row.Origin != MaskOrigin.Existing && File.Exists(soft) ? soft : null;
        return VideoSheet.Over(scene.Still, CellWidth, cell, picture =>
        {
            float[] mask = new float[CellWidth * picture.Height];
            PictureFile.ReadGrey(scene.Row.MaskPath, CellWidth, picture.Height, mask);
            Tint(picture, mask);
            SheetDrawing.Outline(picture, mask, thickness: 1);
        });
    }

    // The product in colour, everything else darker: visible on any picture.
    internal static void Tint(RgbPicture picture, ReadOnlySpan<float> mask)
    {
        byte[] p = picture.Pixels;
        for (int i = 0; i < mask.Length; i++)
        {
            float m = Math.Clamp(mask[i], 0, 1);
            p[3 * i] = Mix(p[3 * i], s_tint.R, m);
            p[3 * i + 1] = Mix(p[3 * i + 1], s_tint.G, m);
            p[3 * i + 2] = Mix(p[3 * i + 2], s_tint.B, m);
        }

        static byte Mix(byte pixel, byte tint, float m) => (byte)((1 - m) * 0.6f * pixel + m * (0.55f * pixel + 0.45f * tint) + 0.5f);
    }
}
