using Alignment.Onnx.Bundles;

namespace Alignment.Tests.Onnx.Bundles;

public sealed class TinyModelTests
{
    [Test]
    public void Tiny_EveryModel_GivesFiniteNumbersOfAUsableSize()
    {
        using var run = new BundleRun(ModelBundle.Open(BundledModels.Tiny));
        Dictionary<string, float[]> outputs = run.All(batch: 2, width: 128, height: 96);
        foreach ((string name, float[] values) in outputs)
            TestContext.Out.WriteLine($"{name}: {values.Length} values, rms {Rms(values):g3}, largest {values.Max(Math.Abs):g3}");
        Assert.Multiple(() =>
        {
            Assert.That(outputs.Where(o => !o.Value.All(float.IsFinite)).Select(o => o.Key), Is.Empty);
            // What the loop feeds on must neither vanish nor explode: noise of size about one, pictures mostly within −1 … 1.
            Assert.That(Rms(outputs["unet.onnx/out_sample"]), Is.InRange(0.3, 3));
            Assert.That(Rms(outputs["vae_encoder.onnx/mean"]), Is.InRange(0.3, 10));
            Assert.That(Rms(outputs["vae_decoder.onnx/sample"]), Is.InRange(0.1, 1));
            // The control path is exercised: an untrained control that adds nothing would hide a broken one.
            Assert.That(Rms(outputs["controlnet.onnx/down_block_res_0"]), Is.GreaterThan(0.05));
            Assert.That(outputs["vae_decoder.onnx/sample"], Has.Length.EqualTo(2 * 3 * 128 * 96));
        });
    }

    [Test, Explicit("Takes time; prints what one pass costs on this machine.")]
    public void Tiny_OnePass_TimeOnThisMachine()
    {
        using var run = new BundleRun(ModelBundle.Open(BundledModels.Tiny));
        var best = new Dictionary<string, TimeSpan>();
        for (int i = 0; i < 20; i++)
        {
            run.All(batch: 2, width: 128, height: 128);
            foreach ((string model, TimeSpan time) in run.Times) best[model] = best.TryGetValue(model, out TimeSpan least) && least < time
                ? least : time;
        }
        foreach ((string model, TimeSpan time) in best) TestContext.Out.WriteLine(
            $"{model}, batch 2, 128x128: {time.TotalMilliseconds:f1} ms at best");
    }

    static double Rms(float[] values) => Math.Sqrt(values.Average(v => (double)v * v));
}
