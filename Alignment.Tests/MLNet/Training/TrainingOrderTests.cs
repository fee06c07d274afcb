using Alignment.MLNet.Dataset;
using Alignment.MLNet.Training;

namespace Alignment.Tests.MLNet.Training;

/// <summary>Which scenes, in which order, with which numbers: the plan, the permutations, the split, the random streams.</summary>
public sealed class TrainingOrderTests
{
    static SceneRecord[] Scenes(params (string Video, int Count)[] videos) =>
        [.. videos.SelectMany(v => Enumerable.Range(1, v.Count).Select(n => new SceneRecord { VideoId = v.Video, SceneNumber = n }))];

    [Test]
    public void EpochOrder_AnyEpoch_IsAPermutationOfItsOwn()
    {
        int[][] epochs = [.. Enumerable.Range(0, 4).Select(e => EpochOrder.Of(7, e, 50))];
        Assert.Multiple(() =>
        {
            foreach (int[] order in epochs) Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, 50)));
            Assert.That(epochs.Select(o => string.Join(',', o)).Distinct().Count(), Is.EqualTo(4));
            Assert.That(EpochOrder.Of(7, 2, 50), Is.EqualTo(epochs[2]), "the same again");
            Assert.That(EpochOrder.Of(8, 2, 50), Is.Not.EqualTo(epochs[2]), "another seed");
        });
    }

    [Test]
    public void EpochOrder_EveryPlace_IsTakenByEverySceneAboutEquallyOften()
    {
        const int scenes = 5, epochs = 5000;
        var counts = new int[scenes, scenes];
        for (int e = 0; e < epochs; e++)
        {
            int[] order = EpochOrder.Of(3, e, scenes);
            for (int i = 0; i < scenes; i++) counts[i, order[i]]++;
        }
        // 1000 expected with a standard deviation of 28: five of those.
        Assert.That(counts.Cast<int>(), Is.All.InRange(860, 1140));
    }

    [Test]
    public void EpochOrder_ReadFromTheMiddle_ContinuesTheStream()
    {
        var whole = new EpochOrder(11, 7);
        var later = new EpochOrder(11, 7);
        int[] stream = [.. Enumerable.Range(0, 30).Select(row => whole[row])];
        Assert.That(Enumerable.Range(17, 13).Select(row => later[row]), Is.EqualTo(stream.AsSpan(17).ToArray()));
    }

    [Test]
    public void Plan_StepsAcrossEpochs_LeaveNoSceneOut()
    {
        // 10 scenes, 4 a step: rows 0–3, 4–7, 8–11 (ends epoch 1), 12–15, 16–19 (ends epoch 2).
        TrainingPlan plan = TrainingPlan.Of(new() { Epochs = 2, BatchSize = 2, Accumulation = 2 }, 10);
        Assert.That(plan.Steps, Is.EqualTo(5));
        Assert.That(Enumerable.Range(1, 5).Select(s => plan.EndsEpoch(s)), Is.EqualTo(new[] { false, false, true, false, true }));
        Assert.That(Enumerable.Range(1, 5).Select(s => plan.Epoch(s)), Is.EqualTo(new[] { 1, 1, 1, 2, 2 }));
        Assert.That(TrainingPlan.Of(new() { Epochs = 2, Steps = 9 }, 10).Steps, Is.EqualTo(9), "steps count before epochs");
        Assert.That(TrainingPlan.Of(new() { Epochs = 1, BatchSize = 4, Accumulation = 1 }, 9).Steps, Is.EqualTo(3), "rounded up");
    }

    [Test]
    public void Split_ManyVideos_KeepsVideosWholeAndTheShare()
    {
        SceneRecord[] scenes = Scenes([.. Enumerable.Range(0, 20).Select(v => ($"v{v}", 1 + v % 5))]);
        VideoSplit split = VideoSplit.Of(scenes, 0.8, seed: 4);
        Assert.Multiple(() =>
        {
            Assert.That((split.TrainVideos, split.ValidationVideos), Is.EqualTo((16, 4)));
            Assert.That(split.Train.Select(s => s.VideoId).Intersect(split.Validation.Select(s => s.VideoId)), Is.Empty);
            Assert.That(split.Train.Concat(split.Validation).Select(s => s.SceneId).Order(),
                Is.EqualTo(scenes.Select(s => s.SceneId).Order()));
            Assert.That(VideoSplit.Of(scenes, 0.8, 5).Validation.Select(s => s.VideoId).Distinct(),
                Is.Not.EqualTo(split.Validation.Select(s => s.VideoId).Distinct()), "another seed, another split");
            Assert.That(VideoSplit.Of([.. scenes.Reverse()], 0.8, 4).Validation.Select(s => s.SceneId),
                Is.EquivalentTo(split.Validation.Select(s => s.SceneId)), "the order of the rows does not matter");
        });
    }

    [TestCase(1, 0.8, 1, 0)]
    [TestCase(2, 0.8, 1, 1)]
    [TestCase(2, 0.01, 1, 1)]
    [TestCase(3, 0.8, 2, 1)]
    [TestCase(5, 1, 5, 0)]
    public void Split_FewVideos_HasBothSidesWhereItCan(int videos, double share, int train, int validation)
    {
        VideoSplit split = VideoSplit.Of(Scenes([.. Enumerable.Range(0, videos).Select(v => ($"v{v}", 2))]), share, 0);
        Assert.That((split.TrainVideos, split.ValidationVideos, split.Train.Count, split.Validation.Count),
            Is.EqualTo((train, validation, 2 * train, 2 * validation)));
    }

    [Test]
    public void Split_NoScene_IsRefused() => Assert.That(() => VideoSplit.Of([], 0.8, 0),
        Throws.TypeOf<BadDataException>().With.Message.Contains("no scene"));

    [Test]
    public void Random_Rows_AreIndependentOfHowTheyAreBatched()
    {
        var random = new TrainingRandom(5, 1000);
        float[] together = new float[24], second = new float[8];
        SeededNormal.Fill(together, 5, "train/noise");
        random.Noise(training: true, 1, second);
        Assert.That(second, Is.EqualTo(together[8..16]));
    }

    [Test]
    public void Random_Timesteps_CoverTheScheduleEvenly()
    {
        var random = new TrainingRandom(9, 1000);
        int[] drawn = [.. Enumerable.Range(0, 20_000).Select(r => random.Timestep(r))];
        Assert.Multiple(() =>
        {
            Assert.That(drawn, Is.All.InRange(0, 999));
            Assert.That(drawn.Average(), Is.EqualTo(499.5).Within(5 * 1000 / Math.Sqrt(12 * 20_000)));
            Assert.That(Enumerable.Range(0, 20_000).Count(r => random.DropsPrompt(r, 0.1)), Is.EqualTo(2000).Within(5 * Math.Sqrt(1800)));
            Assert.That(Enumerable.Range(0, 4).Select(random.ValidationTimestep), Is.EqualTo(new[] { 125, 375, 625, 875 }));
        });
    }
}
