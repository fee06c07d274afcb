using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// ControlNet and UNet for a fixed number of samples: residuals are written where the UNet reads them, and what depends on control or
/// prompt alone is computed once. With guidance the networks see 2N samples: the negative prompt's N, then the positive prompt's N, under
/// the same controls.
/// </summary>
sealed class DenoisingNetworks : IDisposable
{
    const string ControlPicture = "controlnet_cond", ConditioningScale = "conditioning_scale", Text = "encoder_hidden_states",
        Sample = "sample", Timestep = "timestep",
        ResidualOut = "down_block_res_", ResidualIn = "down_block_", MiddleOut = "mid_block_res", MiddleIn = "mid_block",
        Output = "out_sample";

    readonly BundleSessions _sessions;
    readonly LoopShape _shape;
    readonly int _samples;
    readonly Disposables _owned = new();
    readonly HostTensor _text, _control;
    readonly OrtTensor _scale;
    readonly BoundSession? _hint;
    readonly BoundSession _controlNet, _unet;
    readonly string[] _residuals;
    readonly string _controlTimestep, _unetTimestep;
    BoundSession? _unetWithoutControl;
    Func<string, OrtValue> _inputs = _ => throw new InvalidOperationException("No sampler writes these networks' inputs.");
    OrtValue? _prediction;
    bool _residualsBound;

    /// <summary><paramref name="guided"/>: the negative half is computed.</summary>
    public DenoisingNetworks(BundleSessions sessions, LoopShape shape, bool guided)
    {
        (_sessions, _shape, _samples) = (sessions, shape, guided ? 2 * shape.Pictures : shape.Pictures);
        try
        {
            InferenceSession control = sessions.ControlNet, unet = sessions.Unet;
            TimestepInput[] times = [TimestepOf(control), TimestepOf(unet)];
            (_controlTimestep, _unetTimestep) = (times[0].Name, times[1].Name);
            Signature = new(guided, [.. new[] { TypeOf(control, Sample), TypeOf(unet, Sample) }.Distinct()],
                [.. times.DistinctBy(t => t.Name)],
                (ElementType)unet.OutputMetadata[Output].ElementDataType);
            _text = _owned.Add(new HostTensor(_samples, shape.Tokens, shape.TextWidth));
            _control = _owned.Add(new HostTensor(_samples, shape.Edit.ControlChannels, shape.Edit.Height, shape.Edit.Width));
            NodeMetadata scale = control.InputMetadata[ConditioningScale];
            _scale = _owned.Add(new OrtTensor(scale.ElementDataType, [.. scale.Dimensions.Select(d => Math.Max(1L, d))]));

            _controlNet = _owned.Add(new BoundSession(sessions, control));
            _unet = _owned.Add(new BoundSession(sessions, unet));
            if (sessions.Hint is { } embedding)
            {
                _hint = _owned.Add(new BoundSession(sessions, embedding).Allocate([ControlNet.HintName]));
                _control.AddReader(_hint, ControlPicture);
            }
            else _control.AddReader(_controlNet, ControlPicture);
            _text.AddReader(_controlNet, Text);
            _text.AddReader(_unet, Text);

            _residuals = [.. control.OutputNames.Where(n => n == MiddleOut || n.StartsWith(ResidualOut, StringComparison.Ordinal))];
            foreach (string residual in _residuals)
            {
                TensorElementType type = control.OutputMetadata[residual].ElementDataType;
                string input = ResidualInput(residual);
                if (unet.InputMetadata.TryGetValue(input, out NodeMetadata? expected) && expected.ElementDataType != type)
                    throw sessions.Mismatch(residual, type, input, expected.ElementDataType);
            }
            _controlNet.Allocate(_residuals);
        }
        catch
        {
            Dispose();
            throw;
        }

        static ElementType TypeOf(InferenceSession session, string input) => (ElementType)session.InputMetadata[input].ElementDataType;

        // Axes the model leaves open have an element for each sample.
        TimestepInput TimestepOf(InferenceSession session) =>
            new(TypeOf(session, Timestep), [.. session.InputMetadata[Timestep].Dimensions.Select(d => d > 0 ? (long)d : _samples)]);
    }

