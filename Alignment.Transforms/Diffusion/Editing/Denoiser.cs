using System.Numerics.Tensors;
using Alignment.Onnx.Models;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Editing;

/// <summary>
/// The denoising loop for a fixed number of pictures: every tensor and binding is made once, the ControlNet writes its
/// residuals where the UNet reads them, and a step allocates nothing.
/// </summary>
/// <remarks>With guidance the models see 2N samples: the negative prompt's N, then the positive prompt's N, both under the same controls.</remarks>
sealed class Denoiser : IDisposable
{
    const string ControlPicture = "controlnet_cond", ResidualOut = "down_block_res_", ResidualIn = "down_block_", MiddleOut = "mid_block_res", MiddleIn = "mid_block";

    readonly EditSessions _sessions;
    readonly EditShape _shape;
    readonly bool _onProcessor;
    readonly int _samples;
    readonly List<IDisposable> _owned = [];

    readonly EdgeTensor _sample, _text, _control, _output;
    readonly OrtTensor _controlTimestep, _unetTimestep, _controlScale, _latents;
    readonly float[] _noise;
    readonly OrtIoBinding _runControl, _runUnet;
    readonly OrtIoBinding? _runHint;
    readonly List<(string Input, OrtValue Value)> _residuals = [];
    OrtIoBinding? _runFree;
    readonly RunOptions _options;

