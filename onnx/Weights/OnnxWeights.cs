using Alignment.Onnx.Runtime;
using Microsoft.Win32.SafeHandles;

namespace Alignment.Onnx.Weights;

// The floating-point initializers of an ONNX model, read in pieces after its header was checked.
sealed class OnnxWeights : IPlacedWeights, IDisposable
{
    readonly string _path;
    readonly Dictionary<string, OnnxTensor> _tensors = [];
    readonly Dictionary<string, WeightInfo> _infos = [];
    readonly Dictionary<string, SafeFileHandle> _files = [];

    public OnnxWeights(string path)
    {
        _path = Path.GetFullPath(path);
        foreach (OnnxTensor tensor in OnnxFileCheck.ReadTensors(_path))
        {
            WeightType? type = tensor.Type switch
            {
                "float32" => WeightType.F32,
                "float16" => WeightType.F16,
                "bfloat16" => WeightType.BF16,
                _ => null
            };
            if (type is null || tensor.Name.StartsWith("constants/", StringComparison.Ordinal)) continue;   // the graph's, not the model's
            _tensors[tensor.Name] = tensor;
            _infos[tensor.Name] = new(tensor.Name, type.Value, tensor.Dims);
        }
        try
        {
            foreach (string file in _tensors.Values.Select(t => t.File ?? _path).Append(_path).Distinct())
                _files.Add(file, File.OpenHandle(file));
        }
        catch (Exception e) when (e.IsOfFile())
        {
            Dispose();
            throw BadDataException.Unreadable($"The weights of '{_path}'", e, "Check the folder and its permissions.");
        }
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos => _infos;

    // Throws where the tensor is not stored as a run of raw bytes.
    public void Read(string name, long start, Span<float> into)
    {
        OnnxTensor tensor = Tensor(name);
        int count = into.Length;
        WeightBytes.ReadWidened(_infos[name].Type, into, bytes => Fill(tensor, start, count, bytes));
    }

    public void Read(string name, long start, Span<Half> into)
    {
        OnnxTensor tensor = Tensor(name);
        if (_infos[name].Type == WeightType.F16) Fill(tensor, start, into.Length, MemoryMarshal.AsBytes(into));
        else WeightBytes.ReadNarrowed(this, name, start, into);
    }

    WeightPlace? IPlacedWeights.Find(string name) =>
        _tensors.TryGetValue(name, out OnnxTensor? tensor) && tensor.Offset >= 0
        ? new(tensor.File ?? _path, tensor.Offset, _infos[name].Type) : null;

    OnnxTensor Tensor(string name)
    {
        if (!_tensors.TryGetValue(name, out OnnxTensor? tensor)) throw Bad(name, "no such tensor", "one of that name");
        return tensor.Offset >= 0 ? tensor : throw Bad(name, "numbers that are not stored as raw bytes", "raw_data or external data");
    }

    void Fill(OnnxTensor tensor, long start, int count, Span<byte> into)
    {
        WeightInfo info = _infos[tensor.Name];
        info.CheckRange(start, count);
        SafeFileHandle file = _files[tensor.File ?? _path];
        long at = tensor.Offset + start * info.Type.Bytes();
        while (into.Length > 0)
        {
            int n = RandomAccess.Read(file, into, at);
            if (n == 0) throw BadDataException.For($"The weights of '{_path}'", "a file shorter than when it was opened",
                "a file that nobody changes", "Run again.");
            into = into[n..];
            at += n;
        }
    }

    BadDataException Bad(string name, string found, string expected) =>
        BadDataException.For($"The model '{_path}', tensor '{SafePath.Shorten(name)}'", found, expected,
        "Import or export the model again.");

    public void Dispose()
    {
        foreach (SafeFileHandle file in _files.Values) file.Dispose();
    }
}
