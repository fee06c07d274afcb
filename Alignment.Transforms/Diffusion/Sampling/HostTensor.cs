using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

sealed class HostTensor(params long[] shape) : IDisposable
{
    readonly long[] _shape = shape;
    readonly OrtTensor _floats = new(TensorElementType.Float, shape);
    readonly List<(BoundSession Network, string Input, TensorElementType Type)> _readers = [];
    OrtTensor? _halves;

    /// <summary>To be written before <see cref="Upload"/>.</summary>
    public Span<float> Floats => _floats.Floats;

    /// <summary><see cref="Upload"/> binds it.</summary>
    public void AddReader(BoundSession network, string input) => _readers.Add((network, input, network.TypeOf(input)));

    /// <summary>
    /// Rounds to float16 where a reader takes that (to nearest, beyond 65504 to infinity) and binds the tensor to its readers.
    /// </summary>
    public void Upload()
    {
        if (_readers.Exists(r => r.Type == TensorElementType.Float16))
            TensorPrimitives.ConvertToHalf(_floats.Floats, (_halves ??= new(TensorElementType.Float16, _shape)).Halves);
        foreach (var (network, input, type) in _readers) network.Feed(input, type == TensorElementType.Float16 ? _halves! : _floats);
    }

    public void Dispose()
    {
        _floats.Dispose();
        _halves?.Dispose();
    }
}
