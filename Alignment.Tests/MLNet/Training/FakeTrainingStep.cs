using System.Runtime.InteropServices;
using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.MLNet.Training;

/// <summary>
/// A model of a few numbers in place of the ControlNet, so that the loop can be tested without a training graph: it pulls the middle
/// convolution's bias to the mean of the noise, with momentum, which a checkpoint must keep.
/// </summary>
sealed class FakeTrainingStep : ITrainingStep
{
    const string Name = "controlnet_mid_block.bias";

    readonly float[] _values, _momentum;
    readonly List<float[]> _waiting = [];

    public FakeTrainingStep(int length) => (_values, _momentum) = (new float[length], new float[length]);

    /// <summary>Called before each optimizer step with its number.</summary>
    public Action<long>? BeforeApply { get; init; }

    public long Steps { get; private set; }

    public IReadOnlyList<string> LossParts => ["loss", "noise_mse"];

    public double[] Accumulate(TrainingBatch batch)
    {
        float target = Target(batch);
        _waiting.Add([.. _values.Select(v => v - target)]);
        return Evaluate(batch);
    }

    public void Abandon() => _waiting.Clear();

    public double Apply(double learningRate)
    {
        BeforeApply?.Invoke(Steps + 1);
        Steps++;
        double norm = 0;
        for (int i = 0; i < _values.Length; i++)
        {
            float gradient = _waiting.Average(g => g[i]);
            norm += gradient * gradient;
            _momentum[i] = 0.9f * _momentum[i] + gradient + 0.001f * i;
            _values[i] -= (float)learningRate * _momentum[i];
        }
        _waiting.Clear();
        return Math.Sqrt(norm);
    }

    public double[] Evaluate(TrainingBatch batch)
    {
        double loss = _values.Average(v => (double)(v - Target(batch)) * (v - Target(batch)));
        return [loss, loss];
    }

    public long Length => _values.Length;

    public Span<float> Values(long start, int count) => _values.AsSpan((int)start, count);

    public IWeights Weights => new One(this);

    public void Save(string folder) => File.WriteAllBytes(Path.Combine(folder, "fake.bin"),
        [.. MemoryMarshal.AsBytes(_values.AsSpan()), .. MemoryMarshal.AsBytes(_momentum.AsSpan())]);

    public void Load(string folder, long steps)
    {
        ReadOnlySpan<float> all = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, "fake.bin")).AsSpan());
        all[.._values.Length].CopyTo(_values);
        all[_values.Length..].CopyTo(_momentum);
        Steps = steps;
    }

    public void Dispose()
    {
    }

    /// <summary>Depends on everything a batch holds.</summary>
    static float Target(TrainingBatch batch) => 1 + batch.Noise.Average() + 0.1f * batch.NoisyLatents.Average()
        + 0.001f * batch.Timestep.Average() / 1000 + 0.1f * batch.Text.Average() + 0.1f * batch.Control.Average()
        + 0.1f * batch.Mask.Average() + 0.1f * batch.Image.Average();

    /// <summary>The bundled ControlNet with the one tensor in it.</summary>
    sealed class One(FakeTrainingStep step) : IWeights
    {
        static readonly OnnxWeights s_others = new(Path.Combine(BundledModels.Tiny, BundleFiles.ControlNet));

        public IReadOnlyDictionary<string, WeightInfo> Infos => s_others.Infos;

        public void Read(string name, long start, Span<float> into)
        {
            if (name == Name) step._values.AsSpan((int)start, into.Length).CopyTo(into);
            else s_others.Read(name, start, into);
        }
    }
}
