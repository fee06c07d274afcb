using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Onnx.Training;

/// <summary>
/// A graph with parameters, run on <see cref="ParameterBuffers"/>: parameters are inputs bound to the buffers, and each
/// output "gradient.NAME" is written to the gradient of parameter NAME. On the processor nothing is copied between steps.
/// A graph without gradients evaluates.
/// Not thread-safe.
/// </summary>
public sealed class TrainingSession : IDisposable
{
    // An output with this prefix is the gradient of the parameter whose name follows.
    internal const string GradientPrefix = "gradient.";

    readonly InferenceSession _session;
    readonly OrtIoBinding _binding;
    readonly RunOptions _run = new();
    readonly Disposables _bound = new();
    readonly List<(string Name, OrtValue Value)> _parameters = [];
    readonly List<OrtValue> _copies = [];
    readonly bool _hasOwnMemory;
    readonly Dictionary<string, (OrtValue Value, long[] Shape)> _inputs = [];

    TrainingSession(InferenceSession session, ParameterBuffers buffers, string name, Device? device)
    {
        (_session, _hasOwnMemory) = (session, device?.MemoryName is not null);
        Check(session, buffers, $"The training model '{name}'");
        _binding = session.CreateIoBinding();
        foreach (string input in session.InputNames)
            if (buffers.Find(input) is { } slot)
            {
                OrtValue parameter = _bound.Add(buffers.Parameters.Tensor(slot.Start, slot.Count, [.. slot.Shape]));
                _parameters.Add((input, parameter));
                _binding.BindInput(input, parameter);
            }
        foreach (string output in session.OutputNames)
            if (output.StartsWith(GradientPrefix, StringComparison.Ordinal))
            {
                ParameterSlot slot = buffers[output[GradientPrefix.Length..]];
                _binding.BindOutput(output, _bound.Add(buffers.Gradients.Tensor(slot.Start, slot.Count, [.. slot.Shape])));
            }
        Inputs = [.. session.InputNames.Where(i => buffers.Find(i) is null)];
        Outputs = [.. session.OutputNames.Where(o => !o.StartsWith(GradientPrefix, StringComparison.Ordinal))];
    }

    /// <summary>
    /// Takes over <paramref name="session"/>; the <paramref name="buffers"/> hold every parameter and must outlive the result.
    /// </summary>
    internal static TrainingSession Over(InferenceSession session, ParameterBuffers buffers, string name, Device? device = null) =>
        Disposables.Guard(session, s => new TrainingSession(s, buffers, name, device));

    public IReadOnlyList<string> Inputs { get; }
    public IReadOnlyList<string> Outputs { get; }

