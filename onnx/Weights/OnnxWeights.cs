using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Alignment.Onnx.Runtime;
using Microsoft.Win32.SafeHandles;

namespace Alignment.Onnx.Weights;

/// <summary>
/// The floating-point initializers of an ONNX model as weights: from the model file and from the files beside it, read in
/// pieces, so that a model can be authored again from one that was saved. The header is checked first, as before loading.
/// </summary>
sealed class OnnxWeights : IPlacedWeights, IDisposable
{
    readonly string _path;
    readonly Dictionary<string, OnnxTensor> _tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, WeightInfo> _infos = new(StringComparer.Ordinal);
    readonly Dictionary<string, SafeFileHandle> _files = new(StringComparer.Ordinal);

    /// <exception cref="BadDataException">The file is not there, no valid ONNX model, or names weights outside its folder.</exception>
    public OnnxWeights(string path)
    {
        _path = Path.GetFullPath(path);
        foreach (OnnxTensor tensor in OnnxFileCheck.ReadTensors(_path))
        {
            WeightType? type = tensor.Type switch { "float32" => WeightType.F32, "float16" => WeightType.F16, "bfloat16" => WeightType.BF16, _ => null };
            if (type is null || tensor.Name.StartsWith("constants/", StringComparison.Ordinal)) continue;   // the author's numbers, not the model's
            _tensors[tensor.Name] = tensor;
            _infos[tensor.Name] = new(tensor.Name, type.Value, tensor.Dims);
        }
        try
        {
            foreach (string file in _tensors.Values.Select(t => t.File ?? _path).Append(_path).Distinct(StringComparer.Ordinal))
                _files.Add(file, File.OpenHandle(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw BadDataException.For($"The weights of '{_path}'", $"a file that cannot be read ({e.Message.TrimEnd('.')})", "readable files", "Check the folder and its permissions.", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, WeightInfo> Infos => _infos;

    /// <inheritdoc/>
    /// <exception cref="BadDataException">No such tensor, or it is not stored as a run of raw bytes.</exception>
    public void Read(string name, long start, Span<float> into)
    {
        OnnxTensor tensor = Tensor(name);
        WeightInfo info = _infos[name];
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, info.Count - into.Length);
        SafeFileHandle file = _files[tensor.File ?? _path];
        long at = tensor.Offset + start * info.Type.Bytes();
        if (info.Type == WeightType.F32)
        {
            Fill(file, at, MemoryMarshal.AsBytes(into));
            return;
        }
        ushort[] halves = ArrayPool<ushort>.Shared.Rent(into.Length);
        try
        {
            Span<ushort> read = halves.AsSpan(0, into.Length);
            Fill(file, at, MemoryMarshal.AsBytes(read));
            if (info.Type == WeightType.F16) TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(read), into);
            else
                for (int i = 0; i < read.Length; i++) into[i] = BitConverter.UInt32BitsToSingle((uint)read[i] << 16);   // bfloat16 is the upper half of a float32
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(halves);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="BadDataException">No such tensor, it is not stored as a run of raw bytes, or a number is beyond float16.</exception>
    public void Read(string name, long start, Span<Half> into)
    {
        OnnxTensor tensor = Tensor(name);
        if (_infos[name].Type != WeightType.F16)
        {
            WeightBytes.ReadNarrowed(this, name, start, into);
            return;
        }
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, _infos[name].Count - into.Length);
        Fill(_files[tensor.File ?? _path], tensor.Offset + start * sizeof(ushort), MemoryMarshal.AsBytes(into));
    }

    WeightPlace? IPlacedWeights.Find(string name) =>
        _tensors.TryGetValue(name, out OnnxTensor? tensor) && tensor.Offset >= 0 ? new(tensor.File ?? _path, tensor.Offset, _infos[name].Type) : null;

    OnnxTensor Tensor(string name)
    {
        if (!_tensors.TryGetValue(name, out OnnxTensor? tensor)) throw Bad(name, "no such tensor", "one of that name");
        return tensor.Offset >= 0 ? tensor : throw Bad(name, "numbers that are not stored as raw bytes", "raw_data or external data");
    }

    void Fill(SafeFileHandle file, long at, Span<byte> into)
    {
        while (into.Length > 0)
        {
            int n = RandomAccess.Read(file, into, at);
            if (n == 0) throw BadDataException.For($"The weights of '{_path}'", "a file shorter than when it was opened", "a file that nobody changes", "Run again.");
            into = into[n..];
            at += n;
        }
    }

    BadDataException Bad(string name, string found, string expected) =>
        BadDataException.For($"The model '{_path}', tensor '{SafePath.Shorten(name)}'", found, expected, "Import or export the model again.");

    public void Dispose()
    {
        foreach (SafeFileHandle file in _files.Values) file.Dispose();
    }
}
