using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <content>From a scene and its controls to denoised latents.</content>
sealed partial class DiffusionEditor
{
    // Loops that are cached: a full batch and a remainder.
    const int MaxLoops = 2;

    readonly List<Denoiser> _loops = [];

    bool Blends => Options.BlendLatents && !Options.FromNoise;

    // Called with the number of pictures before a batch is denoised, for tests.
    public Action<int>? BatchStarting { get; set; }

    /// <summary>
    /// Denoises a scene under each of its controls, batch by batch, as far as is read; the pictures are left to
    /// <see cref="DecodePicture"/>, which another thread may run meanwhile.
    /// </summary>
    /// <param name="scene">What to edit; its lengths are right, and there is something to do.</param>
    /// <param name="observer">Called after some steps; null for none. Only what it sees is copied from the device.</param>
    /// <param name="observerInterval">It sees the first step, and from there one in this many.</param>
    /// <param name="progress">Counts steps over all controls; null for none.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>For each batch the index of its first control and its latents, [n,4,h,w].</returns>
    public IEnumerable<(int First, float[] Latents)> DenoiseScene(EditInput scene, DenoiseObserver? observer, int observerInterval,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        var noise = new SceneNoise(Options.Seed, scene.SceneId);
        StartLatents? start = null;
        for (int first = 0, n; first < scene.Controls.Count; first += n)
        {
            float[] latents;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                start ??= Start(scene, noise);
                latents = DenoiseBatch(first);
            }
            n = latents.Length / Shape.LatentLength;
            yield return (first, latents);
        }

