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
        var recipe = new Recipe(Format, [.. scenes.Select((s, i) => $"{s.Number} {words[i]} {HashOf(s.Still)} {HashOf(s.Heatmap!)}")],
            all.Length - scenes.Length);
        string[] rows = VideoSheet.Labels(scenes.Select((s, i) => Invariant($"Scene {s.Number}, {words[i]}")), all.Length - scenes.Length);
        return VideoSheet.Write(folder, video, recipe, rows, ["still", "attention"],
            (row, column, cell) => row >= scenes.Length ? null : column == 0 ? scenes[row].Still : Over(scenes[row], cell),
            CellWidth, cancellationToken);
    }

    // The still with its attention over it, at the cell's size; a file that cannot be read is shown crossed.
    static string Over(SceneFiles scene, string cell)
    {
        try
        {
            return VideoSheet.Over(scene.Still, CellWidth, cell, picture =>
            {
                float[] map = new float[CellWidth * picture.Height];
                MapFile.Read(scene.Heatmap!, CellWidth, picture.Height, map);
                SheetDrawing.Attention(picture, map);
            });
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
