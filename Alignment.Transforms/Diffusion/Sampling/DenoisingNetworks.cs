using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// ControlNet and UNet for a fixed number of samples, on tensors of their own: the ControlNet writes its residuals where the UNet reads them, and what depends on the control
/// alone, or on the prompt, is computed once. Samples and times come from a <see cref="SamplerLoop"/>.
/// </summary>
/// <remarks>With guidance the networks see 2N samples: the negative prompt's N, then the positive prompt's N, both under the same controls.</remarks>
sealed class DenoisingNetworks : IDisposable
{
    const string ControlPicture = "controlnet_cond", ResidualOut = "down_block_res_", ResidualIn = "down_block_", MiddleOut = "mid_block_res", MiddleIn = "mid_block", Output = "out_sample";

    readonly EditSessions _sessions;
    readonly EditShape _shape;
    readonly int _pictures, _samples;
    readonly Disposables _owned = new();
    readonly HostTensor _text, _control;
    readonly OrtTensor _scale;
    readonly BoundRun? _hint;
    readonly BoundRun _controlNet, _unet;
    readonly string[] _residuals;
    readonly string _controlTime, _unetTime;
    BoundRun? _free;
    Func<string, OrtValue> _inputs = _ => throw new InvalidOperationException("No sampler writes these networks' inputs.");
    OrtValue? _prediction;
    bool _isRead;

    /// <param name="sessions">The models; not owned.</param>
    /// <param name="shape">Sizes of the edit.</param>
    /// <param name="pictures">N, pictures denoised together.</param>
    /// <param name="guided">Whether the negative half is computed.</param>
    /// <param name="tokens">Tokens of a prompt.</param>
    /// <param name="textWidth">Width of a token's embedding.</param>
    public DenoisingNetworks(EditSessions sessions, EditShape shape, int pictures, bool guided, int tokens, int textWidth)
    {
        (_sessions, _shape, _pictures, _samples) = (sessions, shape, pictures, guided ? 2 * pictures : pictures);
        try
        {
            InferenceSession control = sessions.ControlNet, unet = sessions.Unet;
            TimeForm[] times = [Time(control), Time(unet)];
            (_controlTime, _unetTime) = (times[0].Name, times[1].Name);
            Form = new(guided, [.. new[] { TypeOf(control, "sample"), TypeOf(unet, "sample") }.Distinct()], [.. times.DistinctBy(t => t.Name)], (ElementType)unet.OutputMetadata[Output].ElementDataType);
            _text = _owned.Add(new HostTensor(_samples, tokens, textWidth));
            _control = _owned.Add(new HostTensor(_samples, shape.ControlChannels, shape.Height, shape.Width));
            NodeMetadata scale = control.InputMetadata["conditioning_scale"];
            _scale = _owned.Add(new OrtTensor(scale.ElementDataType, [.. scale.Dimensions.Select(d => Math.Max(1L, d))]));

            _controlNet = _owned.Add(new BoundRun(sessions, control));
            _unet = _owned.Add(new BoundRun(sessions, unet));
            if (sessions.Hint is { } embedding)
            {
                _hint = _owned.Add(new BoundRun(sessions, embedding).Makes([ControlNet.HintName]));
                Read(_control, _hint, embedding, ControlPicture);
            }
            else Read(_control, _controlNet, control, ControlPicture);
            Read(_text, _controlNet, control, "encoder_hidden_states");
            Read(_text, _unet, unet, "encoder_hidden_states");

            _residuals = [.. control.OutputNames.Where(n => n == MiddleOut || n.StartsWith(ResidualOut, StringComparison.Ordinal))];
            foreach (string made in _residuals)
            {
                TensorElementType type = control.OutputMetadata[made].ElementDataType;
                if (unet.InputMetadata.TryGetValue(ResidualInput(made), out NodeMetadata? taken) && taken.ElementDataType != type) throw sessions.Mismatch(made, type, ResidualInput(made), taken.ElementDataType);
            }
            _controlNet.Makes(_residuals);
        }
        catch
        {
            Dispose();
            throw;
        }

        static ElementType TypeOf(InferenceSession session, string input) => (ElementType)session.InputMetadata[input].ElementDataType;

        // Axes the model leaves open have an element for each sample.
        TimeForm Time(InferenceSession session) => new(TypeOf(session, "timestep"), [.. session.InputMetadata["timestep"].Dimensions.Select(d => d > 0 ? (long)d : _samples)]);
    }

