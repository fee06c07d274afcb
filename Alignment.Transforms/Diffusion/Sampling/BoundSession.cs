using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// A session with a lasting I/O binding: the first run allocates the outputs in the device's memory, later ones write to the same tensors.
/// ONNX Runtime copies an input from other memory than the model's when it is bound, so what the processor writes is bound again after each
/// writing (<see cref="Feed"/>).
/// </summary>
sealed class BoundSession : IDisposable
{
    readonly BundleSessions _sessions;
    readonly InferenceSession _session;
    readonly OrtIoBinding _binding;
    readonly RunOptions _options = new();
    readonly List<(string Name, OrtValue? Value)> _outputs = [];
    readonly Dictionary<string, OrtValue> _copies = [];
    IDisposableReadOnlyCollection<OrtValue>? _values;

    public BoundSession(BundleSessions sessions, InferenceSession session)
    {
        (_sessions, _session) = (sessions, session);
        _binding = session.CreateIoBinding();
    }

    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    public TensorElementType TypeOf(string input) => _session.InputMetadata[input].ElementDataType;

    // Binds an output of another run.
    public BoundSession Input(string name, OrtValue value)
    {
        _binding.BindInput(name, value);
        return this;
    }

    // Binds what the processor has written: copied to the device now.
    public BoundSession Feed(string name, OrtTensor tensor)
    {
        _sessions.CountDeviceCopy();
        OrtValue value = tensor.Value;
        if (_sessions.CopiesWhenBound)
        {
            if (_copies.Remove(name, out OrtValue? before)) before.Dispose();
            value = _copies[name] = OrtValues.Copy(value);
        }
        _binding.BindInput(name, value);
        return this;
    }

    // Writes to another run's output, or to the processor's memory.
    public BoundSession Output(string name, OrtValue value)
    {
        _binding.BindOutput(name, value);
        _outputs.Add((name, value));
        return this;
    }

    // Lets the first run allocate these outputs.
    public BoundSession Allocate(IEnumerable<string> outputs)
    {
        foreach (string name in outputs)
        {
            _binding.BindOutputToDevice(name, _sessions.DeviceMemory);
            _outputs.Add((name, null));
        }
        return this;
    }

    // Runs the model where it was not run yet.
    public OrtValue this[string output]
    {
        get
        {
            if (_values is null) Run();
            int index = _outputs.FindIndex(o => o.Name == output);
            return _outputs[index].Value ?? _values![index];
        }
    }

    /// <summary>Throws an <see cref="AlignmentException"/> where ONNX Runtime fails.</summary>
    public void Run()
    {
        try
        {
            _binding.SynchronizeBoundInputs();
            _session.RunWithBinding(_options, _binding);
            _binding.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException e)
        {
            throw _sessions.Failed(e);
        }
        if (_values is null) BindAllocated();
    }

    void BindAllocated()
    {
        _values = _binding.GetOutputValues();
        if (_outputs.TrueForAll(o => o.Value is not null)) return;
        _binding.ClearBoundOutputs();
        for (int i = 0; i < _outputs.Count; i++) _binding.BindOutput(_outputs[i].Name, _outputs[i].Value ?? _values[i]);
    }

    public void Dispose()
    {
        _values?.Dispose();
        _binding.Dispose();
        foreach (OrtValue value in _copies.Values) value.Dispose();
        _options.Dispose();
    }
}