    public NetworkSignature Signature { get; }

    public bool Guided => Signature.Guided;

    /// <summary>Embeddings [tokens, width]; <paramref name="negative"/> is not read without guidance.</summary>
    public void SetText(ReadOnlySpan<float> negative, ReadOnlySpan<float> positive)
    {
        for (int i = 0; i < _samples; i++)
            (Guided && i < _shape.Pictures ? negative : positive).CopyTo(_text.Floats[(i * positive.Length)..]);
        _text.Upload();
    }

    public void SetControls(IReadOnlyList<ReadOnlyMemory<float>> controls, float scale)
    {
        for (int i = 0; i < _samples; i++)
            controls[i % _shape.Pictures].Span.CopyTo(_control.Floats[(i * _shape.Edit.ControlLength)..]);
        _control.Upload();
        _scale.Fill(scale);
        _controlNet.Feed(ConditioningScale, _scale);
        RunHint();
    }

    /// <summary>Where samples and timesteps are read, by the names of <see cref="SamplerGraphs"/>; the same tensors for all runs.</summary>
    public void ReadFrom(Func<string, OrtValue> inputs)
    {
        _inputs = inputs;
        BindSamples(_controlNet, _controlTimestep);
        BindSamples(_unet, _unetTimestep);
    }

    void BindSamples(BoundSession network, string timestep)
    {
        network.Input(Sample, _inputs($"{SamplerGraphs.NetworkSample}{(ElementType)network.TypeOf(Sample)}"));
        network.Input(Timestep, _inputs(timestep));
    }

    public void RunHint()
    {
        if (_hint is null) return;
        _hint.Run();
        _controlNet.Input(ControlNet.HintName, _hint[ControlNet.HintName]);
    }

    /// <summary>
    /// Without <paramref name="evaluate"/> the residuals are the last run's; without <paramref name="active"/> the UNet does not see them.
    /// </summary>
    public void Run(bool evaluate, bool active)
    {
        if (evaluate) _controlNet.Run();
        BoundSession unet = active ? UnetWithControl() : UnetWithoutControl();
        unet.Run();
        _prediction ??= unet[Output];
    }

    // Always the same tensor.
    public OrtValue Prediction => _prediction ?? throw new InvalidOperationException("The networks were not run yet.");

    BoundSession UnetWithControl()
    {
        if (_residualsBound) return _unet;
        foreach (string residual in _residuals) _unet.Input(ResidualInput(residual), _controlNet[residual]);
        BindPrediction(_unet);
        _residualsBound = true;
        return _unet;
    }

    // The first to run allocates the prediction, the other writes there.
    void BindPrediction(BoundSession unet) => _ = _prediction is null ? unet.Allocate([Output]) : unet.Output(Output, _prediction);

    // Residuals are zeros.
    BoundSession UnetWithoutControl()
    {
        if (_unetWithoutControl is not null) return _unetWithoutControl;
        BoundSession unet = _owned.Add(new BoundSession(_sessions, _sessions.Unet));
        _text.AddReader(unet, Text);
        _text.Upload();
        BindSamples(unet, _unetTimestep);
        foreach (string residual in _residuals)
        {
            OrtTensorTypeAndShapeInfo info = _controlNet[residual].GetTensorTypeAndShape();
            unet.Feed(ResidualInput(residual), _owned.Add(new OrtTensor(info.ElementDataType, info.Shape)));
        }
        BindPrediction(unet);
        return _unetWithoutControl = unet;
    }

    static string ResidualInput(string residual) => residual == MiddleOut ? MiddleIn : ResidualIn + residual[ResidualOut.Length..];

    public void Dispose() => _owned.Dispose();
}
