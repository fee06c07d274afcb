using System.Numerics.Tensors;
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
    const string ResidualOut = "down_block_res_", ResidualIn = "down_block_", MiddleOut = "mid_block_res", MiddleIn = "mid_block";

    readonly EditSessions _sessions;
    readonly EditShape _shape;
    readonly bool _onProcessor;
    readonly int _samples;
    readonly List<IDisposable> _owned = [];

    readonly OrtTensor _sample, _text, _control, _controlTimestep, _unetTimestep, _controlScale, _output, _latents;
    readonly float[] _noise;
    readonly OrtIoBinding _runControl, _runUnet;
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
            _sample = Own(new OrtTensor(TensorElementType.Float, _samples, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth));
            _output = Own(new OrtTensor(TensorElementType.Float, _samples, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth));
            _latents = Own(new OrtTensor(TensorElementType.Float, pictures, shape.LatentChannels, shape.LatentHeight, shape.LatentWidth));
            _text = Own(new OrtTensor(TensorElementType.Float, _samples, tokens, textWidth));
            _control = Own(new OrtTensor(TensorElementType.Float, _samples, shape.ControlChannels, shape.Height, shape.Width));
            _noise = new float[_latents.Count];
            _options = Own(new RunOptions());

            InferenceSession control = sessions.ControlNet, unet = sessions.Unet;
            _controlTimestep = Own(Number(control, "timestep", _samples));
            _unetTimestep = Own(Number(unet, "timestep", _samples));
            _controlScale = Own(Number(control, "conditioning_scale", 1));

            _runControl = Own(control.CreateIoBinding());
            _runControl.BindInput("sample", _sample.Value);
            _runControl.BindInput("timestep", _controlTimestep.Value);
            _runControl.BindInput("encoder_hidden_states", _text.Value);
            _runControl.BindInput("controlnet_cond", _control.Value);
            _runControl.BindInput("conditioning_scale", _controlScale.Value);

            _runUnet = Own(unet.CreateIoBinding());
            _runUnet.BindInput("sample", _sample.Value);
            _runUnet.BindInput("timestep", _unetTimestep.Value);
            _runUnet.BindInput("encoder_hidden_states", _text.Value);
            _runUnet.BindOutput("out_sample", _output.Value);
            BindResiduals();
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
    }

    /// <summary>Sets the controls [C,H,W], one for each picture; both prompts see them.</summary>
    public void SetControls(IReadOnlyList<ReadOnlyMemory<float>> controls, float scale)
    {
        for (int i = 0; i < _samples; i++)
            controls[i % Pictures].Span.CopyTo(_control.Floats[(i * _shape.ControlLength)..]);
        _controlScale.Fill(scale);
    }

    /// <summary>Denoises <paramref name="latents"/> [N,4,h,w] in place from model call <paramref name="first"/> to the last.</summary>
    public void Run(Span<float> latents, IScheduler scheduler, int first, float guidance, SceneNoise? noise, DenoiseObserver? observer, CancellationToken cancel)
    {
        Span<float> x = _latents.Floats, input = _sample.Floats[..x.Length], output = _output.Floats;
        Span<float> epsilon = output[..x.Length]; // the negative half, which guidance turns into the guided prediction
        latents.CopyTo(x);
        int calls = scheduler.Timesteps.Count;
        scheduler.Begin(first, x.Length);
        for (int index = first; index < calls; index++)
        {
            cancel.ThrowIfCancellationRequested();

            // 1. What the models see: the samples as the scheduler scales them, for both prompts, and the time.
            scheduler.ScaleInput(index, x, input);
            if (Guided) input.CopyTo(_sample.Floats[x.Length..]);
            float timestep = scheduler.Timesteps[index];
            _controlTimestep.Fill(timestep);
            _unetTimestep.Fill(timestep);

            // 2. ControlNet, whose residuals are the UNet's inputs already; then the UNet.
            RunModels();

            // 3. ε = ε₋ + g (ε₊ − ε₋): Ho and Salimans 2022, eq. 6, with g = 1 + w.
            if (Guided) Guide(epsilon, output[x.Length..], guidance);

            // 4. The next sample.
            ReadOnlySpan<float> drawn = scheduler.NeedsNoise(index) ? Draw(noise, index) : default;
            scheduler.Advance(index, epsilon, drawn, x);
            observer?.Invoke(new DenoiseStep { Index = index - first, Count = calls - first, Timestep = timestep, Pictures = Pictures, Latents = x, Prediction = epsilon });
        }
        x.CopyTo(latents);
    }

    /// <summary>One evaluation of both models on what is bound.</summary>
    internal void RunModels()
    {
        try
        {
            _sessions.ControlNet.RunWithBinding(_options, _runControl);
            if (!_onProcessor) _runControl.SynchronizeBoundOutputs();
            _sessions.Unet.RunWithBinding(_options, _runUnet);
            if (!_onProcessor) _runUnet.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException e)
        {
            throw _sessions.Failed(e);
        }
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

    /// <summary>
    /// Runs the ControlNet once so that ONNX Runtime makes its outputs, whose shapes only it knows, and from then on writes to
    /// and reads from exactly these.
    /// </summary>
    void BindResiduals()
    {
        string[] names = [.. _sessions.ControlNet.OutputNames.Where(n => n == MiddleOut || n.StartsWith(ResidualOut, StringComparison.Ordinal))];
        using OrtIoBinding learn = _sessions.ControlNet.CreateIoBinding();
        learn.BindInput("sample", _sample.Value);
        learn.BindInput("timestep", _controlTimestep.Value);
        learn.BindInput("encoder_hidden_states", _text.Value);
        learn.BindInput("controlnet_cond", _control.Value);
        learn.BindInput("conditioning_scale", _controlScale.Value);
        foreach (string name in names) learn.BindOutputToDevice(name, _sessions.DeviceMemory);
        try
        {
            _sessions.ControlNet.RunWithBinding(_options, learn);
        }
        catch (OnnxRuntimeException e)
        {
            throw _sessions.Failed(e);
        }
        IDisposableReadOnlyCollection<OrtValue> residuals = Own(learn.GetOutputValues());
        for (int i = 0; i < names.Length; i++)
        {
            _runControl.BindOutput(names[i], residuals[i]);
            _runUnet.BindInput(names[i] == MiddleOut ? MiddleIn : ResidualIn + names[i][ResidualOut.Length..], residuals[i]);
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
