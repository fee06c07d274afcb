using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// The denoising loop for a fixed number of pictures. Tensors and bindings are made once and a step allocates nothing; on a device with
/// memory of its own only the start, the end, and fresh noise are copied.
/// </summary>
sealed class Denoiser(BundleSessions sessions, LoopShape shape, LinearSampler sampler, float guidance, bool blends) : IDisposable
{
    readonly DenoisingNetworks?[] _networks = new DenoisingNetworks?[2];
    readonly SamplerLoop _sampler = new(sessions, shape, sampler, guidance, blends);

    // N, denoised together.
    public int Pictures => shape.Pictures;

    // The scheduler's step that a run begins with.
    public int StartStep => sampler.StartStep;

    public DenoisingNetworks Networks(bool guided) => _networks[guided ? 1 : 0] ??= new(sessions, shape, guided);

    /// <summary><paramref name="latents"/> [N,4,h,w] in place; prompts and controls are set already.</summary>
    public void Run(Span<float> latents, in DenoiseSettings settings, CancellationToken cancellationToken)
    {
        _sampler.Start(latents, settings.Blend);
        DenoisingNetworks? networks = null;
        int count = sampler.Steps.Count;
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // 1. The networks' input: the last step wrote it, unless there was none or it was for the other networks.
            bool first = networks?.Guided != i < settings.GuidedSteps;
            if (first) _sampler.Enter(networks = Networks(i < settings.GuidedSteps));

            // 2. ControlNet, whose residuals are bound as the UNet's inputs; then the UNet.
            bool active = settings.Control.IsActive(i);
            networks!.Run(settings.Control.IsEvaluated(i) || first && active, active);

            // 3. Guidance, the next sample, and outside the edit the source.
            if (sampler.Steps[i].NeedsNoise) DrawNoise(settings.Noise, StartStep + i);
            _sampler.Advance(networks);
            if (settings.Observer is not null && i % settings.ObserverInterval == 0) Observe(settings, i);
            settings.OnStep?.Invoke(Pictures);
        }
        _sampler.Read(latents);
    }

    // On the networks' last output, for measuring.
    public void RunSampler(Span<float> latents, bool guided)
    {
        DenoisingNetworks networks = Networks(guided);
        _sampler.Start(latents, blend: null);
        _sampler.Enter(networks);
        for (int i = 0; i < sampler.Steps.Count; i++) _sampler.Advance(networks);
        _sampler.Read(latents);
    }

    void Observe(in DenoiseSettings settings, int i)
    {
        var seen = _sampler.ReadStep();
        settings.Observer!(new DenoiseStep
        {
            Index = i,
            Count = sampler.Steps.Count,
            Timestep = sampler.Steps[i].Timestep,
            Pictures = Pictures,
            FirstControl = settings.FirstControl,
            Input = seen.Input.Floats,
            Latents = seen.Latents.Floats,
            Prediction = seen.Prediction.Floats,
        });
    }

    // The same for each of the pictures.
    void DrawNoise(SceneNoise? noise, int step)
    {
        if (noise is null) throw new InvalidOperationException("This scheduler adds noise in each step, and none was given.");
        Span<float> all = _sampler.Noise, one = all[..(all.Length / Pictures)];
        noise.Step(step, one);
        for (int i = 1; i < Pictures; i++) one.CopyTo(all[(i * one.Length)..]);
    }

    public void Dispose()
    {
        _sampler.Dispose();
        foreach (DenoisingNetworks? networks in _networks) networks?.Dispose();
    }
}

// Sizes of a loop's tensors.
sealed record LoopShape(EditShape Edit, int Pictures, int Tokens, int TextWidth);
