using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Models;

/// <summary>A float tensor of a test: its shape and numbers.</summary>
sealed record Tensor(long[] Shape, float[] Data)
{
    public static Tensor Read(IWeights from, string name)
    {
        WeightInfo info = from.Infos[name];
        var data = new float[info.Count];
        from.Read(name, 0, data);
        return new([.. info.Shape], data);
    }

    public static Tensor Zeros(params long[] shape) => new(shape, new float[shape.Aggregate(1L, (n, d) => n * d)]);

    /// <summary>One element of the batch, as a batch of one.</summary>
    public Tensor Batch(int index)
    {
        int size = Data.Length / (int)Shape[0];
        return new([1, .. Shape[1..]], Data[(index * size)..((index + 1) * size)]);
    }

    /// <summary>The fixtures' measure: max|x − ref| / max(1, max|ref|).</summary>
    public static double Error(Tensor x, Tensor reference)
    {
        Assert.That(x.Shape, Is.EqualTo(reference.Shape));
        double worst = 0, largest = 1;
        for (int i = 0; i < x.Data.Length; i++)
        {
            double d = Math.Abs((double)x.Data[i] - reference.Data[i]);
            worst = double.IsNaN(d) ? double.PositiveInfinity : Math.Max(worst, d);
            largest = Math.Max(largest, Math.Abs(reference.Data[i]));
        }
        return worst / largest;
    }
}

/// <summary>A saved model opened in ONNX Runtime for a test.</summary>
sealed class ModelRun : IDisposable
{
    readonly TempFolder _folder = new();
    readonly InferenceSession _session;

    public ModelRun(OnnxModel model, bool optimised = true, SaveOptions? save = null)
    {
        model.Save(_folder["model.onnx"], save);
        _session = OrtSessions.Open(_folder["model.onnx"],
            new() { Optimization = optimised ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL });
    }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    public IReadOnlyDictionary<string, Tensor> Run(params (string Name, object Value)[] inputs)
    {
        using var run = new RunOptions();
        var values = inputs.ToDictionary(i => i.Name, i => i.Value switch
        {
            Tensor t => OrtValue.CreateTensorValueFromMemory(t.Data, t.Shape),
            (long[] data, long[] shape) => OrtValue.CreateTensorValueFromMemory(data, shape),
            _ => throw new NotSupportedException(),
        });
        using var results = _session.Run(run, values, _session.OutputNames);
        var made = new Dictionary<string, Tensor>();
        for (int i = 0; i < results.Count; i++)
            made[_session.OutputNames[i]] = new(results[i].GetTensorTypeAndShape().Shape,
                results[i].GetTensorDataAsSpan<float>().ToArray());
        foreach (var value in values.Values) value.Dispose();
        return made;
    }

    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }
}
