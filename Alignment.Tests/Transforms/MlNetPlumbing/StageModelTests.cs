using System.IO.Compression;
using Alignment.MLNet;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.MlNetPlumbing;

public sealed class StageModelTests
{
    sealed class Row
    {
        [ColumnName("mask_soft"), VectorType(1, 2)]
        public float[] Mask { get; set; } = [0f, 1f];
    }

    [Test]
    public void Options_WrittenAndRead_AreEqual()
    {
        var options = new NormalizeHeatmapOptions { InputColumn = "ä, \"b\"", Mode = HeatmapNormalization.SumToOne };
        Assert.That(StageModel.ReadOptions<NormalizeHeatmapOptions>(Written(1, options), "x", 1), Is.EqualTo(options));
    }

    [Test]
    public void Version_OfTheFuture_IsRefusedClearly() =>
        Assert.That(() => StageModel.ReadOptions<BinarizeMaskOptions>(Written(2, new BinarizeMaskOptions()), "BinarizeMask", 1),
            Throws.TypeOf<BadDataException>().With.Message.Contains("'BinarizeMask'").And.Message.Contains(
            "version 2").And.Message.Contains("newer Alignment"));

    [Test]
    public void Option_Unknown_IsRefused() =>
        Assert.That(() => StageModel.ReadOptions<BinarizeMaskOptions>(Written(1, new { Threshold = 0.5f, Sharpness = 3 }), "BinarizeMask",
        1),
            Throws.TypeOf<BadDataException>().With.Message.Contains("Sharpness"));

    [Test]
    public void Options_CutShort_AreRefused()
    {
        using var from = new BinaryReader(new MemoryStream([1, 0, 0, 0, 200, 5, (byte)'{']));
        Assert.That(() => StageModel.ReadOptions<BinarizeMaskOptions>(from, "BinarizeMask", 1), Throws.TypeOf<BadDataException>());
    }

    [Test]
    public void Model_LoadedWithoutRegistering_FailsAndAfterItLoads()
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row()]);
        using var file = new MemoryStream();
        ml.Model.Save(ml.Alignment.BinarizeMask().Fit(data), data.Schema, file);

        var fresh = new MLContext(seed: 1);
        file.Position = 0;
        Assert.That(() => fresh.Model.Load(file, out _), Throws.Exception, "or registering would be superfluous");
        AlignmentCatalog.Register(fresh);
        file.Position = 0;
        Assert.That(fresh.Model.Load(file, out var schema), Is.Not.Null);
        Assert.That(schema["mask_soft"].Type, Is.EqualTo(data.Schema["mask_soft"].Type));
    }

    [Test]
    public void LoadModel_OfADamagedStage_SaysWhatTheStageSays()
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row()]);
        using var folder = new TempFolder();
        ml.Model.Save(ml.Transforms.CopyColumns("copy", "mask_soft").Append(ml.Alignment.BinarizeMask()).Fit(data), data.Schema,
            folder["m.zip"]);
        Assert.That(ml.Alignment.LoadModel(folder["m.zip"], out _), Is.Not.Null);

        using (var zip = ZipFile.Open(folder["m.zip"], ZipArchiveMode.Update))
        {
            foreach (var entry in zip.Entries.ToArray())
            {
                using var stream = entry.Open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                int at = copy.ToArray().AsSpan().IndexOf("Threshold"u8);
                if (at < 0) continue;
                stream.Position = at;
                stream.WriteByte((byte)'X');
            }
        }
        Assert.That(() => ml.Alignment.LoadModel(folder["m.zip"], out _),
            Throws.TypeOf<BadDataException>().With.Message.Contains("Xhreshold"));
    }

    static BinaryReader Written(int version, object options)
    {
        var file = new MemoryStream();
        using (var to = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true)) StageModel.WriteOptions(to, version, options);
        file.Position = 0;
        return new BinaryReader(file);
    }
}
