using Alignment.MLNet;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class AssignTemporalWindowTests
{
    sealed class Row
    {
        [ColumnName("video_id")]
        public string Video { get; set; } = "";

        [ColumnName("scene_number")]
        public int Scene { get; set; }
    }

    // Scene numbers with gaps, unordered, and one twice: order counts, not the number.
    [TestCase(new[] { 1, 2, 3 }, new[] { 0, 1, 2 })]
    [TestCase(new[] { 40, 7, 19, 5, 100, 11 }, new[] { 2, 0, 1, 0, 2, 1 })]
    [TestCase(new[] { 1, 2, 2, 3, 4 }, new[] { 0, 0, 0, 1, 2 })]
    [TestCase(new[] { 9 }, new[] { 0 })]
    [TestCase(new[] { 9, 12 }, new[] { 0, 1 })]
    public void Scenes_OfAVideo_FallIntoThirdsByOrder(int[] scenes, int[] windows) =>
        Assert.That(Windows([.. scenes.Select(s => ("a", s))]), Is.EqualTo(windows));

    [Test]
    public void Videos_SharingNumbers_AreCountedApart() =>
        Assert.That(Windows([("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3), ("A", 2)]), Is.EqualTo(new[] { 0, 0, 1, 1, 2, 0 }));

    [TestCase("a", 99, "scene 99 of 'a'")]
    [TestCase("z", 1, "the video 'z'")]
    public void Scene_NotSeenAtFit_IsRefusedOrMinusOne(string video, int scene, string named)
    {
        var ml = new MLContext(seed: 1);
        var seen = ml.Data.LoadFromEnumerable([new Row { Video = "a", Scene = 1 }]);
        var unseen = ml.Data.LoadFromEnumerable([new Row { Video = video, Scene = scene }]);
        Assert.That(() => ml.Alignment.AssignTemporalWindow().Fit(seen).Transform(unseen).GetColumn<int>("temporal_window").ToArray(),
            Throws.TypeOf<BadDataException>().With.Message.Contains(named));
        Assert.That(ml.Alignment.AssignTemporalWindow(new() { Unseen = UnseenScene.MinusOne }).Fit(seen).Transform(unseen)
            .GetColumn<int>("temporal_window"), Is.EqualTo(new[] { -1 }));
    }

    [Test]
    public void Videos_AfterFit_SayHowManyScenesEachHas()
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(new (string V, int S)[] { ("b", 1), ("a", 4), ("b", 3),
            ("b", 3) }.Select(r => new Row { Video = r.V, Scene = r.S }));
        Assert.That(ml.Alignment.AssignTemporalWindow().Fit(data).Videos, Is.EqualTo(new[] { ("a", 1), ("b", 2) }));
    }

    static int[] Windows((string Video, int Scene)[] rows)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(rows.Select(r => new Row { Video = r.Video, Scene = r.Scene }));
        return [.. ml.Alignment.AssignTemporalWindow().Fit(data).Transform(data).GetColumn<int>("temporal_window")];
    }
}