        float[] DenoiseBatch(int first)
        {
            int count = scene.Controls.Count;
            long steps = Timesteps.Count - StartStep, done = first * steps;
            while (true)
            {
                int n = _batch.Next(count - first);
                ReadOnlyMemory<float>[] batch = [.. scene.Controls.Skip(first).Take(n)];
                float[] latents = new float[n * Shape.LatentLength];
                for (int i = 0; i < n; i++) start.Noised.CopyTo(latents, i * Shape.LatentLength);
                long before = 0;
                if (_batch.IsUnknown)
                {
                    _sessions.Load();   // the models' own memory is not the batch's
                    before = Environment.WorkingSet;
                }
                try
                {
                    BatchStarting?.Invoke(n);
                    Denoise(latents, StartStep, scene.Prompt, batch, new()
                    {
                        Noise = noise,
                        Blend = Blend(batch, start.Source, start.Initial),
                        FirstControl = first,
                        Observer = observer,
                        ObserverInterval = observerInterval,
                        OnStep = progress is null ? null
                            : pictures => progress.Report(new("denoising", done += pictures, steps * count, scene.SceneId)),
                    }, cancellationToken);
                }
                catch (Exception e) when (OrtMemory.RanOut(e) && _batch.Shrink(n))
                {
                    FreeLoops();
                    done = first * steps;
                    continue;
                }
                if (_batch.IsUnknown) _batch.Measured(Environment.WorkingSet - before, FreeMemory.Bytes());
                RequireFinite(scene.SceneId, latents);
                return latents;
            }
        }
    }

    /// <summary>Noises clean latents [4,h,w] to step <paramref name="startStep"/>, in place: √ᾱ z + √(1−ᾱ) ε.</summary>
    public void AddNoise(int startStep, ReadOnlySpan<float> noise, Span<float> latents) =>
        _scheduler.AddNoise(startStep, latents, noise, latents);

    /// <summary>Denoises latents [N,4,h,w] in place, one for each control, from step <paramref name="startStep"/> to the last.</summary>
    /// <param name="latents">In: noised to <paramref name="startStep"/>. Out: clean, scaled.</param>
    /// <param name="startStep">Index into <see cref="Timesteps"/>.</param>
    /// <param name="prompt">The positive prompt.</param>
    /// <param name="controls">N controls [2,H,W]; N may be any number, all are done together.</param>
    /// <param name="settings">Noise, blending and observers; the steps with guidance and control are the options'.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    public void Denoise(Span<float> latents, int startStep, string prompt, IReadOnlyList<ReadOnlyMemory<float>> controls,
        DenoiseSettings settings,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(controls);
        if (latents.Length != controls.Count * Shape.LatentLength)
            throw new ArgumentException(
                $"{controls.Count} controls need {controls.Count * Shape.LatentLength} latent values, not {latents.Length}.",
                nameof(latents));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int count = Timesteps.Count - startStep;
            int guided = Options.EffectiveGuidanceScale > 1 ? ControlSteps.Guided(Options.GuidanceEnd, count) : 0;
            if (count == 0) return;
            Denoiser loop = Loop(controls.Count, startStep);
            if (guided > 0) Set(loop.Networks(guided: true));
            if (guided < count) Set(loop.Networks(guided: false));
            loop.Run(latents, settings with
            {
                GuidedSteps = guided,
                Control = new(Options.ControlGuidanceStart, Options.ControlGuidanceEnd, Options.ControlInterval, count),
            }, cancellationToken);
        }

        void Set(DenoisingNetworks networks)
        {
            networks.SetText(networks.Guided ? _prompts.Encode(Options.NegativePrompt).Values.Span : default,
                _prompts.Encode(prompt).Values.Span);
            networks.SetControls(controls, Options.ConditioningScale);
        }
    }

    // The latents every control of the scene starts from, the source's own, and the noise between them.
    sealed record StartLatents(float[] Noised, float[] Source, float[] Initial);

    StartLatents Start(EditInput scene, SceneNoise noise)
    {
        float[] initial = new float[Shape.LatentLength];
        noise.Initial(initial);
        if (Options.FromNoise)
        {
            TensorPrimitives.Multiply(initial, _scheduler.InitialNoiseSigma, initial);
            return new(initial, [], initial);
        }
        float[] source = new float[Shape.LatentLength], start = new float[Shape.LatentLength];
        noise.Vae(source);
        (scene.Latents ?? EncodeImage(scene.Image.Span)).Sample(_scalingFactor, source, source);
        _scheduler.AddNoise(StartStep, source, initial, start);
        return new(start, source, initial);
    }

    // The source that a batch is blended with; null where it is not.
    SourceBlend? Blend(ReadOnlyMemory<float>[] controls, float[] source, float[] initial)
    {
        if (!Blends) return null;
        int plane = Shape.Width * Shape.Height;
        var weights = new List<float[]>(controls.Length);
        for (int i = 0; i < controls.Length; i++)
        {
            ReadOnlySpan<float> mask = controls[i].Span[..plane];
            weights.Add(i > 0 && mask.SequenceEqual(controls[i - 1].Span[..plane]) ? weights[i - 1]
                : LatentRegion.Weights(mask, Shape.Width, Shape.Height, Shape.LatentWidth, Shape.LatentHeight, Options.Region));
        }
        return new(source, initial, weights);
    }

    // The cached loop for a number of pictures and a start step.
    public Denoiser Loop(int pictures, int startStep)
    {
        if (_loops.Find(l => l.Pictures == pictures && l.StartStep == startStep) is { } known) return known;
        if (_loops.Count == MaxLoops)
        {
            _loops[0].Dispose();
            _loops.RemoveAt(0);
        }
        LinearSampler sampler = LinearSampler.Of(schedule => Options.Scheduler.Create(schedule, Options), _schedule, startStep);
        var loop = new Denoiser(_sessions, new(Shape, pictures, _prompts.Tokens, _textWidth), sampler, Options.EffectiveGuidanceScale,
            Blends);
        _loops.Add(loop);
        return loop;
    }

    void FreeLoops()
    {
        foreach (Denoiser loop in _loops) loop.Dispose();
        _loops.Clear();
    }
}
