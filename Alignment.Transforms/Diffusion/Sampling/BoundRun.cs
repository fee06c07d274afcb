using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// A model's run on tensors that stay: inputs bound once, outputs made by the first run where the device keeps its tensors and written again by every later one.
/// A run allocates nothing after the first.
/// </summary>
/// <remarks>
/// ONNX Runtime copies an input that lies in other memory than the model's when it is bound, not when the model runs. So tensors that the processor writes come as
/// <see cref="Feed"/> and are bound again after each writing; tensors that a run made are only read by runs.
/// </remarks>
sealed class BoundRun : IDisposable
{
    readonly EditSessions _sessions;
    readonly InferenceSession _session;
    readonly OrtIoBinding _binding;
    readonly RunOptions _options = new();
    readonly List<(string Name, OrtValue? Value)> _outputs = [];
    readonly Dictionary<string, OrtValue> _here = new(StringComparer.Ordinal);
    IDisposableReadOnlyCollection<OrtValue>? _made;

    public BoundRun(EditSessions sessions, InferenceSession session)
    {
        (_sessions, _session) = (sessions, session);
        _binding = session.CreateIoBinding();
    }

    /// <summary>The names of the outputs of the model.</summary>
    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>The element type of an input.</summary>
    public TensorElementType TypeOf(string input) => _session.InputMetadata[input].ElementDataType;

    /// <summary>Reads what another run made.</summary>
    public BoundRun Input(string name, OrtValue made)
    {
        _binding.BindInput(name, made);
        return this;
    }

    /// <summary>Reads what the processor has written: brought to the device now.</summary>
    public BoundRun Feed(string name, OrtTensor written)
    {
        _sessions.Crossed();
        OrtValue value = written.Value;
        if (_sessions.CopiesWhenBound)
        {
            if (_here.Remove(name, out OrtValue? before)) before.Dispose();
            value = _here[name] = OrtValues.Copy(value);
        }
        _binding.BindInput(name, value);
        return this;
    }

    /// <summary>Writes where another run made it, or to the processor's memory.</summary>
    public BoundRun Output(string name, OrtValue there)
    {
        _binding.BindOutput(name, there);
        _outputs.Add((name, there));
        return this;
    }

    /// <summary>Makes these outputs; see <see cref="this"/>.</summary>
    public BoundRun Makes(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            _binding.BindOutputToDevice(name, _sessions.DeviceMemory);
            _outputs.Add((name, null));
        }
        return this;
    }

    /// <summary>An output that was made. Runs the model where it was not run yet.</summary>
    public OrtValue this[string output]
    {
        get
        {
            if (_made is null) Run();
            int index = _outputs.FindIndex(o => o.Name == output);
            return _outputs[index].Value ?? _made![index];
        }
    }

    /// <exception cref="AlignmentException">ONNX Runtime failed.</exception>
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
        if (_made is null) Keep();
    }

    void Keep()
    {
        _made = _binding.GetOutputValues();
        if (_outputs.TrueForAll(o => o.Value is not null)) return;
        _binding.ClearBoundOutputs();
        for (int i = 0; i < _outputs.Count; i++) _binding.BindOutput(_outputs[i].Name, _outputs[i].Value ?? _made[i]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _made?.Dispose();
        _binding.Dispose();
        foreach (OrtValue value in _here.Values) value.Dispose();
        _options.Dispose();
    }
}
