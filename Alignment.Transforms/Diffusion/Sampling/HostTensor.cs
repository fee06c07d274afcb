using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// A tensor that the processor writes and networks read: float32, and a float16 twin where a network takes that. Networks of both types can share one.
/// </summary>
sealed class HostTensor(params long[] shape) : IDisposable
{
    readonly long[] _shape = shape;
    readonly OrtTensor _floats = new(TensorElementType.Float, shape);
    readonly List<(BoundRun Run, string Input, TensorElementType Type)> _readers = [];
    OrtTensor? _halves;

    /// <summary>What is to be written, before <see cref="Written"/>.</summary>
    public Span<float> Floats => _floats.Floats;

    /// <summary>This tensor is an input of a model that takes it as <paramref name="type"/>. It is bound by <see cref="Written"/>.</summary>
    public void ReadBy(BoundRun run, string input, TensorElementType type) => _readers.Add((run, input, type));

    /// <summary>After writing: rounds to the twin where there is one, to nearest, beyond 65504 to infinity; and brings it to its readers.</summary>
    public void Written()
    {
        if (_readers.Exists(r => r.Type == TensorElementType.Float16)) TensorPrimitives.ConvertToHalf(_floats.Floats, (_halves ??= new(TensorElementType.Float16, _shape)).Halves);
        foreach (var (run, input, type) in _readers) run.Feed(input, type == TensorElementType.Float16 ? _halves! : _floats);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats.Dispose();
        _halves?.Dispose();
    }
}
