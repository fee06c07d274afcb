using Alignment.Onnx.Models;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Training;

public sealed class ParameterBuffersTests
{
    static readonly WeightInfo[] s_infos =
    [
        new("a.weight", WeightType.F32, [3, 5]),
        new("a.bias", WeightType.F32, [3]),
        new("b.weight", WeightType.F32, [700, 700]),   // longer than one chunk
    ];

    [Test]
    public unsafe void Slots_AnyShapes_StartAlignedAndDoNotOverlap()
    {
        using var buffers = new ParameterBuffers(s_infos);
        Assert.Multiple(() =>
        {
            Assert.That(buffers.Slots.Select(s => s.Start), Is.EqualTo([0L, 16, 32]));
            Assert.That(buffers.Count, Is.EqualTo(15 + 3 + 490000));
            Assert.That(buffers.Length % 16, Is.Zero);
            foreach (FloatBuffer buffer in new[] { buffers.Parameters, buffers.Gradients, buffers.FirstMoments, buffers.SecondMoments })
                fixed (float* at = buffer.Span(0, 1)) Assert.That((nuint)at % 64, Is.EqualTo((nuint)0));
        });
    }

    [Test]
    public void Fill_FromWeights_GivesTheSameWeightsBack()
    {
        var weights = new SeededWeights(s_infos, new() { Seed = 4 });
        using var buffers = new ParameterBuffers(s_infos);
        buffers.Fill(weights);
        var back = new BufferWeights(buffers, "b");
        Assert.That(back.Infos.Keys, Is.EqualTo(["weight"]));
        float[] expected = new float[490000], found = new float[490000];
        weights.Read("b.weight", 0, expected);
        back.Read("weight", 0, found);
        Assert.Multiple(() =>
        {
            Assert.That(found, Is.EqualTo(expected));
            Assert.That(buffers.Parameters.Span(15, 1)[0], Is.Zero, "between parameters");
        });
    }

    [Test]
    public void Fill_OneShapeDiffers_NamesIt()
    {
        using var buffers = new ParameterBuffers(s_infos);
        var wrong = new SeededWeights([s_infos[0], s_infos[1] with { Shape = [4] }, s_infos[2]]);
        Assert.That(() => buffers.Fill(wrong), Throws.TypeOf<BadDataException>().With.Message.Contains("a.bias"));
    }

    [Test]
    public void Accumulate_ThreeMicroBatches_AddUpAndStartAnew()
    {
        using var buffers = new ParameterBuffers(s_infos);
        foreach (float g in new[] { 1f, 2f, 4f })
        {
            buffers.Gradients.Span(0, (int)buffers.Length).Fill(g);
            buffers.Accumulate();
        }
        Assert.That(buffers.StepGradients.Batches, Is.EqualTo(3));
        Assert.That(buffers.StepGradients.Sum.Span(0, (int)buffers.Length).ToArray(), Is.All.EqualTo(7f));
        buffers.ForgetAccumulated();
        Assert.That(buffers.StepGradients.Sum, Is.SameAs(buffers.Gradients));
        buffers.Accumulate();
        Assert.That(buffers.StepGradients.Sum.Span(0, 1)[0], Is.EqualTo(4f));
    }

    [Test]
    public void Buffer_BeyondTwoGigabytes_IsReachableAndUntouchedPagesAreFree()
    {
        using var buffer = new FloatBuffer(700_000_000);   // 2.8 GB of addresses
        buffer.Span(699_999_990, 10).Fill(3);
        Assert.That(buffer.Span(699_999_980, 20).ToArray(), Is.EqualTo(Enumerable.Repeat(0f, 10).Concat(Enumerable.Repeat(3f, 10))));
        Assert.That(() => buffer.Span(699_999_990, 11).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
