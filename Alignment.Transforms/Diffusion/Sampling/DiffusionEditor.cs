using System.Globalization;
using System.Numerics.Tensors;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// Edits scenes with one bundle at one size: prompt → text encoder, scene → VAE encoder, noise, denoising under the control with
/// classifier-free guidance, VAE decoder. Models load when they are first needed. May be called by several threads; scenes are denoised one after
/// another, each with all threads of ONNX Runtime, while pictures of others are encoded and decoded on those threads too.
/// </summary>
/// <remarks>A picture depends on the model, the options, the scene and its control only: never on the batch, on what was edited before, or on the number of threads beyond float rounding.</remarks>
public sealed class DiffusionEditor : IDisposable
{
    /// <summary>Loops kept: a full batch and a remainder.</summary>
    const int MostLoops = 2;

    readonly Lock _gate = new(), _encoding = new();   // where both are held, in this order
    readonly BatchSize _batch;
    readonly EditSessions _sessions;
    readonly PromptEncoder _prompts;
    readonly NoiseSchedule _schedule;
    readonly IScheduler _scheduler;
    readonly int _textWidth;
    readonly float _scalingFactor;
    readonly List<Denoiser> _loops = [];
    (float[] Image, SceneLatents Latents)? _lastScene;
    bool _disposed;

    /// <summary>Prepares an editor; reads no model yet.</summary>
    /// <exception cref="UsageException">An option is out of range, or the size does not suit the bundle.</exception>
    public DiffusionEditor(ModelBundle bundle, EditOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        Options = (options ?? new EditOptions()).For(bundle);
        Options.Check();
        Bundle = bundle;
        _batch = new(Options.Batch);
        Shape = EditShape.Of(bundle, Options.Width, Options.Height);
        _textWidth = bundle.Manifest.TextWidth;
        _scalingFactor = (float)bundle.Manifest.ScalingFactor;
        _schedule = new NoiseSchedule(SchedulerConfig.Of(bundle));
        _scheduler = Options.Scheduler.Create(_schedule, Options);
        _sessions = new EditSessions(bundle, Options.Device, Options.Packing);
        _prompts = new PromptEncoder(bundle, _sessions);
    }

    /// <summary>The model.</summary>
    public ModelBundle Bundle { get; }

    /// <summary>What the editor was made with; where that left a choice to the model, what it chose.</summary>
    public EditOptions Options { get; }

    /// <summary>The models as ONNX Runtime has them, for measuring.</summary>
    internal EditSessions Sessions => _sessions;

    /// <summary>Sizes of pictures, controls and latents.</summary>
    public EditShape Shape { get; }

    /// <summary>The model call an edit begins with, 0 where it starts from noise; equal to the number of calls where nothing is to be done.</summary>
    public int FirstCall => Options.FromNoise ? 0 : _scheduler.FirstCall(Options.UsedStrength);

    /// <summary>The timesteps of the schedule, all of them; an edit does those from <see cref="FirstCall"/> on.</summary>
    public IReadOnlyList<float> Timesteps => _scheduler.Timesteps;

    /// <summary>
    /// Says how many edits are ahead, before the first. <see cref="WeightPacking.Auto"/> goes by it: a few are done sooner with weights that need no loading. Unsaid there may be any number.
    /// </summary>
    public void Expect(long edits)
    {
        double area = Shape.Width * Shape.Height / (512.0 * 512), samples = Options.UsedGuidance > 1 ? 2 : 1;
        lock (_gate) _sessions.Expect(edits * (Timesteps.Count - FirstCall) * area * samples / 2, edits * area);
    }

    /// <summary>Edits a scene under each of its controls. The scene and its prompt are encoded once.</summary>
    /// <param name="scene">What to edit.</param>
    /// <param name="observer">Called after each step; null for none.</param>
    /// <param name="progress">Counts steps over all controls; null for none.</param>
    /// <param name="cancel">Looked at between steps.</param>
    /// <returns>For each control its picture [3,H,W] in 0 … 1, at the edit's size, not yet composited into the source.</returns>
    /// <exception cref="BadDataException">A picture or control of another size, or a model that gives no numbers.</exception>
    public IReadOnlyList<float[]> Edit(EditInput scene, DenoiseObserver? observer = null, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(scene);
        foreach (ReadOnlyMemory<float> control in scene.Controls) RequireLength($"The control of {scene.SceneId}", control.Length, Shape.ControlLength, Shape.ControlChannels);
        if (!Options.FromNoise) RequireLength($"The picture of {scene.SceneId}", scene.Image.Length, Shape.ImageLength, 3);
        if (FirstCall == Timesteps.Count) return [.. scene.Controls.Select(_ => FromModelRange(scene.Image.ToArray()))];

        var edited = new List<float[]>(scene.Controls.Count);
        Latents(scene, (_, latents) =>
        {
            for (int at = 0; at < latents.Length; at += Shape.LatentLength)
            {
                cancel.ThrowIfCancellationRequested();
                edited.Add(Picture(scene.SceneId, latents.AsSpan(at, Shape.LatentLength)));
            }
        }, observer, observedEvery: 1, progress, cancel);
        return edited;
    }

