using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// The denoising loop for a fixed number of pictures: the networks, with guidance and without, and the sampler between their runs. Every tensor and binding is made once, a step allocates
/// nothing, and where the device has memory of its own samples, embeddings, the control's features and residuals stay there: what crosses is the start, fresh noise where a sampler
/// takes any, and the end.
/// </summary>
sealed class Denoiser : IDisposable
{
    readonly Func<bool, DenoisingNetworks> _make;
    readonly DenoisingNetworks?[] _networks = new DenoisingNetworks?[2];
    readonly SamplerLoop _sampler;
    readonly LinearSampler _run;

    /// <param name="sessions">The models; not owned.</param>
    /// <param name="shape">Sizes of the edit.</param>
    /// <param name="pictures">N, pictures denoised together.</param>
    /// <param name="run">The sampler's run.</param>
    /// <param name="guidance">g.</param>
    /// <param name="blends">Whether runs may be blended with a source.</param>
    /// <param name="tokens">Tokens of a prompt.</param>
    /// <param name="textWidth">Width of a token's embedding.</param>
    public Denoiser(EditSessions sessions, EditShape shape, int pictures, LinearSampler run, float guidance, bool blends, int tokens, int textWidth)
    {
        (Pictures, _run) = (pictures, run);
        _make = guided => new(sessions, shape, pictures, guided, tokens, textWidth);
        _sampler = new(sessions, shape, pictures, run, guidance, blends);
    }

    /// <summary>N.</summary>
    public int Pictures { get; }

    /// <summary>The scheduler's call that a run begins with.</summary>
    public int FirstCall => _run.FirstCall;

    /// <summary>The networks with the negative half or without, made when they are first asked for.</summary>
    public DenoisingNetworks Networks(bool guided) => _networks[guided ? 1 : 0] ??= _make(guided);

    /// <summary>Denoises <paramref name="latents"/> [N,4,h,w] in place; the prompts and controls of the networks that take part have been set.</summary>
    public void Run(Span<float> latents, in DenoiseSteps steps, CancellationToken cancel)
    {
        _sampler.Start(latents, steps.Keep);
        DenoisingNetworks? networks = null;
        int count = _run.Calls.Count;
        for (int i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            LinearCall call = _run.Calls[i];

            // 1. What the networks see: the last step wrote it, unless there was none or it was for others.
            bool first = networks?.Guided != i < steps.Guided;
            if (first) _sampler.Enter(networks = Networks(i < steps.Guided));

            // 2. ControlNet, whose residuals are the UNet's inputs already; then the UNet.
            bool acts = steps.Control.Acts(i);
            networks!.Run(steps.Control.Evaluated(i) || first && acts, acts);

            // 3. Guidance, the next sample, outside the edit the source's.
            if (call.NeedsNoise) Draw(steps.Noise, FirstCall + i);
            _sampler.Advance(networks);
            if (steps.Observer is not null && i % steps.ObservedEvery == 0) Show(steps, i);
            steps.Counted?.Invoke(Pictures);
        }
        _sampler.Read(latents);
    }

    /// <summary>A run of the sampler on whatever the networks made last, for measuring.</summary>
    internal void RunSampler(Span<float> latents, bool guided)
    {
        DenoisingNetworks networks = Networks(guided);
        _sampler.Start(latents, keep: null);
        _sampler.Enter(networks);
        for (int i = 0; i < _run.Calls.Count; i++) _sampler.Advance(networks);
        _sampler.Read(latents);
    }

    /// <summary>Brings what a step did to the observer.</summary>
    void Show(in DenoiseSteps steps, int i)
    {
        var seen = _sampler.Look();
        steps.Observer!(new DenoiseStep
        {
            Index = i,
            Count = _run.Calls.Count,
            Timestep = _run.Calls[i].Timestep,
            Pictures = Pictures,
            First = steps.First,
            Input = seen.Input.Floats,
            Latents = seen.Latents.Floats,
            Prediction = seen.Prediction.Floats,
        });
    }

    /// <summary>The scene's noise for a call, the same for each of its pictures.</summary>
    void Draw(SceneNoise? noise, int index)
    {
        if (noise is null) throw new InvalidOperationException("This scheduler adds noise in each step, and none was given.");
        Span<float> all = _sampler.Noise, one = all[..(all.Length / Pictures)];
        noise.Step(index, one);
        for (int i = 1; i < Pictures; i++) one.CopyTo(all[(i * one.Length)..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sampler.Dispose();
        foreach (DenoisingNetworks? networks in _networks) networks?.Dispose();
    }
}
