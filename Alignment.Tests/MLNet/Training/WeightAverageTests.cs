using Alignment.MLNet.Training;

namespace Alignment.Tests.MLNet.Training;

public sealed class WeightAverageTests
{
    [Test]
    public void Update_ConstantWeights_FollowsTheClosedForm()
    {
        using var step = new FakeTrainingStep(3);
        var average = new WeightAverage(step, 0.75);   // from 0
        step.Values(0, 3).Fill(8);
        for (int i = 0; i < 3; i++) average.Update();
        using (WeightAverage.InPlace(average))
            Assert.That(step.Values(0, 3).ToArray(), Is.All.EqualTo(8 * (1 - 0.75f * 0.75f * 0.75f)).Within(1e-5));
        Assert.That(step.Values(0, 3).ToArray(), Is.All.EqualTo(8), "the weights are back");
    }

    [Test]
    public void Load_AfterSave_IsTheSame()
    {
        using var temp = new TempFolder();
        using FakeTrainingStep step = new(5), other = new(5);
        var average = new WeightAverage(step, 0.5);
        for (int i = 0; i < 5; i++) step.Values(0, 5)[i] = i;
        average.Update();
        average.Save(temp.Path);
        var read = new WeightAverage(other, 0.5);
        read.Load(temp.Path);
        using (WeightAverage.InPlace(read)) Assert.That(other.Values(0, 5).ToArray(), Is.EqualTo(new[] { 0, 0.5f, 1, 1.5f, 2 }));
    }
}
