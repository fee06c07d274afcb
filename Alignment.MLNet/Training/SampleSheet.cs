using Alignment.MLNet.Charts;
using Alignment.MLNet.Dataset;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Training;

/// <summary>A picture to see how training goes: for a few scenes the scene, its control (attention as colour, the product outlined), and
/// the whole edit.</summary>
static class SampleSheet
{
    // Enough to judge by, and quick.
    const int MostSteps = 20;

    const int CellWidth = 256;

    static readonly string[] s_columns = ["scene", "control", "edit"];

    /// <remarks><paramref name="bundle"/>: with the weights of the moment.</remarks>
    public static void Write(string path, ModelBundle bundle, IReadOnlyList<SceneRecord> records, ControlNetTrainingOptions options,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        int width = options.Width, height = options.Height;
        IDataView scenes = SceneStream.View(records, width, height);
        using EditSceneTransformer edit = EditSceneTransformer.Open(new()
        {
            Bundle = bundle.Folder,
            Edit = options.Edit with
            {
                Batch = 1,
                Device = options.Device,
                InferenceSteps = Math.Min(options.Edit.EffectiveSteps, MostSteps),
                Seed = options.Seed,
            },
        });
        progress?.Report(new("drawing samples", 0, records.Count));
        DirectoryInfo drawn = Directory.CreateTempSubdirectory("alignment-samples-");
        try
        {
            var rows = new List<string>();
            foreach (TrainingScene scene in SceneStream.Read(edit.Transform(scenes, cancellationToken)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new("drawing samples", rows.Count, records.Count, scene.SceneId));
                RgbPicture still = RgbPicture.FromPlanes([.. scene.Image.Select(v => v / 2 + 0.5f)], width, height);
                Save(still, rows.Count, 0);
                SheetDrawing.Attention(still, scene.Heatmap);
                SheetDrawing.Outline(still, scene.Mask, thickness: 1);
                Save(still, rows.Count, 1);
                Save(RgbPicture.FromPlanes(scene.Edited, width, height), rows.Count, 2);
                rows.Add(scene.SceneId);
            }
            ContactSheet.Write(path, rows, s_columns, (row, column) => Cell(row, column), CellWidth, cancellationToken);
            progress?.Report(new("drawing samples", rows.Count, records.Count));
        }
        finally
        {
            drawn.Delete(recursive: true);
        }

        string Cell(int row, int column) => Path.Combine(drawn.FullName, FormattableString.Invariant($"{row}-{column}.png"));

        void Save(RgbPicture picture, int row, int column) =>
            AtomicFile.WriteBytes(Cell(row, column), PngWriter.Rgb8(picture.Pixels, width, height), durable: false);
    }
}
