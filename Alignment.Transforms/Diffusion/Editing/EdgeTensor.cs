using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Editing;

/// <summary>
/// A tensor at the edge between the loop, which computes in float32, and the models: float32, and a float16 twin where a
/// model takes or makes that. Models of both types can share one.
/// </summary>
sealed class EdgeTensor(params long[] shape) : IDisposable
{
    readonly long[] _shape = shape;
    readonly OrtTensor _floats = new(TensorElementType.Float, shape);
    OrtTensor? _halves;

    /// <summary>Number of elements.</summary>
    public int Count => _floats.Count;

    /// <summary>What the loop reads and writes.</summary>
    public Span<float> Floats => _floats.Floats;

    /// <summary>For binding to a model's input or output of type <paramref name="type"/>; the twin is made, of zeros, when it is first asked for.</summary>
    public OrtValue As(TensorElementType type) =>
        type == TensorElementType.Float16 ? (_halves ??= new OrtTensor(type, _shape)).Value : _floats.Value;

    /// <summary>After the loop wrote: rounds to the twin, to nearest; beyond 65504 to infinity. Nothing to do without a twin.</summary>
    public void Written()
    {
        if (_halves is not null) TensorPrimitives.ConvertToHalf(_floats.Floats, _halves.Halves);
    }

    /// <summary>After a model wrote: widens its twin, exactly. Nothing to do without a twin.</summary>
    public void Made()
    {
        if (_halves is not null) TensorPrimitives.ConvertToSingle(_halves.Halves, _floats.Floats);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats.Dispose();
        _halves?.Dispose();
    }
}
