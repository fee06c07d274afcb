using Alignment.MLNet.Charts;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Gaze;

/// <summary>A sheet for each video, <c>attention_sheets/{video_id}.png</c> in the data folder: its stills, beside each the same with its
/// attention over it in colour, and the attention's provenance.</summary>
sealed class AttentionSheets(SceneFolder data)
{
    const int Format = 1, MostScenes = 100, CellWidth = 240;

    sealed record Recipe(int Format, IReadOnlyList<string> Scenes, int MoreScenes);

    sealed record Facts(int Rows);

    public IReadOnlyList<string> Make(IReadOnlyList<string> videoIds, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        string folder = Path.Combine(data.DataFolder, Layout.AttentionSheets);
        var sheets = new List<string>();
        for (int v = 0; v < videoIds.Count; v++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Make(folder, videoIds[v], cancellationToken) is { } sheet) sheets.Add(sheet);
            progress?.Report(new("drawing contact sheets", v + 1, videoIds.Count, videoIds[v]));
        }
        return sheets;
    }

    string? Make(string folder, string video, CancellationToken cancellationToken)
    {
        SceneFiles[] all = [.. data.Read(video, static _ => { }).Where(s => s.Heatmap is not null)];
        if (all.Length == 0) return null;
        SceneFiles[] scenes = [.. all.Take(MostScenes)];
        var origins = new ProvenanceReader();
        string[] words = [.. scenes.Select(s => origins.Of(s.Heatmap!).Word
            + (origins.Find(s.Heatmap!) is { Scene.Rows: 0 } ? ", no gaze" : ""))];
        string path = SafePath.Under(folder, video + ".png"), record = SafePath.Under(folder, video + ".json");
        var recipe = new Recipe(Format, [.. scenes.Select((s, i) => $"{s.Number} {words[i]} {HashOf(s.Still)} {HashOf(s.Heatmap!)}")],
            all.Length - scenes.Length);
        if (OutputRecord.Current<Facts>(record, recipe) is not null) return path;

        string[] rows = [.. scenes.Select((s, i) => Invariant($"Scene {s.Number}, {words[i]}")),
            .. all.Length > scenes.Length ? [Invariant($"and {all.Length - scenes.Length} more")]
                : Array.Empty<string>()];
        DirectoryInfo drawn = Directory.CreateTempSubdirectory("alignment-sheet-");
        try
        {
            ContactSheet.Write(path, rows, ["still", "attention"],
                (row, column) => row >= scenes.Length ? null : column == 0 ? scenes[row].Still : Over(scenes[row], drawn.FullName),
                CellWidth, cancellationToken);
        }
        finally
        {
            drawn.Delete(recursive: true);
        }
        OutputRecord.Write(record, recipe, new Facts(rows.Length), video + ".png");
        return path;
    }

    // The still with its attention over it, at the cell's size; a file that cannot be read is shown crossed.
    static string Over(SceneFiles scene, string drawn)
    {
        try
        {
            PictureHeader header = PictureFile.ReadHeader(scene.Still);
            int height = Math.Clamp(CellWidth * header.Height / header.Width, 1, 10 * CellWidth), n = CellWidth * height;
            float[] planes = new float[3 * n], map = new float[n];
            PictureFile.ReadRgb(scene.Still, CellWidth, height, planes);
            RgbPicture picture = RgbPicture.FromPlanes(planes, CellWidth, height);
            MapFile.Read(scene.Heatmap!, CellWidth, height, map);
            SheetDrawing.Attention(picture, map);
            string path = Path.Combine(drawn, "cell.png");   // read before the next one is drawn
            AtomicFile.WriteBytes(path, PngWriter.Rgb8(picture.Pixels, CellWidth, height), durable: false);
            return path;
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            return scene.Heatmap!;
        }
    }

    static string HashOf(string file)
    {
        try
        {
            return FileHash.OfFile(file);
        }
        catch (BadDataException)
        {
            return "unreadable";
        }
    }
}
