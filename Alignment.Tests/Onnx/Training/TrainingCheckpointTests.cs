using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Training;

public sealed class TrainingCheckpointTests
{
    static readonly WeightInfo[] s_infos = [new("net.a.weight", WeightType.F32, [5, 3]), new("net.b", WeightType.F32, [600, 500])];

    static ParameterBuffers Random(ulong seed)
    {
        var buffers = new ParameterBuffers(s_infos);
        foreach (var (name, buffer) in new[] { ("p", buffers.Parameters), ("m", buffers.FirstMoments), ("v", buffers.SecondMoments) })
            foreach (ParameterSlot slot in buffers.Slots) SeededNormal.Fill(buffer.Span(slot), seed, name + slot.Name, 0);
        return buffers;
    }

    static float[] All(FloatBuffer buffer) => buffer.Span(0, (int)buffer.Length).ToArray();

    [Test]
    public void Load_WhatWasSaved_GivesEveryBitBack()
    {
        using var folder = new TempFolder();
        using ParameterBuffers saved = Random(1), loaded = Random(2);
        using FloatBuffer average = saved.NewBuffer(), averageLoaded = saved.NewBuffer();
        average.Span(saved["net.b"]).Fill(0.125f);
        TrainingCheckpoint.Save(folder["checkpoint"], saved, 42,
            new Dictionary<string, FloatBuffer> { ["ema"] = average });
        long steps = TrainingCheckpoint.Load(folder["checkpoint"], loaded,
            new Dictionary<string, FloatBuffer> { ["ema"] = averageLoaded });
        Assert.Multiple(() =>
        {
            Assert.That(steps, Is.EqualTo(42));
            Assert.That(All(loaded.Parameters), Is.EqualTo(All(saved.Parameters)));
            Assert.That(All(loaded.FirstMoments), Is.EqualTo(All(saved.FirstMoments)));
            Assert.That(All(loaded.SecondMoments), Is.EqualTo(All(saved.SecondMoments)));
            Assert.That(All(averageLoaded), Is.EqualTo(All(average)));
            Assert.That(() => TrainingCheckpoint.Load(folder["checkpoint"], loaded), Throws.Nothing, "what is not asked for is not read");
        });
        using var other = new TempFolder();
        TrainingCheckpoint.Save(other["checkpoint"], loaded, 42,
            new Dictionary<string, FloatBuffer> { ["ema"] = averageLoaded });
        Assert.That(File.ReadAllBytes(other["checkpoint"]), Is.EqualTo(File.ReadAllBytes(folder["checkpoint"])));
    }

    [Test]
    public void Load_OtherParameters_NamesThemAndChangesNothing()
    {
        using var folder = new TempFolder();
        using ParameterBuffers saved = Random(1);
        TrainingCheckpoint.Save(folder["checkpoint"], saved, 1);
        using var other = new ParameterBuffers([s_infos[0], s_infos[1] with { Shape = [500, 600] }]);
        using var fewer = new ParameterBuffers([s_infos[0]]);
        Assert.Multiple(() =>
        {
            Assert.That(() => TrainingCheckpoint.Load(folder["checkpoint"], other),
                Throws.TypeOf<BadDataException>().With.Message.Contains("net.b"));
            Assert.That(() => TrainingCheckpoint.Load(folder["checkpoint"], fewer),
                Throws.TypeOf<BadDataException>().With.Message.Contains("net.b"));
            Assert.That(All(other.Parameters), Is.All.Zero);
        });
    }

    [Test]
    public void Load_WithoutTheAverageAskedFor_NamesIt()
    {
        using var folder = new TempFolder();
        using ParameterBuffers saved = Random(1);
        using FloatBuffer average = saved.NewBuffer();
        TrainingCheckpoint.Save(folder["checkpoint"], saved, 1);
        Assert.That(() => TrainingCheckpoint.Load(folder["checkpoint"], saved, new Dictionary<string, FloatBuffer> { ["ema"] = average }),
            Throws.TypeOf<BadDataException>().With.Message.Contains("ema.net.b"));
    }

    [Test]
    public void Load_PlainOrCutFile_IsRefused()
    {
        using var folder = new TempFolder();
        using ParameterBuffers saved = Random(1);
        SafetensorsWriter.Write(folder["plain"], [SafetensorsTensor.Floats("net.a.weight", [5, 3], new float[15])]);
        TrainingCheckpoint.Save(folder["cut"], saved, 1);
        using (var file = File.OpenWrite(folder["cut"])) file.SetLength(file.Length - 4);
        Assert.Multiple(() =>
        {
            Assert.That(() => TrainingCheckpoint.Load(folder["plain"], saved),
                Throws.TypeOf<BadDataException>().With.Message.Contains("alignment.checkpoint"));
            Assert.That(() => TrainingCheckpoint.Load(folder["cut"], saved),
                Throws.TypeOf<BadDataException>().With.Message.Contains("truncated"));
        });
    }
}
