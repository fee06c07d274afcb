using Alignment.MLNet.Dataset;
using Alignment.MLNet.Training;
using Alignment.Tests.MLNet.Pipelines;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Training;

public sealed class SceneStreamTests
{
    const int Width = 32, Height = 24;

    [Test]
    public void Read_Scenes_GivesPictureControlMaskHeatmapAndScoreInOrder()
    {
        using var temp = new TempFolder();
        SceneRecord[] records = [.. ValidationJob.Scenes(MiniDataSet.Write(temp["data"]))];
        SceneRecord[] order = [records[3], records[0], records[3]];
        TrainingScene[] scenes = [.. SceneStream.Read(order, Width, Height)];

        Assert.That(scenes.Select(s => s.SceneId), Is.EqualTo(order.Select(r => r.SceneId)));
        float[] heatmap = new float[Width * Height], mask = new float[Width * Height], image = new float[3 * Width * Height];
        MapFile.Read(order[1].AttentionHeatmapPath, Width, Height, heatmap);
        MapFile.Read(order[1].KeywordMaskPath, Width, Height, mask);
        PictureFile.ReadRgb(order[1].SceneImagePath, Width, Height, image);
        TrainingScene scene = scenes[1];
        Assert.Multiple(() =>
        {
            Assert.That(scene.Keyword, Is.EqualTo(order[1].Keyword));
            Assert.That(scene.Heatmap, Is.EqualTo(heatmap).Within(1e-6f));
            Assert.That(scene.Mask, Is.EqualTo(mask.Select(m => m > 0.5f ? 1f : 0f)));
            Assert.That(scene.Control, Is.EqualTo(scene.Mask.Concat(scene.Heatmap)));
            Assert.That(scene.Image, Is.EqualTo(image.Select(v => 2 * v - 1)).Within(1e-6f));
            Assert.That(scenes[0].Image, Is.EqualTo(scenes[2].Image).And.Not.SameAs(scenes[2].Image), "each has its own");
        });
    }

    [Test]
    public void Read_DamagedPicture_FailsWhenItsTurnComes()
    {
        using var temp = new TempFolder();
        SceneRecord[] records = [.. ValidationJob.Scenes(MiniDataSet.Write(temp["data"]))];
        File.WriteAllText(records[2].SceneImagePath, "no picture");
        using IEnumerator<TrainingScene> scenes = SceneStream.Read(records, Width, Height).GetEnumerator();
        Assert.That(scenes.MoveNext() && scenes.MoveNext());
        Assert.That(() => scenes.MoveNext(),
            Throws.TypeOf<BadDataException>().With.Message.Contains(Path.GetFileName(records[2].SceneImagePath)));
    }
}