    /// <summary>What the networks take and make.</summary>
    public NetworkForm Form { get; }

    /// <summary>Whether the negative prompt takes part.</summary>
    public bool Guided => Form.Guided;

    /// <summary>Sets the prompts' embeddings [tokens, width]; <paramref name="negative"/> is not read without guidance.</summary>
    public void SetText(ReadOnlySpan<float> negative, ReadOnlySpan<float> positive)
    {
        for (int i = 0; i < _samples; i++)
            (Guided && i < _pictures ? negative : positive).CopyTo(_text.Floats[(i * positive.Length)..]);
        _text.Written();
    }

    /// <summary>Sets the controls [C,H,W], one for each picture; both prompts see them. What depends on them alone is computed here, once.</summary>
    public void SetControls(IReadOnlyList<ReadOnlyMemory<float>> controls, float scale)
    {
        for (int i = 0; i < _samples; i++)
            controls[i % _pictures].Span.CopyTo(_control.Floats[(i * _shape.ControlLength)..]);
        _control.Written();
        _scale.Fill(scale);
        _controlNet.Feed("conditioning_scale", _scale);
        RunHint();
    }

    /// <summary>Where samples and times are to be read, by the names of <see cref="SamplerGraphs"/>; the same tensors for all runs.</summary>
    public void ReadFrom(Func<string, OrtValue> inputs)
    {
        _inputs = inputs;
        ReadSamples(_controlNet, _controlTime);
        ReadSamples(_unet, _unetTime);
    }

    void ReadSamples(BoundRun run, string time)
    {
        run.Input("sample", _inputs($"{SamplerGraphs.NetworkSample}{(ElementType)run.TypeOf("sample")}"));
        run.Input("timestep", _inputs(time));
    }

    /// <summary>The part of the ControlNet that sees nothing but the controls, where it is a model of its own.</summary>
    public void RunHint()
    {
        if (_hint is null) return;
        _hint.Run();
        _controlNet.Input(ControlNet.HintName, _hint[ControlNet.HintName]);
    }

    /// <summary>Runs the networks on what is bound.</summary>
    /// <param name="evaluate">Whether the ControlNet is run; else the residuals are those of its last run.</param>
    /// <param name="acts">Whether the UNet sees the residuals.</param>
    public void Run(bool evaluate, bool acts)
    {
        if (evaluate) _controlNet.Run();
        BoundRun unet = acts ? Controlled() : Free();
        unet.Run();
        _prediction ??= unet[Output];
    }

    /// <summary>What the UNet's last run made, always in the same place.</summary>
    public OrtValue Prediction => _prediction ?? throw new InvalidOperationException("The networks were not run yet.");

    /// <summary>The UNet under the control; it is told of the residuals when they are first there.</summary>
    BoundRun Controlled()
    {
        if (_isRead) return _unet;
        foreach (string made in _residuals) _unet.Input(ResidualInput(made), _controlNet[made]);
        Predicts(_unet);
        _isRead = true;
        return _unet;
    }

    /// <summary>The first to run makes the prediction's tensor, the other writes there.</summary>
    void Predicts(BoundRun unet) => _ = _prediction is null ? unet.Makes([Output]) : unet.Output(Output, _prediction);

    /// <summary>The UNet without control: its residuals are zeros, made when they are first needed.</summary>
    BoundRun Free()
    {
        if (_free is not null) return _free;
        BoundRun free = _owned.Add(new BoundRun(_sessions, _sessions.Unet));
        Read(_text, free, _sessions.Unet, "encoder_hidden_states");
        _text.Written();
        ReadSamples(free, _unetTime);
        foreach (string made in _residuals)
        {
            OrtTensorTypeAndShapeInfo about = _controlNet[made].GetTensorTypeAndShape();
            free.Feed(ResidualInput(made), _owned.Add(new OrtTensor(about.ElementDataType, about.Shape)));
        }
        Predicts(free);
        return _free = free;
    }

    static string ResidualInput(string made) => made == MiddleOut ? MiddleIn : ResidualIn + made[ResidualOut.Length..];

    static void Read(HostTensor tensor, BoundRun run, InferenceSession session, string input) => tensor.ReadBy(run, input, session.InputMetadata[input].ElementDataType);

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();
}
