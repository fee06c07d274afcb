using Alignment.MLNet;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class BinarizeMaskTests
{
    sealed class Row
    {
        [VectorType(2, 2)]
        [ColumnName("soft")]
        public float[] Soft { get; set; } = [];
    }

    [Test]
    public void Binarize_AtTheThreshold_IsBackground()
    {
        float[] mask = new float[4];
        BinarizeMaskTransformer.Binarize([0.5f, float.BitIncrement(0.5f), 1f, float.NaN], 0.5f, mask);
        Assert.That(mask, Is.EqualTo(new[] { 0f, 1f, 1f, 0f }));
    }

    [Test]
    public void Model_SavedAndLoaded_KeepsItsOptions()
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Soft = [0.1f, 0.3f, 0.6f, 0.9f] }]);
        var model = ml.Alignment.BinarizeMask(new() { InputColumn = "soft", OutputColumn = "hard", Threshold = 0.75f }).Fit(data);
        using var file = new MemoryStream();
        ml.Model.Save(model, data.Schema, file);

        var other = new MLContext(seed: 1);
        AlignmentCatalog.Register(other);
        file.Position = 0;
        var loaded = other.Model.Load(file, out _);
        float[] hard = loaded.Transform(data).GetColumn<float[]>("hard").Single();
        Assert.That(hard, Is.EqualTo(new[] { 0f, 0f, 0f, 1f }));
    }

    [Test]
    public void Threshold_NotFinite_IsRefused() =>
        Assert.That(() => new MLContext(seed: 1).Alignment.BinarizeMask(new() { Threshold = float.NaN }),
        Throws.TypeOf<UsageException>().With.Message.Contains("Threshold"));
}
