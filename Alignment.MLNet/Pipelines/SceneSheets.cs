using Alignment.MLNet.Charts;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// A contact sheet for each video: for every scene a row of pictures – the still with the outline of the region that may change, then
/// the edits – and a row of the attention each was made under, drawn over the still.
/// </summary>
sealed class SceneSheets(VariantSet variants, EditedFolder edited, string folder)
{
    // Raised when sheets look different than before.
    const int Format = 1;

    // Two rows each; the sheet says how many scenes it leaves out.
    const int MostScenes = 60;

    const int CellWidth = 200;

    sealed record Recipe(int Format, IReadOnlyList<string> Scenes, int MoreScenes, IReadOnlyList<string> Inputs,
        IReadOnlyList<string> Attention);

    sealed record Facts(int Rows, int Columns);

    /// <summary>Makes the sheets that are not up to date.</summary>
    /// <returns>All sheets, and how many were made.</returns>
    public (IReadOnlyList<string> Sheets, int Made) Make(IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        var sheets = new List<string>();
        int made = 0, done = 0;
        foreach (string video in variants.VideoIds)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new("drawing contact sheets", done++, variants.VideoIds.Count, video));
            if (Make(video, cancellationToken) is not var (path, isNew)) continue;
            sheets.Add(path);
            if (isNew) made++;
        }
        progress?.Report(new("drawing contact sheets", done, variants.VideoIds.Count));
        return (sheets, made);
    }

    (string Path, bool IsNew)? Make(string video, CancellationToken cancellationToken)
    {
        IReadOnlyList<VariantScene>[] all = [.. variants.Video(video)
            .Where(s => File.Exists(edited.Png(EditedFolder.Source, video, s[0].Scene.SceneId)))];
        if (all.Length == 0) return null;
        IReadOnlyList<VariantScene>[] scenes = [.. all.Take(MostScenes)];
        string path = SafePath.Under(folder, video + ".png"), record = SafePath.Under(folder, video + ".json");
        IReadOnlyDictionary<int, HeatmapProvenance> origins = variants.AttentionOf(video);
        string[] attention = [.. scenes.Select(s => origins.TryGetValue(s[0].Scene.SceneNumber, out HeatmapProvenance? origin)
            ? $"  {origin.Word} attention" : "  attention, origin unknown")];
        var recipe = new Recipe(Format, [.. scenes.Select(s => s[0].Scene.SceneId)], all.Length - scenes.Length,
            [.. scenes.SelectMany(Inputs)], attention);
        if (OutputRecord.Current<Facts>(record, recipe) is not null) return (path, false);

        string[] columns = ["source", .. Variant.Names];
        string[] rows = [.. scenes.SelectMany((s, i) => new[] { FormattableString.Invariant($"Scene {s[0].Scene.SceneNumber}"),
            attention[i] }), .. all.Length > scenes.Length ? [FormattableString.Invariant($"and {all.Length - scenes.Length} more")]
                : Array.Empty<string>()];
        DirectoryInfo drawn = Directory.CreateTempSubdirectory("alignment-sheet-");
        try
        {
            ContactSheet.Write(path, rows, columns, (row, column) => row / 2 < scenes.Length
                ? Cell(scenes[row / 2], row % 2 == 1, column, drawn.FullName) : null, CellWidth, cancellationToken);
        }
        finally
        {
            drawn.Delete(recursive: true);
        }
        OutputRecord.Write(record, recipe, new Facts(rows.Length, columns.Length), video + ".png");
        return (path, true);
    }

    IEnumerable<string> Inputs(IReadOnlyList<VariantScene> scene)
    {
        (string video, string id) = (scene[0].Scene.VideoId, scene[0].Scene.SceneId);
        yield return FileHash.OfFile(edited.Png(EditedFolder.Source, video, id));
        yield return FileHash.OfFile(edited.Png(EditedFolder.Region, video, id));
        foreach (VariantScene row in scene)
        {
            yield return FileHash.OfFile(edited.Png(row.Variant.Name, video, id));
            yield return row.ControlHash;
        }
    }

    /// <summary>The picture of a cell; those that are not files already are drawn into <paramref name="drawn"/>, at the cell's
    /// size.</summary>
    string? Cell(IReadOnlyList<VariantScene> scene, bool attention, int column, string drawn)
    {
        (string video, string id) = (scene[0].Scene.VideoId, scene[0].Scene.SceneId);
        string source = edited.Png(EditedFolder.Source, video, id), allowed = edited.Png(EditedFolder.Region, video, id);
        if (column == 0 && attention) return allowed;
        if (column > 0 && !attention) return edited.Png(scene[column - 1].Variant.Name, video, id);

        PictureHeader header = PictureFile.ReadHeader(source);
        int height = Math.Clamp(CellWidth * header.Height / header.Width, 1, 10 * CellWidth), n = CellWidth * height;
        float[] planes = new float[3 * n], map = new float[n];
        PictureFile.ReadRgb(source, CellWidth, height, planes);
        RgbPicture picture = RgbPicture.FromPlanes(planes, CellWidth, height);
        if (attention)
        {
            MapFile.Read(scene[column - 1].AttentionMapPath, CellWidth, height, map);
            SheetDrawing.Attention(picture, map);
        }
        PictureFile.ReadGrey(allowed, CellWidth, height, map);
        SheetDrawing.Outline(picture, map, thickness: 1);
        string path = Path.Combine(drawn, "cell.png");   // read before the next one is drawn
        AtomicFile.WriteBytes(path, PngWriter.Rgb8(picture.Pixels, CellWidth, height), durable: false);
        return path;
    }
}