    /// <param name="sessions">The models; not owned.</param>
    /// <param name="shape">Sizes of the edit.</param>
    /// <param name="pictures">N, pictures denoised together.</param>
    /// <param name="guided">Whether the negative half is computed.</param>
    /// <param name="tokens">Tokens of a prompt.</param>
    /// <param name="textWidth">Width of a token's embedding.</param>
    public Denoiser(EditSessions sessions, EditShape shape, int pictures, bool guided, int tokens, int textWidth)
    {
        (_sessions, _shape, Pictures, Guided) = (sessions, shape, pictures, guided);
        _onProcessor = sessions.Device.Kind == Onnx.Runtime.DeviceKind.Cpu;
        _samples = guided ? 2 * pictures : pictures;
        try
        {
            _sample = Own(new EdgeTensor(_samples, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth));
            _output = Own(new EdgeTensor(_samples, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth));
            _latents = Own(new OrtTensor(TensorElementType.Float, pictures, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth));
            _text = Own(new EdgeTensor(_samples, tokens, textWidth));
            _control = Own(new EdgeTensor(_samples, shape.ControlChannels, shape.Height, shape.Width));
            _noise = new float[_latents.Count];
            _options = Own(new RunOptions());

            InferenceSession control = sessions.ControlNet, unet = sessions.Unet;
            _controlTimestep = Own(Number(control, "timestep", _samples));
            _unetTimestep = Own(Number(unet, "timestep", _samples));
            _controlScale = Own(Number(control, "conditioning_scale", 1));

            (string hintInput, OrtValue? hint) = (ControlPicture, null);
            if (sessions.Hint is { } embedding)
            {
                _runHint = Own(embedding.CreateIoBinding());
                Bind(embedding, _runHint, ControlPicture, _control);
                (hintInput, hint) = (ControlNet.HintName, Learned(embedding, _runHint, [ControlNet.HintName])[0]);
            }

            _runControl = Own(control.CreateIoBinding());
            Bind(control, _runControl, "sample", _sample);
            _runControl.BindInput("timestep", _controlTimestep.Value);
            Bind(control, _runControl, "encoder_hidden_states", _text);
            if (hint is null) Bind(control, _runControl, hintInput, _control);
            else _runControl.BindInput(hintInput, hint);
            _runControl.BindInput("conditioning_scale", _controlScale.Value);

            string[] names = [.. control.OutputNames.Where(n => n == MiddleOut || n.StartsWith(ResidualOut, StringComparison.Ordinal))];
            IReadOnlyList<OrtValue> residuals = Learned(control, _runControl, names);
            for (int i = 0; i < names.Length; i++)
            {
                string input = names[i] == MiddleOut ? MiddleIn : ResidualIn + names[i][ResidualOut.Length..];
                TensorElementType made = control.OutputMetadata[names[i]].ElementDataType;
                if (unet.InputMetadata.TryGetValue(input, out NodeMetadata? taken) && taken.ElementDataType != made) throw sessions.Mismatch(names[i], made, input, taken.ElementDataType);
                _residuals.Add((input, residuals[i]));
            }
            _runUnet = Unet(_residuals);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>N.</summary>
    public int Pictures { get; }

    /// <summary>Whether the negative prompt takes part.</summary>
    public bool Guided { get; }

    /// <summary>Sets the prompts' embeddings [tokens, width]; <paramref name="negative"/> is not read without guidance.</summary>
    public void SetText(ReadOnlySpan<float> negative, ReadOnlySpan<float> positive)
    {
        for (int i = 0; i < _samples; i++)
            (Guided && i < Pictures ? negative : positive).CopyTo(_text.Floats[(i * positive.Length)..]);
        _text.Written();
    }

    /// <summary>Sets the controls [C,H,W], one for each picture; both prompts see them. What depends on them alone is computed here, once.</summary>
    public void SetControls(IReadOnlyList<ReadOnlyMemory<float>> controls, float scale)
    {
        for (int i = 0; i < _samples; i++)
            controls[i % Pictures].Span.CopyTo(_control.Floats[(i * _shape.ControlLength)..]);
        _control.Written();
        _controlScale.Fill(scale);
        RunHint();
    }

    /// <summary>The part of the ControlNet that sees nothing but the controls, where it is a model of its own.</summary>
    internal void RunHint()
    {
        if (_runHint is not null) Run(_sessions.Hint!, _runHint);
    }

    /// <summary>Denoises <paramref name="latents"/> [N,4,h,w] in place, over some of a run's steps; the scheduler has been told where the run begins.</summary>
    public void Run(Span<float> latents, in DenoiseSteps steps, CancellationToken cancel)
    {
        Span<float> x = _latents.Floats, input = _sample.Floats[..x.Length], output = _output.Floats;
        Span<float> epsilon = output[..x.Length]; // the negative half, which guidance turns into the guided prediction
        IScheduler scheduler = steps.Scheduler;
        latents.CopyTo(x);
        for (int i = steps.From; i < steps.To; i++)
        {
            cancel.ThrowIfCancellationRequested();
            int call = steps.FirstCall + i;

            // 1. What the models see: the samples as the scheduler scales them, for both prompts, and the time.
            scheduler.ScaleInput(call, x, input);
            if (Guided) input.CopyTo(_sample.Floats[x.Length..]);
            _sample.Written();
            float timestep = scheduler.Timesteps[call];
            _controlTimestep.Fill(timestep);
            _unetTimestep.Fill(timestep);

            // 2. ControlNet, whose residuals are the UNet's inputs already; then the UNet.
            if (steps.Control.Evaluated(i) || i == steps.From && steps.Control.Acts(i)) Run(_sessions.ControlNet, _runControl);
            Run(_sessions.Unet, steps.Control.Acts(i) ? _runUnet : Free());
            _output.Made();

            // 3. ε = ε₋ + g (ε₊ − ε₋): Ho and Salimans 2022, eq. 6, with g = 1 + w.
            if (Guided) Guide(epsilon, output[x.Length..], steps.Guidance);

            // 4. The next sample, outside the edit the source's.
            ReadOnlySpan<float> drawn = scheduler.NeedsNoise(call) ? Draw(steps.Noise, call) : default;
            scheduler.Advance(call, epsilon, drawn, x);
            steps.Keep?.Apply(scheduler, call, x);
            steps.Observer?.Invoke(new DenoiseStep { Index = i, Count = steps.Count, Timestep = timestep, Pictures = Pictures, First = steps.First, Input = input, Latents = x, Prediction = epsilon });
        }
        x.CopyTo(latents);
    }

    /// <summary>One evaluation of both models on what is bound.</summary>
    internal void RunModels()
    {
        Run(_sessions.ControlNet, _runControl);
        Run(_sessions.Unet, _runUnet);
    }

    /// <summary>Into <paramref name="negative"/>; <paramref name="positive"/> is used up.</summary>
    static void Guide(Span<float> negative, Span<float> positive, float guidance)
    {
        TensorPrimitives.Subtract(positive, negative, positive);
        TensorPrimitives.MultiplyAdd(positive, guidance, negative, negative);
    }

    /// <summary>The scene's noise for a call, the same for each of its pictures.</summary>
    ReadOnlySpan<float> Draw(SceneNoise? noise, int index)
    {
        if (noise is null) throw new InvalidOperationException("This scheduler adds noise in each step, and none was given.");
        Span<float> one = _noise.AsSpan(0, _shape.LatentLength);
        noise.Step(index, one);
        for (int i = 1; i < Pictures; i++) one.CopyTo(_noise.AsSpan(i * one.Length));
        return _noise;
    }

    /// <summary>The UNet on the loop's tensors and these residuals.</summary>
    OrtIoBinding Unet(IEnumerable<(string Input, OrtValue Value)> residuals)
    {
        OrtIoBinding run = Own(_sessions.Unet.CreateIoBinding());
        Bind(_sessions.Unet, run, "sample", _sample);
        run.BindInput("timestep", _unetTimestep.Value);
        Bind(_sessions.Unet, run, "encoder_hidden_states", _text);
        foreach ((string input, OrtValue value) in residuals) run.BindInput(input, value);
        run.BindOutput("out_sample", _output.As(_sessions.Unet.OutputMetadata["out_sample"].ElementDataType));
        return run;
    }

    static void Bind(InferenceSession session, OrtIoBinding run, string input, EdgeTensor tensor) => run.BindInput(input, tensor.As(session.InputMetadata[input].ElementDataType));

    /// <summary>The UNet without control: its residuals are zeros, made when they are first needed.</summary>
    OrtIoBinding Free() => _runFree ??= Unet([.. _residuals.Select(r =>
    {
        OrtTensorTypeAndShapeInfo about = r.Value.GetTensorTypeAndShape();
        return (r.Input, Own(new OrtTensor(about.ElementDataType, about.Shape)).Value);
    })]);

    /// <summary>
    /// Runs a model once so that ONNX Runtime makes its outputs, whose shapes only it knows, where the device keeps them; from then on the model
    /// writes to exactly these.
    /// </summary>
    IReadOnlyList<OrtValue> Learned(InferenceSession session, OrtIoBinding run, string[] names)
    {
        foreach (string name in names) run.BindOutputToDevice(name, _sessions.DeviceMemory);
        Run(session, run);
        IDisposableReadOnlyCollection<OrtValue> made = Own(run.GetOutputValues());
        run.ClearBoundOutputs();
        for (int i = 0; i < names.Length; i++) run.BindOutput(names[i], made[i]);
        return made;
    }

    void Run(InferenceSession session, OrtIoBinding run)
    {
        try
        {
            session.RunWithBinding(_options, run);
            if (!_onProcessor) run.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException e)
        {
            throw _sessions.Failed(e);
        }
    }

    /// <summary>An input that holds one number, in the type and shape the model has for it; axes it leaves open get <paramref name="open"/> elements.</summary>
    static OrtTensor Number(InferenceSession session, string input, long open)
    {
        NodeMetadata about = session.InputMetadata[input];
        return new OrtTensor(about.ElementDataType, [.. about.Dimensions.Select(d => d > 0 ? d : open)]);
    }

    T Own<T>(T thing) where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        _owned.Clear();
    }
}
