using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

// The five models of a bundle, each loaded when it is first needed.
sealed class BundleSessions : IDisposable
{
    static readonly TensorElementType[] s_numbers =
        [TensorElementType.Float, TensorElementType.Float16, TensorElementType.Double, TensorElementType.Int64, TensorElementType.Int32];

    readonly ModelBundle _bundle;
    readonly Dictionary<string, Lazy<InferenceSession>> _sessions;
    readonly Lazy<OrtMemoryInfo>? _deviceMemory;
    readonly Lazy<(InferenceSession Hint, InferenceSession Body)?> _split;
    readonly WeightPrepacking _prepacking;
    readonly Lazy<(long Weights, long Memory)> _room;
    double? _steps, _pictures;

    public BundleSessions(ModelBundle bundle, Device device, WeightPrepacking prepacking = WeightPrepacking.Auto)
    {
        _bundle = bundle;
        Device = device;
        _prepacking = prepacking;
        _room = new(() => (BundleFiles.Models.Sum(WeightBytes), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        if (device.MemoryName is { } memory) _deviceMemory =
            new(() => new OrtMemoryInfo(memory, OrtAllocatorType.DeviceAllocator, device.Index, OrtMemType.Default));
        _sessions = BundleFiles.Models.ToDictionary(file => file, file => new Lazy<InferenceSession>(() => Open(file)),
            StringComparer.Ordinal);
        _split = new(OpenSplit);
    }

    public Device Device { get; }

    // Where tensors lie that only models touch.
    public OrtMemoryInfo DeviceMemory => _deviceMemory?.Value ?? OrtMemoryInfo.DefaultInstance;

    // Copies between the processor's memory and the device's, in either direction.
    public long DeviceCopies { get; private set; }

    public void CountDeviceCopy() => DeviceCopies++;

    // For tests: inputs are copied when they are bound, as where the device has memory of its own.
    public bool CopiesWhenBound { get; set; }

    public InferenceSession TextEncoder => _sessions[BundleFiles.TextEncoder].Value;

    public InferenceSession Unet => _sessions[BundleFiles.Unet].Value;

    /// <summary>The ControlNet; where there is a <see cref="Hint"/> it takes the hint's output in the control picture's place.</summary>
    public InferenceSession ControlNet => _split.Value?.Body ?? _sessions[BundleFiles.ControlNet].Value;

    /// <summary>The part of the ControlNet that depends on the control picture only, run once a scene; null in bundles that do not record
    /// their architecture.</summary>
    public InferenceSession? Hint => _split.Value?.Hint;

    public InferenceSession VaeEncoder => _sessions[BundleFiles.VaeEncoder].Value;

    public InferenceSession VaeDecoder => _sessions[BundleFiles.VaeDecoder].Value;

    // Loads what denoising needs.
    public void Load() => _ = (ControlNet, Unet, TextEncoder);

    /// <summary>
    /// Announces how much is ahead, in evaluations for pictures of 512x512 – of the denoising models with two samples;
    /// <see cref="WeightPrepacking.Auto"/> decides by it for models not loaded yet. Without it, any number is assumed.
    /// </summary>
    public void Expect(double steps, double pictures) => (_steps, _pictures) = (steps, pictures);

    public bool Prepacks(string model) => _prepacking switch
    {
        WeightPrepacking.On => true,
        WeightPrepacking.Off => false,
        _ => Device.Kind != DeviceKind.Cpu
            || PrepackingRule.Prepacks(model, WeightBytes(model), model is BundleFiles.Unet or BundleFiles.ControlNet ? _steps : _pictures,
            _room.Value.Weights, _room.Value.Memory),
    };

    // Weights beside the graph.
    long WeightBytes(string model) => _bundle.Header(model).ExternalFiles.Sum(f => new FileInfo(f).Length);

    // ONNX Runtime's own layouts are copies too, so a model that is to stay mapped goes without them.
    SessionSettings Settings(string model) => Prepacks(model)
        ? new() { Device = Device }
        : new() { Device = Device, Prepacking = false, Optimization = GraphOptimizationLevel.ORT_ENABLE_EXTENDED };

    // Whether a loaded model has float16 inputs or outputs, where numbers beyond 65504 become infinite.
    public bool HasFloat16 => _sessions.Values.Where(s => s.IsValueCreated)
        .SelectMany(s => s.Value.InputMetadata.Values.Concat(s.Value.OutputMetadata.Values))
        .Any(m => m.ElementDataType == TensorElementType.Float16);

    // Runs a model on one input, for those that run once a scene; float16 at either edge is converted.
    public float[][] Run(InferenceSession session, string input, OrtValue value, params string[] outputs)
    {
        try
        {
            using var options = new RunOptions();
            using OrtTensor? narrow = Narrow(session.InputMetadata[input].ElementDataType, value);
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, [input], [narrow?.Value ?? value], outputs);
            return [.. results.Select(Floats)];
        }
        catch (OnnxRuntimeException e)
        {
            throw Failed(e);
        }
    }

    /// <summary><paramref name="value"/> as float16, or null where the model takes it as it is.</summary>
    static OrtTensor? Narrow(TensorElementType wanted, OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        if (wanted != TensorElementType.Float16 || info.ElementDataType != TensorElementType.Float) return null;
        var halves = new OrtTensor(wanted, info.Shape);
        TensorPrimitives.ConvertToHalf(value.GetTensorDataAsSpan<float>(), halves.Halves);
        return halves;
    }

    static float[] Floats(OrtValue value)
    {
        if (value.GetTensorTypeAndShape().ElementDataType != TensorElementType.Float16) return value.GetTensorDataAsSpan<float>().ToArray();
        ReadOnlySpan<Half> halves = MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>());
        float[] floats = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, floats);
        return floats;
    }

    // A ControlNet whose residuals the UNet cannot read: they pass between the models as they are.
    public BadDataException Mismatch(string output, TensorElementType found, string input, TensorElementType expected) =>
        BadDataException.For($"The bundle '{_bundle.Folder}'",
        $"a ControlNet that makes '{output}' as {found} and a UNet that takes '{input}' as {expected}",
            "the same type in both", "Export both models in the same precision.");

    public AlignmentException Failed(OnnxRuntimeException e) =>
        BadDataException.For($"A model of the bundle '{_bundle.Folder}' on {Device}",
        $"a failure while running ({SafePath.Shorten(e.Message, 400)})",
            "models that take pictures of this size and have the memory for it",
            "Choose a smaller size or batch, or import the model again.", e);

    // The ControlNet in two, on the bundle's own weights, none of which is copied.
    (InferenceSession Hint, InferenceSession Body)? OpenSplit()
    {
        // without the manifest nothing says that graph and architecture belong together
        if (!_bundle.HasManifest || !BundleConfigs.AreIn(_bundle)) return null;
        ControlNetConfig config = BundleConfigs.Read(_bundle).ControlNet;
        using var weights = new OnnxWeights(_bundle.PathOf(BundleFiles.ControlNet));
        var (hint, body) = Onnx.Models.ControlNet.AuthorInTwo(config, weights, _bundle.Precision);
        InferenceSession Load(OnnxModel model) =>
            OrtSessions.Open(model.ToBytes(shareFrom: _bundle.Folder), $"{_bundle.Folder}: {model.Graph.Name}", _bundle.Folder,
            Settings(BundleFiles.ControlNet));
        InferenceSession first = Load(hint);
        try
        {
            return (first, Load(body));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    InferenceSession Open(string file)
    {
        InferenceSession session = OrtSessions.Open(_bundle.PathOf(file), Settings(file));
        (string name, NodeMetadata type) = session.InputMetadata.FirstOrDefault(i => !s_numbers.Contains(i.Value.ElementDataType));
        if (name is null) return session;
        session.Dispose();
        throw BadDataException.For($"The model '{file}' of the bundle '{_bundle.Folder}'",
            $"the input '{name}' of type {type.ElementDataType}",
            "float32 or float16 inputs", "Import the model with 'alignment models import', which makes them float32.");
    }

    public void Dispose()
    {
        foreach (Lazy<InferenceSession> session in _sessions.Values)
            if (session.IsValueCreated) session.Value.Dispose();
        if (_split is { IsValueCreated: true, Value: { } two })
        {
            two.Hint.Dispose();
            two.Body.Dispose();
        }
        if (_deviceMemory is { IsValueCreated: true } memory) memory.Value.Dispose();
    }
}