    // Copies float32 values, which stay until set again.
    public void Set(string input, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        values.CopyTo(Place<float>(input, TensorElementType.Float, values.Length, shape));

    // Copies int64 values, which stay until set again.
    public void Set(string input, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        values.CopyTo(Place<long>(input, TensorElementType.Int64, values.Length, shape));

    Span<T> Place<T>(string input, TensorElementType type, int count, ReadOnlySpan<long> shape) where T : unmanaged
    {
        if (!Inputs.Contains(input))
            throw new ArgumentException($"There is no input '{input}' among {string.Join(", ", Inputs)}.", nameof(input));
        if (_session.InputMetadata[input].ElementDataType is var wanted && wanted != type)
            throw new ArgumentException($"'{input}' is {wanted}, but {type} values were given.", nameof(input));
        long elements = 1;
        foreach (long side in shape) elements = checked(elements * side);
        if (elements != count) throw new ArgumentException(
            $"'{input}' of shape [{string.Join(", ", shape.ToArray())}] has {elements} elements, but {count} values were given.",
            nameof(shape));
        // The shape seldom changes: then the same memory is written again.
        if (!_inputs.TryGetValue(input, out var there) || !shape.SequenceEqual(there.Shape))
        {
            OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape.ToArray());
            _binding.BindInput(input, value);
            there.Value?.Dispose();
            _inputs[input] = there = (value, shape.ToArray());
        }
        return there.Value.GetTensorMutableDataAsSpan<T>();
    }

    /// <summary>Gradients go to the buffers, other outputs are returned by name.</summary>
    /// <exception cref="InvalidOperationException">An input was never set.</exception>
    public IReadOnlyDictionary<string, float[]> Run()
    {
        if (Inputs.FirstOrDefault(i => !_inputs.ContainsKey(i)) is { } missing)
            throw new InvalidOperationException($"The input '{missing}' was not set.");
        if (_hasOwnMemory || CopiesWhenBound) BringInputs();
        // Bound anew: ONNX Runtime would otherwise write into the last run's results, which may have another shape.
        foreach (string output in Outputs) _binding.BindOutputToDevice(output, OrtMemoryInfo.DefaultInstance);
        _session.RunWithBinding(_run, _binding);
        var results = new Dictionary<string, float[]>();
        string[] names = _binding.GetOutputNames();
        using IDisposableReadOnlyCollection<OrtValue> values = _binding.GetOutputValues();
        for (int i = 0; i < names.Length; i++)
            if (!names[i].StartsWith(GradientPrefix, StringComparison.Ordinal)) results[names[i]] = values[i].GetTensorDataAsSpan<float>()
                .ToArray();
        return results;
    }

    // For tests: as where the device has memory of its own.
    internal bool CopiesWhenBound { get; set; }

    /// <summary>
    /// ONNX Runtime copies an input in other memory than the model's once, when it is bound; parameters and batches have changed since.
    /// </summary>
    void BringInputs()
    {
        var before = _copies.ToArray();
        _copies.Clear();
        foreach (var (name, value) in _parameters) Bind(name, value);
        foreach (var (name, (value, _)) in _inputs) Bind(name, value);
        foreach (OrtValue copy in before) copy.Dispose();
        _binding.SynchronizeBoundInputs();

        void Bind(string name, OrtValue value)
        {
            if (CopiesWhenBound) _copies.Add(value = OrtValues.Copy(value));
            _binding.BindInput(name, value);
        }
    }

    static void Check(InferenceSession session, ParameterBuffers buffers, string subject)
    {
        BadDataException Bad(string found, string expected) =>
            BadDataException.For(subject, found, expected, "Write the training artifact again, and use its own checkpoint.");

        foreach (var (name, input) in session.InputMetadata)
            if (buffers.Find(name) is { } slot && (input.ElementDataType != TensorElementType.Float
                || !input.Dimensions.Select(d => (long)d).SequenceEqual(slot.Shape)))
                throw Bad($"the parameter '{name}' of shape [{string.Join(", ", input.Dimensions)}]",
                    $"float32 of shape [{string.Join(", ", slot.Shape)}]");
        if (buffers.Slots.FirstOrDefault(s => !session.InputMetadata.ContainsKey(s.Name)) is { } unused)
            throw Bad($"no input '{unused.Name}'", $"an input for each of the {buffers.Slots.Count} parameters");
        string[] gradients = [.. session.OutputNames.Where(o => o.StartsWith(GradientPrefix, StringComparison.Ordinal))];
        if (gradients.FirstOrDefault(g => buffers.Find(g[GradientPrefix.Length..]) is null) is { } stray)
            throw Bad($"the output '{stray}'", "gradients of its parameters");
        if (gradients.Length > 0 && gradients.Length != buffers.Slots.Count)
            throw Bad($"{gradients.Length} gradients", $"one for each of {buffers.Slots.Count} parameters, or none");
        if (session.OutputMetadata.FirstOrDefault(o => o.Value.ElementDataType != TensorElementType.Float) is { Key: { } other })
            throw Bad($"the output '{other}', which is not float32", "float32 outputs");
    }

    public void Dispose()
    {
        _binding.Dispose();
        _run.Dispose();
        _session.Dispose();
        _bound.Dispose();
        foreach (OrtValue copy in _copies) copy.Dispose();
        foreach (var (value, _) in _inputs.Values) value.Dispose();
    }
}