    /// <summary>Denoises a scene under each of its controls, batch by batch; the pictures are left to <see cref="Picture"/>, which another thread may make meanwhile.</summary>
    /// <param name="scene">What to edit; its lengths are right, and there is something to do.</param>
    /// <param name="made">Given the first control of each batch that is done and the batch's latents, [n,4,h,w].</param>
    /// <param name="observer">Called after some steps; null for none. Only what it is shown is brought to the processor.</param>
    /// <param name="observedEvery">It sees the first step, and from there one in so many.</param>
    /// <param name="progress">Counts steps over all controls; null for none.</param>
    /// <param name="cancel">Looked at between steps.</param>
    internal void Latents(EditInput scene, Action<int, float[]> made, DenoiseObserver? observer, int observedEvery, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var noise = new SceneNoise(Options.Seed, scene.SceneId);
            (float[] start, float[] source, float[] initial) = Start(scene, noise);
            int count = scene.Controls.Count, first = 0;
            long calls = Timesteps.Count - FirstCall, done = 0, total = calls * count;
            while (first < count)
            {
                int n = _batch.Next(count - first);
                ReadOnlyMemory<float>[] batch = [.. scene.Controls.Skip(first).Take(n)];
                float[] latents = new float[n * Shape.LatentLength];
                for (int i = 0; i < n; i++) start.CopyTo(latents, i * Shape.LatentLength);
                long before = 0;
                if (_batch.IsUnknown)
                {
                    _sessions.Load();   // the models' own memory is not the batch's
                    before = Environment.WorkingSet;
                }
                try
                {
                    Starting?.Invoke(n);
                    Denoise(latents, FirstCall, scene.Prompt, batch, noise, Keep(batch, source, initial), first, observer, observedEvery, progress is null ? null : Count, cancel);
                }
                catch (Exception e) when (OrtMemory.RanOut(e) && _batch.Shrink(n))
                {
                    FreeLoops();
                    done = first * calls;
                    continue;
                }
                if (_batch.IsUnknown) _batch.Measured(Environment.WorkingSet - before, FreeMemory.Bytes());
                RequireNumbers(scene.SceneId, latents);
                made(first, latents);
                first += n;
            }

            void Count(int pictures) => progress!.Report(new WorkProgress("denoising", done += pictures, total, scene.SceneId));
        }
    }

    /// <summary>The picture [3,H,W] in 0 … 1 of latents [4,h,w] as denoised.</summary>
    /// <exception cref="BadDataException">The decoder gives no numbers.</exception>
    internal float[] Picture(string sceneId, ReadOnlySpan<float> latents)
    {
        float[] picture = Decode(latents);
        RequireNumbers(sceneId, picture);
        return FromModelRange(picture);
    }

    /// <summary>Told the number of pictures before a batch is denoised, for tests.</summary>
    internal Action<int>? Starting { get; set; }

    /// <summary>The text encoder's output for a prompt; kept, so that a prompt costs one run however many scenes use it.</summary>
    public PromptEmbedding EncodePrompt(string prompt)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _prompts.Encode(prompt);
        }
    }

    /// <summary>The VAE encoder's output for a picture [3,H,W] in −1 … 1. The last one is kept: variants of a scene that come one by one share it.</summary>
    public SceneLatents EncodeImage(ReadOnlySpan<float> image)
    {
        RequireLength("The picture to encode", image.Length, Shape.ImageLength, 3);
        lock (_encoding)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_lastScene is { } last && image.SequenceEqual(last.Image)) return last.Latents;
            float[] kept = image.ToArray();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(kept, [1, 3, Shape.Height, Shape.Width]);
            float[][] moments = _sessions.Run(_sessions.VaeEncoder, "sample", input, "mean", "logvar");
            var latents = new SceneLatents(moments[0], moments[1]);
            _lastScene = (kept, latents);
            return latents;
        }
    }

    /// <summary>Noises clean latents [4,h,w] to model call <paramref name="firstCall"/>: √ᾱ z + √(1−ᾱ) ε. <paramref name="latents"/> is replaced.</summary>
    public void AddNoise(int firstCall, ReadOnlySpan<float> noise, Span<float> latents) => _scheduler.AddNoise(firstCall, latents, noise, latents);

    /// <summary>Denoises latents [N,4,h,w] in place, one for each control, from model call <paramref name="firstCall"/> to the last.</summary>
    /// <param name="latents">In: noised to <paramref name="firstCall"/>. Out: clean, scaled.</param>
    /// <param name="firstCall">Index into <see cref="Timesteps"/>.</param>
    /// <param name="prompt">The positive prompt.</param>
    /// <param name="controls">N controls [2,H,W]; N may be any number, all are done together.</param>
    /// <param name="noise">For samplers that add noise in each step; null where none does.</param>
    /// <param name="observer">Called after each step; null for none.</param>
    /// <param name="cancel">Looked at between steps.</param>
    public void Denoise(Span<float> latents, int firstCall, string prompt, IReadOnlyList<ReadOnlyMemory<float>> controls, SceneNoise? noise = null, DenoiseObserver? observer = null, CancellationToken cancel = default) =>
        Denoise(latents, firstCall, prompt, controls, noise, keep: null, first: 0, observer, observedEvery: 1, counted: null, cancel);

    void Denoise(Span<float> latents, int firstCall, string prompt, IReadOnlyList<ReadOnlyMemory<float>> controls, SceneNoise? noise, SourceBlend? keep, int first, DenoiseObserver? observer, int observedEvery, Action<int>? counted, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(controls);
        if (latents.Length != controls.Count * Shape.LatentLength) throw new ArgumentException($"{controls.Count} controls need {controls.Count * Shape.LatentLength} latent values, not {latents.Length}.", nameof(latents));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int count = Timesteps.Count - firstCall, guided = Options.UsedGuidance > 1 ? ControlSteps.Guided(Options.GuidanceEnd, count) : 0;
            if (count == 0) return;
            Denoiser loop = Loop(controls.Count, firstCall);
            if (guided > 0) Set(loop.Networks(guided: true));
            if (guided < count) Set(loop.Networks(guided: false));
            loop.Run(latents, new()
            {
                Guided = guided,
                Control = new(Options.ControlStart, Options.ControlEnd, Options.ControlEvery, count),
                Noise = noise,
                First = first,
                Keep = keep,
                Observer = observer,
                ObservedEvery = observedEvery,
                Counted = counted,
            }, cancel);
        }

        void Set(DenoisingNetworks networks)
        {
            networks.SetText(networks.Guided ? _prompts.Encode(Options.NegativePrompt).Values.Span : default, _prompts.Encode(prompt).Values.Span);
            networks.SetControls(controls, Options.ControlScale);
        }
    }

    /// <summary>The VAE decoder's picture [3,H,W] for latents [4,h,w] as denoised; about −1 … 1, not clipped.</summary>
    public float[] Decode(ReadOnlySpan<float> latents)
    {
        float[] unscaled = new float[Shape.LatentLength];
        TensorPrimitives.Divide(latents, _scalingFactor, unscaled);
        return DecodeUnscaled(unscaled, Shape.LatentWidth, Shape.LatentHeight);
    }

    /// <summary>Needs no lock: a session may run on several threads, and nothing is kept. Nobody may dispose the editor meanwhile.</summary>
    float[] DecodeUnscaled(float[] latents, int width, int height)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(latents, [1, Shape.LatentChannels, height, width]);
        return _sessions.Run(_sessions.VaeDecoder, "latent_sample", input, "sample")[0];
    }

    /// <summary>
    /// What the models take a step's samples for: x₀ as predicted at that step, with half the sides (means of four latents), so that to decode it costs a quarter.
    /// </summary>
    /// <param name="step">From an observer.</param>
    /// <param name="picture">0 … <see cref="DenoiseStep.Pictures"/> − 1.</param>
    /// <returns>[4,h/2,w/2], scaled; to be given to <see cref="SmallPicture"/>.</returns>
    internal float[] SmallGuess(in DenoiseStep step, int picture)
    {
        double alphaBar = _schedule.AlphaBarAt(step.Timestep);
        int n = Shape.LatentLength, w = Shape.LatentWidth, h = Shape.LatentHeight, halfW = Math.Max(1, w / 2), halfH = Math.Max(1, h / 2);
        float[] x0 = new float[n], small = new float[Shape.LatentChannels * halfW * halfH];
        Prediction.X0(_schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar)).Write(step.Input.Slice(picture * n, n), step.Prediction.Slice(picture * n, n), x0);
        for (int c = 0, at = 0; c < Shape.LatentChannels; c++)
            for (int y = 0; y < halfH; y++)
                for (int x = 0; x < halfW; x++, at++)
                {
                    int top = c * w * h + 2 * y * w + 2 * x, right = w > 1 ? 1 : 0, down = h > 1 ? w : 0;
                    small[at] = (x0[top] + x0[top + right] + x0[top + down] + x0[top + down + right]) / 4;
                }
        return small;
    }

    /// <summary>Decodes a <see cref="SmallGuess"/>: a picture [3,H/2,W/2] in 0 … 1 with its width and height.</summary>
    internal (float[] Picture, int Width, int Height) SmallPicture(float[] guess)
    {
        int w = Math.Max(1, Shape.LatentWidth / 2), h = Math.Max(1, Shape.LatentHeight / 2), factor = Shape.Width / Shape.LatentWidth;
        float[] unscaled = new float[guess.Length];
        TensorPrimitives.Divide(guess, _scalingFactor, unscaled);
        return (FromModelRange(DecodeUnscaled(unscaled, w, h)), w * factor, h * factor);
    }

    /// <summary>From the models' −1 … 1 to a picture's 0 … 1, clipped, in place.</summary>
    public static float[] FromModelRange(float[] picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        for (int i = 0; i < picture.Length; i++) picture[i] = Math.Clamp(picture[i] / 2 + 0.5f, 0, 1);
        return picture;
    }

    /// <summary>The latents every control of the scene starts from, the source's own, and the noise between them.</summary>
    (float[] Start, float[] Source, float[] Initial) Start(EditInput scene, SceneNoise noise)
    {
        float[] initial = new float[Shape.LatentLength];
        noise.Initial(initial);
        if (Options.FromNoise)
        {
            TensorPrimitives.Multiply(initial, _scheduler.InitialNoiseSigma, initial);
            return (initial, [], initial);
        }
        float[] source = new float[Shape.LatentLength], start = new float[Shape.LatentLength];
        noise.Vae(source);
        (scene.Encoded ?? EncodeImage(scene.Image.Span)).Draw(_scalingFactor, source, source);
        _scheduler.AddNoise(FirstCall, source, initial, start);
        return (start, source, initial);
    }

    /// <summary>What of a batch stays the source's; null where nothing does.</summary>
    SourceBlend? Keep(ReadOnlyMemory<float>[] controls, float[] source, float[] initial)
    {
        if (!Blends) return null;
        int plane = Shape.Width * Shape.Height;
        var weights = new List<float[]>(controls.Length);
        for (int i = 0; i < controls.Length; i++)
        {
            ReadOnlySpan<float> mask = controls[i].Span[..plane];
            weights.Add(i > 0 && mask.SequenceEqual(controls[i - 1].Span[..plane]) ? weights[i - 1] : LatentRegion.Weights(mask, Shape.Width, Shape.Height, Shape.LatentWidth, Shape.LatentHeight, Options.Region));
        }
        return new(source, initial, weights);
    }

    /// <summary>The loop for a number of pictures and a beginning, made on first use.</summary>
    internal Denoiser Loop(int pictures, int firstCall)
    {
        if (_loops.Find(l => l.Pictures == pictures && l.FirstCall == firstCall) is { } known) return known;
        if (_loops.Count == MostLoops)
        {
            _loops[0].Dispose();
            _loops.RemoveAt(0);
        }
        LinearSampler run = LinearSampler.Of(schedule => Options.Scheduler.Create(schedule, Options), _schedule, firstCall);
        var loop = new Denoiser(_sessions, Shape, pictures, run, Options.UsedGuidance, Blends, _prompts.Tokens, _textWidth);
        _loops.Add(loop);
        return loop;
    }

    bool Blends => Options.BlendLatents && !Options.FromNoise;

    void FreeLoops()
    {
        foreach (Denoiser loop in _loops) loop.Dispose();
        _loops.Clear();
    }

    void RequireLength(string subject, int found, int expected, int channels)
    {
        if (found != expected)
            throw BadDataException.For(subject, string.Create(CultureInfo.InvariantCulture, $"{found} values"), string.Create(CultureInfo.InvariantCulture, $"{expected}, that is [{channels},{Shape.Height},{Shape.Width}]"), "Load it at the edit's size.");
    }

    void RequireNumbers(string sceneId, ReadOnlySpan<float> values)
    {
        bool finite = true;
        foreach (float value in values) finite &= float.IsFinite(value);
        if (finite) return;
        string nextStep = _sessions.HasFloat16
            ? $"Float16 ends at 65504, and the model '{Bundle.Folder}' computes or takes its inputs in it: import it in fp32, or try a lower guidance."
            : $"The model '{Bundle.Folder}' diverges with these options; try a lower guidance, or import the model again.";
        throw BadDataException.For($"The edit of {sceneId}", "values that are no finite numbers", "a picture", nextStep);
    }

    /// <summary>Frees the models and their memory.</summary>
    public void Dispose()
    {
        lock (_gate)
            lock (_encoding)
            {
                _disposed = true;
                FreeLoops();
                _sessions.Dispose();
            }
    }
}
