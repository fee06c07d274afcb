using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// Edits scenes with one bundle at one size: prompt → text encoder, scene → VAE encoder, noise, denoising under the control with
/// classifier-free guidance, VAE decoder. Models load when they are first needed. Safe for use by several threads: scenes are denoised one
/// after another, each with all threads of ONNX Runtime, while pictures of other scenes are encoded and decoded on those threads too.
/// </summary>
/// <remarks>
/// A picture depends on the model, the options, the scene and its control only: never on the batch, on earlier edits, or on the number of
/// threads beyond float rounding.
/// </remarks>
sealed partial class DiffusionEditor : ISceneEditor
{
    readonly Lock _gate = new(), _encoding = new();   // where both are held, in this order
    readonly BatchSize _batch;
    readonly BundleSessions _sessions;
    readonly PromptEncoder _prompts;
    readonly NoiseSchedule _schedule;
    readonly IScheduler _scheduler;
    readonly int _textWidth;
    readonly float _scalingFactor;
    bool _disposed;

    /// <summary>Reads no model yet.</summary>
    /// <exception cref="UsageException">An option is out of range, or the size does not suit the bundle.</exception>
    public DiffusionEditor(ModelBundle bundle, EditOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        Options = (options ?? new EditOptions()).Resolve(bundle);
        Options.Check();
        Bundle = bundle;
        _batch = new(Options.Batch);
        Shape = EditShape.Of(bundle, Options.Width, Options.Height);
        _textWidth = bundle.Manifest.TextWidth;
        _scalingFactor = (float)bundle.Manifest.ScalingFactor;
        _schedule = new NoiseSchedule(SchedulerConfig.Of(bundle));
        _scheduler = Options.Scheduler.Create(_schedule, Options);
        _sessions = new BundleSessions(bundle, Options.Device, Options.Prepacking);
        _prompts = new PromptEncoder(bundle, _sessions);
    }

    public ModelBundle Bundle { get; }

    // With every choice resolved that was left to the model.
    public EditOptions Options { get; }

    public BundleSessions Sessions => _sessions;

    public EditShape Shape { get; }

    /// <summary>The index into <see cref="Timesteps"/> an edit begins with, 0 from noise; the number of timesteps where nothing is to be
    /// done.</summary>
    public int StartStep => Options.FromNoise ? 0 : _scheduler.StartStep(Options.EffectiveStrength);

    // Nothing is given up to noise: the edit is the scene at the edit's size.
    bool DoesNothing => StartStep == Timesteps.Count;

    /// <summary>The timesteps of the whole schedule; an edit does those from <see cref="StartStep"/> on.</summary>
    public IReadOnlyList<float> Timesteps => _scheduler.Timesteps;

    /// <summary>
    /// Announces how many edits are ahead, before the first; <see cref="WeightPrepacking.Auto"/> decides by it: a few edits are done sooner
    /// with weights that need no loading. Without it, any number is assumed.
    /// </summary>
    public void Expect(long edits)
    {
        double area = Shape.Width * Shape.Height / (512.0 * 512), samples = Options.EffectiveGuidanceScale > 1 ? 2 : 1;
        lock (_gate) _sessions.Expect(edits * (Timesteps.Count - StartStep) * area * samples / 2, edits * area);
    }

    /// <summary>Edits a scene under each of its controls. The scene and its prompt are encoded once.</summary>
    /// <param name="scene">What to edit.</param>
    /// <param name="observer">Called after each step; null for none.</param>
    /// <param name="progress">Counts steps over all controls; null for none.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>For each control its picture [3,H,W] in 0 … 1, at the edit's size, not yet composited into the source.</returns>
    /// <exception cref="BadDataException">A picture or control of another size, or a model whose output is not finite.</exception>
    public IReadOnlyList<float[]> Edit(EditInput scene, DenoiseObserver? observer = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scene);
        foreach (ReadOnlyMemory<float> control in scene.Controls)
            RequireLength($"The control of {scene.SceneId}", control.Length, Shape.ControlLength, Shape.ControlChannels);
        if (!Options.FromNoise) RequireLength($"The picture of {scene.SceneId}", scene.Image.Length, Shape.ImageLength, 3);
        if (DoesNothing) return [.. scene.Controls.Select(_ => FromModelRange(scene.Image.ToArray()))];

        var edited = new List<float[]>(scene.Controls.Count);
        foreach (var (_, latents) in DenoiseScene(scene, observer, observerInterval: 1, progress, cancellationToken))
            for (int at = 0; at < latents.Length; at += Shape.LatentLength)
            {
                cancellationToken.ThrowIfCancellationRequested();
                edited.Add(DecodePicture(scene.SceneId, latents.AsSpan(at, Shape.LatentLength)));
            }
        return edited;
    }

    void RequireLength(string subject, int found, int expected, int channels)
    {
        if (found != expected)
            throw BadDataException.For(subject, string.Create(CultureInfo.InvariantCulture, $"{found} values"),
                string.Create(CultureInfo.InvariantCulture, $"{expected}, that is [{channels},{Shape.Height},{Shape.Width}]"),
                "Load it at the edit's size.");
    }

    void RequireFinite(string sceneId, ReadOnlySpan<float> values)
    {
        bool finite = true;
        foreach (float value in values) finite &= float.IsFinite(value);
        if (finite) return;
        string nextStep = _sessions.HasFloat16
            ? $"Float16 ends at 65504, and the model '{Bundle.Folder}' computes or takes its inputs in it: import it in fp32, or try a "
                + $"lower guidance."
            : $"The model '{Bundle.Folder}' diverges with these options; try a lower guidance, or import the model again.";
        throw BadDataException.For($"The edit of {sceneId}", "values that are no finite numbers", "a picture", nextStep);
    }

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
